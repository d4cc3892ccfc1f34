/** The sending end of a peer's stream: takes from the queue as fast as the other side takes from the stream. */
import type { Stream } from "@libp2p/interface";
import type { Clock } from "../node/settings.ts";
import { COALESCED_BYTES, MAX_QUEUED_MS, STALL_MS } from "./limits.ts";
import type { SendQueue } from "./send-queue.ts";

export interface OutletEvents {
  sent(bytes: number): void;
  /** A chunk was not taken in time. */
  stalled(): void;
  closed(): void;
}

export class Outlet {
  private readonly stream: Stream;
  private readonly queue: SendQueue;
  private readonly clock: Clock;
  private readonly events: OutletEvents;
  private scheduled = false;
  private stopTimer: (() => void) | null = null;

  constructor(stream: Stream, queue: SendQueue, clock: Clock, events: OutletEvents) {
    this.stream = stream;
    this.queue = queue;
    this.clock = clock;
    this.events = events;
    queue.restart();
    queue.expire(clock.nowMs() - MAX_QUEUED_MS);
    const wake = (): void => this.wake();
    stream.addEventListener("drain", wake);
    stream.addEventListener("idle", wake);
    stream.addEventListener("close", () => {
      this.stopTimer?.();
      this.stopTimer = null;
      events.closed();
    });
    this.wake();
  }

  /** Sends soon: what comes in the same turn of the event loop leaves in one chunk. */
  wake(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // Not at once: the stream tells that it is idle while it is still inside of a send.
    queueMicrotask(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private get isFree(): boolean {
    const { status, writeStatus, writableNeedsDrain, writeBufferLength } = this.stream;
    return status === "open" && writeStatus === "writable" && !writableNeedsDrain && writeBufferLength === 0;
  }

  private pump(): void {
    while (this.isFree) {
      this.stopTimer?.();
      this.stopTimer = null;
      const chunk = this.queue.take(COALESCED_BYTES);
      if (chunk === null) return;
      try {
        this.stream.send(chunk);
      } catch (error) {
        // The connection below broke while it was sent; the stream's close event follows from this.
        this.stream.abort(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      this.events.sent(chunk.length);
    }
    if (this.stream.status === "open" && this.stopTimer === null)
      this.stopTimer = this.clock.after(STALL_MS, () => this.events.stalled());
  }
}
