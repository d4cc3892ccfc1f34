/**
 * What settling costs on L1: real transactions on a local node, with the deployed verifier. A verifier's gas
 * depends on its three public inputs, not on the circuit, so the tiny circuit stands for the large ones.
 */
import { measureBatchGas } from "../../verifier-contracts/gas.ts";
import { startExchange } from "../contracts/exchange-fixture.ts";
import { reportRegistryGas } from "./l1/registry-gas.ts";
import type { Report } from "./report.ts";

/** Words of a full batch of the second tier, and of one large enough to tell the cost of a word apart. */
const WORDS = 16;
const MANY_WORDS = 64;
/** The smallest set that bears a liar, and the largest that deployments take unless told otherwise. */
const SET_SIZES = [4, 16] as const;

export async function run(report: Report): Promise<void> {
  const fixture = await startExchange();
  try {
    const { exchange, operator, circuit, anvil } = fixture;
    const measure = async (steps: number, wordCount: number) => {
      const { timestamp: time } = (await anvil.provider.getBlock("latest"))!;
      const prove = (inputs: readonly [bigint, bigint, bigint]) => circuit.prove(...inputs);
      return await measureBatchGas({ exchange, validators: [operator], steps, wordCount, prove, time });
    };
    // The first batch fills storage that was never used.
    await measure(WORDS, WORDS);
    const batch = await measure(WORDS, WORDS);
    const large = await measure(MANY_WORDS, MANY_WORDS);
    const gasPerBatch = Number(batch.commitGas + batch.proveGas);
    const words = MANY_WORDS - WORDS;
    report({ name: "l1.gasPerBatch", value: gasPerBatch, unit: `gas (${WORDS} requests, commit and proof)` });
    report({ name: "l1.gasPerRequest", value: gasPerBatch / WORDS, unit: `gas (share of ${WORDS})` });
    report({
      name: "l1.gasPerFurtherRequest",
      value: Number(large.commitGas - batch.commitGas) / words,
      unit: "gas",
    });
    report({
      name: "l1.bytesPerRequest",
      value: Math.round((large.commitInputBytes - batch.commitInputBytes) / words),
      unit: "bytes",
    });
    report({
      name: "l1.bytesPerBatch",
      value: batch.commitInputBytes - WORDS * 31,
      unit: "bytes beside the requests",
    });
  } finally {
    await fixture.stop();
  }
  for (const members of SET_SIZES) await reportRegistryGas(report, members);
}
