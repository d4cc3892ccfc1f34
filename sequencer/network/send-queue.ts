/** What waits to be sent to one peer: five lanes, bounded one by one and together, the most important first. */
import { ALL_LANES, LANES, type Lane } from "./lanes.ts";

interface Waiting {
  readonly frame: Uint8Array;
  readonly sinceMs: number;
}

/** First in, first out, without moving the rest. */
class Fifo {
  private items: (Waiting | undefined)[] = [];
  private head = 0;
  bytes = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  get oldest(): Waiting | undefined {
    return this.items[this.head];
  }

  push(item: Waiting): void {
    this.items.push(item);
    this.bytes += item.frame.length;
  }

  shift(): Waiting | undefined {
    const item = this.items[this.head];
    if (item === undefined) return undefined;
    this.items[this.head++] = undefined;
    this.bytes -= item.frame.length;
    if (this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}

export class SendQueue {
  private readonly lanes: readonly Fifo[] = ALL_LANES.map(() => new Fifo());
  private readonly maxBytes: number;
  /** The frame of which a part has left. It is finished before anything else. */
  private begun: Uint8Array | null = null;
  /** Frames dropped, by lane. */
  readonly dropped: number[] = ALL_LANES.map(() => 0);

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.bytes, this.begun?.length ?? 0);
  }

  get frames(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.length, this.begun === null ? 0 : 1);
  }

  /** When full, the oldest of the least important lane goes, and nothing more important than the new one. */
  put(lane: Lane, frame: Uint8Array, nowMs: number): void {
    const own = this.lanes[lane]!;
    while (own.bytes + frame.length > LANES[lane].maxQueuedBytes && own.length > 0) this.drop(lane);
    while (this.bytes + frame.length > this.maxBytes) {
      const victim = ALL_LANES.findLast((other) => this.lanes[other]!.length > 0);
      if (victim === undefined || victim < lane) {
        this.dropped[lane]! += 1;
        return;
      }
      this.drop(victim);
    }
    own.push({ frame, sinceMs: nowMs });
  }

  /** The next bytes of the stream, at most so many; null when nothing waits. */
  take(maxBytes: number): Uint8Array | null {
    const parts: Uint8Array[] = [];
    let room = maxBytes;
    while (room > 0) {
      const frame = this.begun ?? this.next();
      if (frame === null) break;
      parts.push(frame.subarray(0, room));
      this.begun = frame.length > room ? frame.subarray(room) : null;
      room -= Math.min(room, frame.length);
    }
    if (parts.length <= 1) return parts[0] ?? null;
    return Buffer.concat(parts);
  }

  /** Drops what waits since before. */
  expire(beforeMs: number): void {
    for (const lane of ALL_LANES)
      while ((this.lanes[lane]!.oldest?.sinceMs ?? beforeMs) < beforeMs) this.drop(lane);
  }

  /** A new stream begins with a whole frame. */
  restart(): void {
    this.begun = null;
  }

  clear(): void {
    this.begun = null;
    for (const lane of ALL_LANES) while (this.lanes[lane]!.length > 0) this.drop(lane);
  }

  private next(): Uint8Array | null {
    for (const lane of this.lanes) if (lane.length > 0) return lane.shift()!.frame;
    return null;
  }

  private drop(lane: Lane): void {
    this.lanes[lane]!.shift();
    this.dropped[lane]! += 1;
  }
}
