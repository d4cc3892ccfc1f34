/**
 * Requests that four validators, processes on loopback, order in a second without executing them: each makes its share
 * and sends it to the others, leaders propose blocks as full as they may be, all judge and vote, final blocks are
 * written down (set/orderer.ts). Signatures of requests count as checked; those of votes are. The slowest member counts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { quantile, type Report } from "./report.ts";
import { MeasuredSet } from "./set/measured-set.ts";

const ORDERER = new URL("set/orderer.ts", import.meta.url);
const SIZE = 4;
const WARM_UP_MS = 5_000;
const MEASURED_MS = 10_000;

export async function run(report: Report): Promise<void> {
  const set = await MeasuredSet.start(ORDERER, SIZE, 0);
  try {
    await sleep(WARM_UP_MS);
    const before = await set.seen();
    const startMs = performance.now();
    await sleep(MEASURED_MS);
    const after = await set.seen();
    const seconds = (performance.now() - startMs) / 1000;
    const counts = after.map(({ ordered }, member) => ordered - before[member]!.ordered);
    const finalityMs = after.flatMap((seen) => seen.finalityMs);
    report({ name: "consensus.requestsPerSecond", value: Math.min(...counts) / seconds, unit: "requests/s" });
    const blocks = Math.min(...after.map((seen) => seen.finalityMs.length));
    report({ name: "consensus.loadedBlocksPerSecond", value: blocks / seconds, unit: "1/s" });
    report({ name: "consensus.loadedFinalityP50Ms", value: quantile(finalityMs, 0.5), unit: "ms" });
  } finally {
    await set.close();
  }
}
