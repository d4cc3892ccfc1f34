import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProvenStatement } from "../../sequencer/chain/proof.ts";
import type { L1Transaction } from "../../sequencer/chain/settlement-record.ts";
import type { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import type { JobQueue } from "../../sequencer/store/job-queue.ts";
import { genesis, openAt, withFolder } from "../node/exchange-fixture.ts";

const statement: ProvenStatement = {
  proof: {
    pi_a: ["1", "2", "1"],
    pi_b: [
      ["1", "2"],
      ["3", "4"],
      ["1", "0"],
    ],
    pi_c: ["5", "6", "1"],
    protocol: "groth16",
    curve: "bn128",
  },
  publicSignals: [1n, 2n, 3n],
};

/** A transaction on L1. */
const seen: L1Transaction = {
  hash: "0x01",
  block: 1,
  blockHash: "0x02",
  time: 1,
  gasUsed: 1n,
  gasPrice: 1n,
};

/** Cuts so many batches of one tick each. */
async function cut(sequencer: SoloSequencer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await sequencer.submitTick({ time: sequencer.health().machineTime + 1, deltas: [0, 0] });
    await sequencer.flush();
  }
}

const scene = (run: (sequencer: SoloSequencer, path: string) => Promise<void>) => () =>
  withFolder(async (path) => {
    const sequencer = await openAt(path);
    await cut(sequencer, 3);
    await run(sequencer, path);
    await sequencer.close();
  });

test(
  "jobs are leased oldest first, to one worker each",
  scene(async ({ jobs }) => {
    assert.is(jobs.waiting, 3);
    const first = (await jobs.lease(1000, "a", 10))!;
    assert.is(first.number, 1);
    assert.is(first.job.header.number, 1);
    assert.is(first.job.machine.time, genesis.time);
    assert.is((await jobs.lease(1000, "b", 10))!.number, 2);
    assert.is((await jobs.lease(1000, "a", 10))!.number, 3);
    assert.is(await jobs.lease(1000, "c", 10), undefined);
    assert.equal(jobs.state(1), { state: "leased", worker: "a", untilMs: 11_000 });
    assert.is(jobs.state(4), undefined);
    assert.is(jobs.state(0), undefined);
  }),
);

test(
  "a lease that ran out goes to another, and its first holder cannot extend it",
  scene(async ({ jobs }) => {
    await jobs.lease(1000, "a", 10);
    assert.is(await jobs.extend(9000, 1, "a", 10), null);
    assert.is((await jobs.lease(18_999, "b", 10))!.number, 2);
    assert.is((await jobs.lease(19_000, "b", 10))!.number, 1);
    assert.is(await jobs.extend(19_001, 1, "a", 10), "notLeased");
    assert.is(await jobs.release(1, "a"), "notLeased");
    assert.is(await jobs.release(1, "b"), null);
    assert.equal(jobs.state(1), { state: "waiting" });
    assert.is(await jobs.extend(0, 9, "a", 1), "unknownJob");
  }),
);

test(
  "the first true proof wins, with or without a lease; a second changes nothing",
  scene(async ({ jobs }) => {
    assert.is(await jobs.complete(2, "a", statement), null);
    assert.is(await jobs.complete(2, "b", { ...statement, publicSignals: [7n, 7n, 7n] }), "alreadyProven");
    assert.equal(await jobs.proof(2), statement);
    assert.is(await jobs.proof(1), undefined);
    assert.is(await jobs.complete(4, "a", statement), "unknownJob");
    assert.is(await jobs.extend(0, 2, "a", 1), "alreadyProven");
    assert.is(jobs.waiting, 2);
    await jobs.lease(0, "a", 10);
    assert.is((await jobs.lease(0, "a", 10))!.number, 3, "a proven job is not leased");
    const both = await Promise.all([jobs.complete(1, "a", statement), jobs.complete(1, "b", statement)]);
    assert.equal(both, [null, "alreadyProven"]);
  }),
);

test(
  "a batch that is put under another epoch is another statement: its job waits again, in its place, for another proof",
  scene(async (sequencer, path) => {
    const { jobs } = sequencer;
    const proofOf = async (number: number): Promise<ProvenStatement> => ({
      ...statement,
      publicSignals: [(await sequencer.batch(number))!.commitment, 2n, 3n],
    });
    const before = await proofOf(1);
    assert.is(await jobs.complete(1, "a", before), null);
    const cut = (await sequencer.batch(1))!;
    assert.is(await sequencer.restateBatch(1, cut.header.epoch), false);
    assert.is(await sequencer.restateBatch(4, 9), false);
    assert.ok(await sequencer.restateBatch(1, 9));
    const restated = (await sequencer.batch(1))!;
    assert.equal(restated.header, { ...cut.header, epoch: 9 });
    assert.equal(restated.words, cut.words);
    assert.is.not(restated.commitment, cut.commitment);
    assert.is(await jobs.proof(1), undefined);
    assert.is(await jobs.complete(1, "a", before), "otherStatement");
    const leased = (await jobs.lease(0, "a", 10))!;
    assert.is(leased.number, 1, "the oldest first");
    assert.equal(leased.job.header, restated.header);
    await sequencer.close();
    const again = await openAt(path);
    assert.equal(await again.batch(1), restated);
    const after: ProvenStatement = { ...statement, publicSignals: [restated.commitment, 2n, 3n] };
    assert.is(await again.jobs.complete(1, "a", after), null);
    await again.close();
  }),
);

test(
  "leases and proofs outlive the process",
  scene(async (sequencer, path) => {
    await sequencer.jobs.lease(1000, "a", 10);
    await sequencer.jobs.complete(3, "b", statement);
    await sequencer.close();
    const { jobs, close } = await (async () => {
      const again = await openAt(path);
      return { jobs: again.jobs, close: () => again.close() };
    })();
    assert.equal(
      [1, 2, 3].map((number) => jobs.state(number)!.state),
      ["leased", "waiting", "proven"],
    );
    assert.equal(await jobs.proof(3), statement);
    assert.is((await jobs.lease(5000, "c", 10))!.number, 2);
    assert.is((await jobs.lease(11_000, "c", 10))!.number, 1);
    await close();
  }),
);

test(
  "a batch that is proven on L1 needs no proof from here, until a reorganisation undoes it; also after a start",
  scene(async (sequencer, path) => {
    const { jobs } = sequencer;
    const states = (of: JobQueue) => [1, 2, 3].map((number) => of.state(number)!.state);
    for (const number of [1, 2]) await sequencer.recordSettlement({ number, commit: seen, prove: seen });
    assert.is(jobs.waiting, 1);
    assert.equal(states(jobs), ["proven", "proven", "waiting"]);
    assert.is((await jobs.lease(1000, "a", 10))!.number, 3);
    assert.is(await jobs.lease(1000, "a", 10), undefined);
    await sequencer.recordSettlement({ number: 2, commit: seen, prove: null });
    assert.is(jobs.waiting, 2);
    assert.is((await jobs.lease(1000, "a", 10))!.number, 2);
    await sequencer.recordSettlement({ number: 2, commit: seen, prove: seen });
    await sequencer.close();
    const again = await openAt(path);
    assert.is(again.jobs.waiting, 1);
    assert.equal(states(again.jobs), ["proven", "proven", "leased"]);
    await again.close();
  }),
);

test(
  "a worker's name is bounded",
  scene(async ({ jobs }) => {
    const error = await jobs.lease(0, "x".repeat(129), 1).then(
      () => null,
      (e: Error) => e,
    );
    assert.instance(error, RangeError);
    assert.equal(jobs.state(1), { state: "waiting" });
  }),
);

test.run();
