/** What a node measures of itself, beside what the API counts. */
import { collectDefaultMetrics, Histogram, type Registry } from "prom-client";
import type { BlockObserver } from "./block-runner.ts";

export function nodeMetrics(registry: Registry): BlockObserver {
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "proofbook_" });
  const entries = new Histogram({
    name: "proofbook_block_entries",
    help: "Requests of a block",
    buckets: [1, 4, 16, 64, 256],
    registers,
  });
  const execution = new Histogram({
    name: "proofbook_block_execution_seconds",
    help: "Time to execute a block and to hash the state of the batches that it ended",
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
    registers,
  });
  const storage = new Histogram({
    name: "proofbook_block_storage_seconds",
    help: "Time until a block was on disk",
    buckets: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
    registers,
  });
  return (block) => {
    entries.observe(block.entries);
    execution.observe(block.executionMs / 1000);
    storage.observe(block.storageMs / 1000);
  };
}
