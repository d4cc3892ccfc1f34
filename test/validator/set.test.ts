/** A set of four validators orders, executes and acknowledges alike, also when one of them is away. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Side, WordType } from "../../sequencer/exchange/word.ts";
import { OutcomeUnknown } from "../../sequencer/node/outcome-unknown.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import type { ValidatorSequencer } from "../../sequencer/validator/validator-sequencer.ts";
import { Random, testSeed } from "../generate/random.ts";
import { registration, Trader, withFolder } from "../node/exchange-fixture.ts";
import { LocalSet } from "./local-set.ts";

const seed = testSeed("a set of validators");
const TRADERS = 4;

async function registered(set: LocalSet): Promise<Trader[]> {
  const words = Array.from({ length: TRADERS }, (_, i) => registration(i + 1, 1_000_000n)).flat();
  await Promise.all(set.running.map((member) => member.submitL1(words, member.nextL1Index())));
  await until(set, () => set.running.every(({ exchange }) => exchange.machine.nextAccount > TRADERS));
  return Array.from({ length: TRADERS }, (_, i) => new Trader(i + 1));
}

/** Waits for something that must come; a fault ends it. */
async function until(set: LocalSet, holds: () => boolean): Promise<void> {
  const startedMs = Date.now();
  while (!holds()) {
    if (set.faults.length > 0) throw set.faults[0]!;
    if (Date.now() - startedMs > 60_000)
      throw new Error(`nothing happens: ${JSON.stringify(set.running.map((member) => member.consensus()))}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function trade(set: LocalSet, traders: Trader[], random: Random, requests: number): Promise<void> {
  for (let i = 0; i < requests; i++) {
    const member = random.pick(set.running);
    const trader = random.pick(traders);
    const side = random.pick([Side.buy, Side.sell]);
    const request = random.chance(0.2)
      ? trader.request({ type: WordType.cancel, slot: random.below(8) })
      : trader.place(random.below(8), side, random.between(1990, 2010), random.between(2, 6));
    const answer = await member.submit(request);
    if (isRefusal(answer)) throw new Error(`turned away: ${answer.refused}, SEED=${seed}`);
    // What was acknowledged is there, on the node that said so.
    assert.is((await member.receipt(answer.word))?.sequence, answer.sequence);
  }
}

async function agree(set: LocalSet): Promise<void> {
  const highest = Math.max(...set.running.map((member) => member.consensus().height));
  await until(set, () => set.running.every((member) => executedHeight(member) >= highest));
  const sequences = set.running.map((member) => member.health().sequence);
  const least = Math.min(...sequences);
  for (let sequence = 1; sequence <= least; sequence++) {
    const receipts = await Promise.all(set.running.map((member) => member.receiptAt(sequence)));
    for (const receipt of receipts) assert.equal(receipt, receipts[0], `log at ${sequence}, SEED=${seed}`);
  }
}

const executedHeight = (member: ValidatorSequencer): number => {
  const { height, executing } = member.consensus();
  return height - executing;
};

test("four validators execute the same log, whoever was asked", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      await Promise.all([0, 1, 2, 3].map((i) => set.start(i, true)));
      const traders = await registered(set);
      const [first] = set.running;
      const next = first!.nextL1Index();
      // A watcher that was reading these words while a block brought them.
      await first!.submitL1(registration(1, 1_000_000n), 0);
      assert.is(first!.nextL1Index(), next);
      await trade(set, traders, new Random(seed), 60);
      await agree(set);
      assert.ok(set.running.every((member) => member.latestBatch() > 0));
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

test("L1 requests for which there is no room are not taken, and come again", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      // Alone it orders nothing, so what it takes stays.
      const member = await set.start(0, true);
      const words = Array.from({ length: 80 }, (_, i) => registration(i + 1, 1_000_000n)).flat();
      let before = -1;
      while (member.nextL1Index() > before) {
        before = member.nextL1Index();
        await member.submitL1(words, before);
      }
      assert.ok(before >= words.length);
      await member.submitL1(words, before);
      assert.is(member.nextL1Index(), before);
    } finally {
      await set.stopAll();
    }
  }));

test("three of four go on without the fourth, which catches up when it is back", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      await Promise.all([0, 1, 2, 3].map((i) => set.start(i, true)));
      const traders = await registered(set);
      const random = new Random(seed + 1);
      await trade(set, traders, random, 10);
      for (const away of [2, 0]) {
        await set.stop(away);
        await trade(set, traders, random, 15);
        await set.start(away, false);
        await trade(set, traders, random, 5);
        await agree(set);
      }
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

test("all of them stopped and started again go on where they were, and every receipt is still there", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      await Promise.all([0, 1, 2, 3].map((i) => set.start(i, true)));
      const traders = await registered(set);
      const random = new Random(seed + 2);
      await trade(set, traders, random, 20);
      await agree(set);
      const before = await logOf(set.running[0]!);
      await set.stopAll();
      await Promise.all([0, 1, 2, 3].map((i) => set.start(i, false)));
      await trade(set, traders, random, 10);
      await agree(set);
      assert.equal((await logOf(set.running[3]!)).slice(0, before.length), before);
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

test("two of four order nothing; when a third comes back, what waited is ordered", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      await Promise.all([0, 1, 2, 3].map((i) => set.start(i, true)));
      const traders = await registered(set);
      await Promise.all([set.stop(1), set.stop(2)]);
      const height = executedHeight(set.running[0]!);
      let answered = false;
      const waiting = set.running[0]!.submit(traders[0]!.place(1, Side.buy, 2000, 3)).then((answer) => {
        answered = true;
        return answer;
      });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.not.ok(answered, "ordered without a quorum");
      // What the four had agreed on before may still have been on its way.
      assert.ok(executedHeight(set.running[0]!) <= height + 2);
      await set.start(1, false);
      assert.not.ok(isRefusal(await waiting));
      await agree(set);
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

test("one that stops without a quorum tells who waits that the end is not known; the others take the same request", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      await Promise.all([0, 1, 2, 3].map((i) => set.start(i, true)));
      const traders = await registered(set);
      await Promise.all([set.stop(1), set.stop(2)]);
      const request = traders[0]!.place(1, Side.buy, 2000, 3);
      const waiting = set.members[0]!.submit(request).catch((error: unknown) => error);
      set.members[0]!.leave();
      assert.instance(await waiting, OutcomeUnknown);
      await set.stop(0);
      await Promise.all([set.start(1, false), set.start(2, false)]);
      const answer = await set.members[3]!.submit(request);
      assert.not.ok(
        isRefusal(answer),
        JSON.stringify(answer, (_, value) => String(value)),
      );
      await agree(set);
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

test("one that lost its disk is silent at first, has all of the chain in the end, and votes again", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      await Promise.all([0, 1, 2, 3].map((i) => set.start(i, true)));
      const traders = await registered(set);
      const random = new Random(seed + 3);
      await trade(set, traders, random, 10);
      await set.lose(3);
      await trade(set, traders, random, 5);
      const { view } = set.running[0]!.consensus();
      const back = await set.start(3, false);
      assert.ok(
        back.consensus().silentThrough >= view,
        "it may have signed something in each view until now",
      );
      await agree(set);
      await until(set, () => back.consensus().view > back.consensus().silentThrough);
      // Without it there is no quorum now.
      await set.stop(0);
      await trade(set, traders, random, 10);
      await agree(set);
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

async function logOf(member: ValidatorSequencer): Promise<unknown[]> {
  const receipts: unknown[] = [];
  for (let sequence = 1; sequence <= member.health().sequence; sequence++)
    receipts.push((await member.receiptAt(sequence))?.word);
  return receipts;
}

test.run();
