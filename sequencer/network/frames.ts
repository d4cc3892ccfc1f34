/**
 * A stream is a row of frames: lane (1 byte), length of the body (3 bytes, big-endian), body. The body is one message,
 * or in the requests' lane one list of requests.
 */
import { isLane, LANES, type Lane } from "./lanes.ts";

const HEADER_BYTES = 4;

/** After either of them nobody knows where the next frame begins. */
export type FrameFault = "unknownLane" | "oversizedFrame";

export function frameOf(lane: Lane, body: Uint8Array): Uint8Array {
  const { maxFrameBytes } = LANES[lane];
  if (body.length > maxFrameBytes) throw new Error(`a frame of ${body.length} bytes, not ${maxFrameBytes}`);
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, lane * 2 ** 24 + body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** Finds the frames again. Holds at most twice what came of the one frame that is not complete, and 64 KiB. */
export class FrameReader {
  private readonly header = new Uint8Array(HEADER_BYTES);
  private headerBytes = 0;
  private lane: Lane = 0;
  private body: Uint8Array | null = null;
  private bodyBytes = 0;
  private length = 0;

  /** Whether a frame has begun and is not complete. */
  get isPartial(): boolean {
    return this.headerBytes > 0;
  }

  get heldBytes(): number {
    return this.body?.length ?? 0;
  }

  /** The body is only valid during the call. */
  push(chunk: Uint8Array, onFrame: (lane: Lane, body: Uint8Array) => void): FrameFault | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.headerBytes < HEADER_BYTES) {
        this.header[this.headerBytes++] = chunk[at++]!;
        if (this.headerBytes < HEADER_BYTES) continue;
        const fault = this.begin();
        if (fault !== null) return fault;
      }
      const missing = this.length - this.bodyBytes;
      const part = chunk.subarray(at, at + missing);
      at += part.length;
      if (part.length === missing && this.body === null) this.end(onFrame, part);
      else if (part.length > 0) {
        this.keep(part);
        if (part.length === missing) this.end(onFrame, this.body!.subarray(0, this.length));
      }
    }
    return null;
  }

  private begin(): FrameFault | null {
    const word = new DataView(this.header.buffer).getUint32(0);
    const lane = word >>> 24;
    this.length = word & 0xff_ffff;
    if (!isLane(lane)) return "unknownLane";
    if (this.length > LANES[lane].maxFrameBytes) return "oversizedFrame";
    this.lane = lane;
    return null;
  }

  private end(onFrame: (lane: Lane, body: Uint8Array) => void, body: Uint8Array): void {
    this.headerBytes = 0;
    this.body = null;
    this.bodyBytes = 0;
    onFrame(this.lane, body);
  }

  /** The room grows with what came, not with what was announced. */
  private keep(part: Uint8Array): void {
    const needed = this.bodyBytes + part.length;
    if (this.body === null || this.body.length < needed) {
      const grown = new Uint8Array(Math.min(this.length, Math.max(2 * needed, 4096)));
      if (this.body !== null) grown.set(this.body.subarray(0, this.bodyBytes));
      this.body = grown;
    }
    this.body.set(part, this.bodyBytes);
    this.bodyBytes = needed;
  }
}
