/** Blocks are executed and hashed while the ones before them are written; what that may not change. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Side } from "../../sequencer/exchange/word.ts";
import type { PlanBuffers } from "../../sequencer/kernel/hash-plan.ts";
import { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import { Database } from "../../sequencer/store/database.ts";
import { type KernelWork, workHere } from "../../sequencer/threads/kernel-work.ts";
import {
  genesis,
  HandClock,
  openAt,
  poseidon,
  receiptOf,
  registerTraders,
  settingsOf,
  type Trader,
  withFolder,
} from "./exchange-fixture.ts";

const { buy } = Side;

/** Plans of hashes wait until they are let go, or fail. */
class HeldPlans {
  readonly work: KernelWork;
  private held: { readonly go: () => void; readonly fail: (error: Error) => void }[] = [];
  isHolding = false;

  constructor() {
    const here = workHere(poseidon, genesis.domain);
    const runPlan = async (plan: PlanBuffers) => {
      if (this.isHolding) await new Promise<void>((go, fail) => this.held.push({ go, fail }));
      return await here.runPlan(plan);
    };
    this.work = { ...here, runPlan };
  }

  get waiting(): number {
    return this.held.length;
  }

  /** The one that came last; what follows from it waits again. */
  letLastGo(): void {
    this.held.pop()!.go();
  }

  letGo(): void {
    this.isHolding = false;
    for (const { go } of this.held.splice(0)) go();
  }

  fail(): void {
    for (const { fail } of this.held.splice(0)) fail(new Error("the thread died"));
  }
}

/** Every fourth block fills a batch. */
const SETTINGS = settingsOf({ tiers: [4] }, { maxBlockEntries: 1 });
/** Every block does. */
const FULL_BLOCKS = settingsOf({ tiers: [4] }, { maxBlockEntries: 4 });

async function withHeldPlans(
  run: (sequencer: SoloSequencer, plans: HeldPlans, trader: Trader, path: string) => Promise<void>,
  settings = SETTINGS,
): Promise<void> {
  await withFolder(async (path) => {
    const plans = new HeldPlans();
    const database = await Database.open(path);
    const sequencer = await SoloSequencer.open(database, settings, poseidon, new HandClock(), {}, plans.work);
    const [trader] = await registerTraders(sequencer, 1);
    await sequencer.flush();
    await run(sequencer, plans, trader!, path);
    await sequencer.close();
  });
}

/** One receipt a slot, in the order of the slots. */
function placing(sequencer: SoloSequencer, trader: Trader, count: number) {
  const told: number[] = [];
  const receipts = Array.from({ length: count }, (_, slot) =>
    receiptOf(sequencer, trader.place(slot, buy, 2000 - slot, 4)).then((receipt) => {
      told.push(slot);
      return receipt;
    }),
  );
  return { told, receipts };
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("two blocks are executed ahead of the disk and no more, nothing of them is told, and all of it in order then", async () =>
  withHeldPlans(async (sequencer, plans, trader) => {
    const before = sequencer.health();
    plans.isHolding = true;
    const { told, receipts } = placing(sequencer, trader, 8);
    // The fourth fills the batch; its hashes do not come.
    await until(() => plans.waiting === 1 && sequencer.health().sequence === before.sequence + 6);
    await until(() => told.length === 3);
    assert.is(sequencer.stored, before.sequence + 3);
    assert.is(sequencer.health().queued, 2, "the others wait");
    assert.is(await sequencer.receiptAt(before.sequence + 4), undefined);
    assert.is(sequencer.latestBatch(), before.batches.cut);
    assert.is(sequencer.book(0, 10)!.bids.length, 6, "views are ahead of the disk");
    let isWritten = false;
    const written = sequencer.written().then(() => {
      isWritten = sequencer.stored >= before.sequence + 6;
    });
    plans.letGo();
    await written;
    assert.ok(isWritten, "and say when they are not");
    const done = await Promise.all(receipts);
    assert.equal(told, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(
      done.map(({ sequence }) => sequence),
      told.map((slot) => before.sequence + 1 + slot),
    );
    assert.is(sequencer.latestBatch(), before.batches.cut + 2);
  }));

test("when the hashes of a block fail, it and those behind it are lost, and nothing else: the next start goes on before them", async () =>
  withHeldPlans(async (sequencer, plans, trader, path) => {
    const before = sequencer.health();
    plans.isHolding = true;
    const { told, receipts } = placing(sequencer, trader, 8);
    await until(() => plans.waiting === 1 && sequencer.health().sequence === before.sequence + 6);
    plans.fail();
    const ends = await Promise.allSettled(receipts);
    assert.equal(
      ends.map(({ status }) => status),
      ["fulfilled", "fulfilled", "fulfilled", ...Array(5).fill("rejected")],
    );
    assert.equal(told, [0, 1, 2]);
    assert.is(sequencer.health().status, "halted");
    assert.match(
      await sequencer.written().then(
        () => "written",
        ({ message }: Error) => message,
      ),
      /the thread died/,
    );
    await sequencer.close();
    const again = await openAt(path, SETTINGS);
    assert.is(again.health().sequence, before.sequence + 3);
    assert.equal(
      again.book(0, 10)!.bids.map(({ price }) => price),
      [2000, 1999, 1998],
    );
    trader.nonce -= 5;
    const next = await receiptOf(again, trader.place(3, buy, 1995, 4));
    assert.equal([next.outcome, next.sequence], ["accepted", before.sequence + 4]);
    await again.close();
  }));

test("a block's commitments are hashed beside the states of the next ones, which are not told before it", async () =>
  withHeldPlans(async (sequencer, plans, trader) => {
    const before = sequencer.health();
    plans.isHolding = true;
    const { told, receipts } = placing(sequencer, trader, 12);
    await until(() => plans.waiting === 1 && sequencer.health().sequence === before.sequence + 12);
    for (const _block of [1, 2]) {
      // The states of a block.
      plans.letLastGo();
      await until(() => plans.waiting === 2);
    }
    assert.equal([told, sequencer.latestBatch()], [[], before.batches.cut]);
    plans.letGo();
    await Promise.all(receipts);
    assert.equal(told, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert.is(sequencer.latestBatch(), before.batches.cut + 3);
  }, FULL_BLOCKS));

test("what is sealed when the disk is free again is written together, and all of it is there at the next start", async () =>
  withFolder(async (path) => {
    const settings = settingsOf({ tiers: [8] }, { maxBlockEntries: 3 });
    const database = await Database.open(path);
    const work = workHere(poseidon, genesis.domain);
    const sequencer = await SoloSequencer.open(database, settings, poseidon, new HandClock(), {}, work);
    const [trader] = await registerTraders(sequencer, 1);
    await sequencer.flush();
    const before = sequencer.health();
    const write = database.write.bind(database);
    let free: () => void = () => undefined;
    const busy = new Promise<void>((resolve) => {
      free = resolve;
    });
    const storedAtWrites: number[] = [];
    database.write = async (operations) => {
      storedAtWrites.push(sequencer.stored - before.sequence);
      await busy;
      await write(operations);
    };
    const { told, receipts } = placing(sequencer, trader!, 9);
    // Three blocks; the third fills a batch.
    await until(() => sequencer.health().sequence === before.sequence + 9);
    assert.equal([told, storedAtWrites], [[], [0]]);
    free();
    const done = await Promise.all(receipts);
    assert.equal(storedAtWrites, [0, 3]);
    assert.equal(told, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert.is(sequencer.latestBatch(), before.batches.cut + 1);
    await sequencer.close();
    const again = await openAt(path, settings);
    assert.is(again.health().sequence, before.sequence + 9);
    for (const { word, sequence } of done) assert.is((await again.receipt(word))?.sequence, sequence);
    await again.close();
  }));

test("blocks are hashed while one is written; if it never is, none of them is told or tried, and the next start knows none", async () =>
  withFolder(async (path) => {
    const work = workHere(poseidon, genesis.domain);
    let plansRun = 0;
    const runPlan = (plan: PlanBuffers) => {
      plansRun += 1;
      return work.runPlan(plan);
    };
    const database = await Database.open(path);
    const sequencer = await SoloSequencer.open(
      database,
      FULL_BLOCKS,
      poseidon,
      new HandClock(),
      {},
      {
        ...work,
        runPlan,
      },
    );
    const [trader] = await registerTraders(sequencer, 1);
    await sequencer.flush();
    const before = sequencer.health();
    const plansBefore = plansRun;
    let isTried = 0;
    let fail: (error: Error) => void = () => undefined;
    database.write = () => {
      isTried += 1;
      return new Promise((_, reject) => {
        fail = reject;
      });
    };
    const { told, receipts } = placing(sequencer, trader!, 16);
    const ends = Promise.allSettled(receipts);
    // Two plans a batch.
    await until(() => isTried === 1 && plansRun === plansBefore + 6);
    assert.is(sequencer.stored, before.sequence);
    assert.is(sequencer.latestBatch(), before.batches.cut);
    assert.is(sequencer.health().queued, 4);
    fail(new Error("the disk is full"));
    assert.ok((await ends).every(({ status }) => status === "rejected"));
    assert.equal([told, isTried], [[], 1]);
    assert.is(sequencer.health().status, "halted");
    await sequencer.close();
    const again = await openAt(path, FULL_BLOCKS);
    assert.is(again.health().sequence, before.sequence);
    assert.equal(again.book(0, 10)!.bids, []);
    await again.close();
  }));

test.run();
