/**
 * Reads that keep the thread busy which also orders and executes: whole batches, of up to 256 steps each. Anybody may ask for
 * them, so they come one after the other, in small parts, and between two of them the thread is free for several times as
 * long as the first one took.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./api-error.ts";
import { HEAVY_REST_FACTOR, MAX_HEAVY_READS, MAX_HEAVY_REST_MS, RETRY_AFTER_SECONDS } from "./limits.ts";

export class HeavyReads {
  /** Resolves when the last part that was asked for is done, well or not. */
  private last: Promise<unknown> = Promise.resolve();
  private freeAtMs = 0;
  private inside = 0;
  private readonly nowMs: () => number;

  /** `nowMs` of a clock that only goes forward. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.nowMs = nowMs;
  }

  /** Reads parts, each in its turn; throws `busy` when too many others read. */
  async read<T>(parts: readonly (() => Promise<T>)[]): Promise<T[]> {
    if (this.inside >= MAX_HEAVY_READS)
      throw new ApiError("busy", { retryAfterMs: RETRY_AFTER_SECONDS * 1000 });
    this.inside += 1;
    try {
      const read: T[] = [];
      for (const part of parts) read.push(await this.inTurn(part));
      return read;
    } finally {
      this.inside -= 1;
    }
  }

  private inTurn<T>(read: () => Promise<T>): Promise<T> {
    const turn = this.last.then(() => this.afterRest(read));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async afterRest<T>(read: () => Promise<T>): Promise<T> {
    const restMs = this.freeAtMs - this.nowMs();
    if (restMs > 0) await sleep(restMs);
    const sinceMs = this.nowMs();
    try {
      return await read();
    } finally {
      const tookMs = this.nowMs() - sinceMs;
      this.freeAtMs = this.nowMs() + Math.min(HEAVY_REST_FACTOR * tookMs, MAX_HEAVY_REST_MS);
    }
  }
}
