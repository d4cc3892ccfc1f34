/** Keeps voting for batches after what L1 has, and looks at the votes that L1 shows, as long as the node runs. */
import { setTimeout as wait } from "node:timers/promises";
import type { ExchangeState } from "../../verifier-contracts/records.ts";
import type { ChainLog } from "../chain/log.ts";
import { loop } from "../chain/loop.ts";
import type { BatchEpochs } from "./batch-epochs.ts";
import type { BatchVotes } from "./batch-votes.ts";
import type { PostedVotes } from "./posted-votes.ts";

export interface BatchSigningOptions {
  readonly votes: BatchVotes;
  readonly posted: PostedVotes;
  readonly epochs: BatchEpochs;
  /** The earliest epoch whose batches L1 takes; that of the set where there is one for ever. */
  readonly earliest: () => Promise<number>;
  readonly state: () => Promise<ExchangeState>;
  /** Number of the newest batch here. */
  readonly latestBatch: () => number;
  readonly intervalMs: number;
  readonly log: ChainLog;
}

/** Returns how to stop; it resolves when nothing of it runs any more. */
export function startBatchSigning(options: BatchSigningOptions): () => Promise<void> {
  const { votes, posted, epochs, earliest, state, latestBatch, intervalMs, log } = options;
  const stopping = new AbortController();
  const running = loop({
    step: async () => {
      // Asked first: what L1 takes meanwhile, it takes under a later epoch than this answer or under the same.
      const now = { earliest: await earliest() };
      const { committedBatches, provenBatches, committedDigest } = await state();
      const latest = latestBatch();
      await epochs.follow({ ...now, committed: committedBatches, proven: provenBatches, latest });
      await votes.advance(committedBatches, committedDigest, latest);
      // After it is known which batches L1 has: only votes for those near them are compared.
      await posted.read();
    },
    intervalMs,
    signal: stopping.signal,
    sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    onError: (error, pauseMs) =>
      log.warn({ err: error, pauseMs }, "voting for batches failed and tries again"),
  });
  return async () => {
    stopping.abort();
    await running;
  };
}
