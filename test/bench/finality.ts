/**
 * How long a block takes to become final in sets of four and of seven validators, as processes on loopback: from the
 * leader's proposal until it is final at a node, over all blocks and nodes, while a few traders trade, one request at a
 * time each. Blocks carry a request or two. Beside it, how long those traders wait for their receipts.
 */
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { signedFlow } from "./node/flow.ts";
import { quantile, type Report } from "./report.ts";
import { sendAll, takeFrom, withSet } from "./set/measured-set.ts";

const SEED = Number(process.env.SEED ?? 1);
const TRADERS = 4;
/** Requests of each, until code is compiled and tables are built, and in the measurement. */
const WARM_UP = 20;
const MEASURED = 80;

export async function run(report: Report): Promise<void> {
  const poseidon = await loadPoseidon();
  for (const size of [4, 7])
    await withSet(size, TRADERS, async (set) => {
      const lanes = signedFlow(poseidon, SEED, TRADERS * (WARM_UP + MEASURED), TRADERS);
      await sendAll(set, takeFrom(lanes, WARM_UP));
      await set.seen();
      const receiptMs = await sendAll(set, lanes);
      const finalityMs = (await set.seen()).flatMap((seen) => seen.finalityMs);
      // The usual set of four has the name alone.
      const finality = size === 4 ? "consensus.finality" : `consensus.set${size}Finality`;
      report({ name: `${finality}P50Ms`, value: quantile(finalityMs, 0.5), unit: "ms" });
      report({ name: `${finality}P99Ms`, value: quantile(finalityMs, 0.99), unit: "ms" });
      const acknowledge = `sequencer.set${size}Acknowledge`;
      report({ name: `${acknowledge}P50Ms`, value: quantile(receiptMs, 0.5), unit: "ms" });
      report({ name: `${acknowledge}P99Ms`, value: quantile(receiptMs, 0.99), unit: "ms" });
    });
}
