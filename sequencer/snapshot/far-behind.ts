/**
 * Whether a running node has fallen behind for good. A node joins by a snapshot only when it starts: nothing of a running
 * one has to know that its state may be replaced. So one that lies far behind what L1 has proven, and gets no nearer to the
 * present - nobody hands it the blocks that it lacks, or they come more slowly than new ones - ends, to be started again.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { ChainLog } from "../chain/log.ts";
import { loop } from "../chain/loop.ts";
import { FAR_BEHIND_LOOKS } from "./limits.ts";

export class FarBehind {
  private readonly minBehind: number;
  private youngestMs = Number.POSITIVE_INFINITY;
  private looks = 0;

  /** Batches behind what is proven that are far: as many as a start joins by a snapshot for. */
  constructor(minBehind: number) {
    this.minBehind = minBehind;
  }

  /**
   * `ageMs` is that of the newest final block here. True when so many looks in a row found the node far away, and none
   * found that block younger than those before. (Batches are no measure of that: one may take thousands of blocks.)
   */
  look(behind: number, ageMs: number): boolean {
    const isFar = behind >= this.minBehind;
    this.looks = isFar && ageMs >= this.youngestMs ? this.looks + 1 : 0;
    this.youngestMs = isFar ? Math.min(this.youngestMs, ageMs) : Number.POSITIVE_INFINITY;
    return this.looks >= FAR_BEHIND_LOOKS;
  }
}

export interface FarBehindOptions {
  readonly minBehind: number;
  /** Newest batch that L1 has proven, and that is final there; 0 for none. */
  readonly proven: () => Promise<number>;
  /** Newest batch here. */
  readonly latest: () => number;
  /** Of the newest final block here. */
  readonly ageMs: () => number;
  readonly intervalMs: number;
  readonly onFarBehind: () => void;
  readonly log: ChainLog;
}

/** Returns how to stop. */
export function watchDistance(options: FarBehindOptions): () => Promise<void> {
  const { minBehind, proven, latest, ageMs, intervalMs, onFarBehind, log } = options;
  const distance = new FarBehind(minBehind);
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = loop({
    step: async () => {
      const found = await proven();
      if (signal.aborted || !distance.look(found - latest(), ageMs())) return;
      stopping.abort();
      log.error({ proven: found, latest: latest() }, "far behind what L1 has proven, and not getting nearer");
      onFarBehind();
    },
    intervalMs,
    signal,
    sleep: (ms) => wait(ms, undefined, { signal }).catch(() => undefined),
    onError: (error, pauseMs) => log.warn({ err: error, pauseMs }, "it is not known what L1 has proven"),
  });
  return async () => {
    stopping.abort();
    await running;
  };
}
