/** Jobs as the sequencer cuts them: they survive the wire and replay to their roots; changed ones do not. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { batchStatement } from "../../prover/job/batch-statement.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import type { BatchJob, OpenedAccount } from "../../sequencer/batch/job.ts";
import { decodeJob, encodeJob } from "../../sequencer/batch/job-codec.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { FULL_DIMENSIONS } from "../../sequencer/state-tree/state-tree.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";
import { historyJobs, SMALL, TRADED } from "./history-jobs.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const poseidon = await loadPoseidon();
console.log(`SEED=${seed}`);

for (const [name, dimensions, words] of [
  ["small", SMALL, 200],
  ["full", FULL_DIMENSIONS, 60],
] as const)
  test(`every job of a random history with ${name} trees survives JSON and leads to its statement`, async () => {
    const cuts = historyJobs(poseidon, { seed, words, dimensions, tiers: [4, 16] });
    assert.ok(cuts.length > 3);
    for (const { batch, job } of cuts) {
      const at = `SEED=${seed} ${name} batch ${batch.header.number}`;
      const travelled = decodeJob(JSON.parse(JSON.stringify(encodeJob(job))));
      assert.equal(travelled, job, at);
      const { publicSignals } = await batchStatement(travelled);
      const expected = publicInputsOf(batch.commitment, [...headerWords(batch.header), ...batch.words]);
      assert.equal([...publicSignals], expected, at);
    }
  });

/** A batch in which somebody trades, so that there is something to lie about. */
const lied = { seed: 7, words: 120, dimensions: SMALL, tiers: [16], until: TRADED };
const { job } = historyJobs(poseidon, lied).find(TRADED.has)!;

const replays = async (changed: BatchJob): Promise<boolean> =>
  batchStatement(changed).then(
    () => true,
    () => false,
  );

const withOpened = (change: (opened: OpenedAccount) => OpenedAccount): BatchJob => {
  const trader = job.opened.findIndex(({ account }) => account.ownerKey !== 0n);
  return { ...job, opened: job.opened.map((opened, i) => (i === trader ? change(opened) : opened)) };
};

const lies: [name: string, changed: BatchJob][] = [
  ["another root before", { ...job, header: { ...job.header, preRoot: job.header.preRoot + 1n } }],
  ["another root after", { ...job, header: { ...job.header, postRoot: job.header.postRoot + 1n } }],
  ["another time", { ...job, machine: { ...job.machine, time: job.machine.time + 1 } }],
  [
    "another price",
    { ...job, markets: job.markets.map((market) => ({ ...market, oraclePrice: market.oraclePrice + 1 })) },
  ],
  [
    "more collateral",
    withOpened((opened) => ({
      ...opened,
      account: { ...opened.account, collateral: opened.account.collateral + 1n },
    })),
  ],
  [
    // All of them: one path alone may be made good by another that shares its nodes.
    "other siblings",
    {
      ...job,
      opened: job.opened.map((opened) => ({
        ...opened,
        path: opened.path.map((row) => row.map((node) => node + 1n)),
      })),
    },
  ],
  ["a step less", { ...job, steps: job.steps.slice(0, -1) }],
  ["a step twice", { ...job, steps: [job.steps[0]!, ...job.steps.slice(0, -1)] }],
  ["steps in another order", { ...job, steps: job.steps.toReversed() }],
  [
    "other outcomes",
    { ...job, steps: job.steps.map((step) => ({ ...step, word: step.word === 0n ? 0n : step.word ^ 32n })) },
  ],
];

test("the batch of the lies replays when nobody lies", async () => {
  assert.ok(await replays(job));
});

for (const [name, changed] of lies)
  test(`a job with ${name} does not replay`, async () => {
    assert.not(await replays(changed));
  });

test.run();
