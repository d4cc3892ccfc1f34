/** The receiving end of a peer's stream. Reading pauses while whoever got messages is still busy with them. */
import type { Stream } from "@libp2p/interface";
import type { Clock } from "../node/settings.ts";
import { type FrameFault, FrameReader } from "./frames.ts";
import type { Lane } from "./lanes.ts";
import { FRAME_MS } from "./limits.ts";

export interface InletEvents {
  /** A promise pauses the stream until it is settled. The body is only valid during the call. */
  frame(lane: Lane, body: Uint8Array): void | Promise<void>;
  fault(fault: FrameFault | "slowFrame"): void;
  received(bytes: number): void;
  closed(): void;
}

export class Inlet {
  private readonly stream: Stream;
  private readonly reader = new FrameReader();
  private readonly clock: Clock;
  private readonly events: InletEvents;
  private isBroken = false;
  private busy = 0;
  private stopTimer: (() => void) | null = null;

  constructor(stream: Stream, clock: Clock, events: InletEvents) {
    this.stream = stream;
    this.clock = clock;
    this.events = events;
    // Not by iterating over the stream: that reads ahead without a bound.
    stream.addEventListener("message", ({ data }) => {
      for (const part of data instanceof Uint8Array ? [data] : data) this.read(part);
    });
    stream.addEventListener("remoteCloseWrite", () => this.close());
    stream.addEventListener("close", () => {
      this.isBroken = true;
      this.disarm();
      events.closed();
    });
  }

  /** Bytes kept of a frame that is not complete. */
  get heldBytes(): number {
    return this.reader.heldBytes;
  }

  close(): void {
    this.isBroken = true;
    this.stream.abort(new Error("not read any more"));
  }

  private read(part: Uint8Array): void {
    if (this.isBroken) return;
    this.events.received(part.length);
    let completed = false;
    const fault = this.reader.push(part, (lane, body) => {
      completed = true;
      if (!this.isBroken) this.handOver(lane, body);
    });
    if (fault !== null) {
      this.fail(fault);
      return;
    }
    if (completed || !this.reader.isPartial) this.disarm();
    if (this.reader.isPartial && !this.isBroken)
      this.stopTimer ??= this.clock.after(FRAME_MS, () => this.fail("slowFrame"));
  }

  private handOver(lane: Lane, body: Uint8Array): void {
    const handled = this.events.frame(lane, body);
    // The frame may have been the last straw.
    if (handled === undefined || this.isBroken) return;
    this.busy += 1;
    this.stream.pause();
    const done = (): void => {
      this.busy -= 1;
      if (this.busy === 0 && !this.isBroken) this.stream.resume();
    };
    // What it fails with is the shell's to report: it made the promise. Here it only ends the pause.
    handled.then(done, done);
  }

  private fail(fault: FrameFault | "slowFrame"): void {
    this.isBroken = true;
    this.disarm();
    this.events.fault(fault);
    this.close();
  }

  private disarm(): void {
    this.stopTimer?.();
    this.stopTimer = null;
  }
}
