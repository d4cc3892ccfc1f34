/** One set hands over to the next: the same chain, the same log, batches of one epoch each, and whoever left looks on. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Side, WordType } from "../../sequencer/exchange/word.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import type { ValidatorSequencer } from "../../sequencer/validator/validator-sequencer.ts";
import { Random, testSeed } from "../generate/random.ts";
import { registration, settingsOf, Trader, withFolder } from "../node/exchange-fixture.ts";
import { RevealForger } from "./forged-reveal.ts";
import { LocalSet, SEPARATOR, secretKeyOf } from "./local-set.ts";
import { readSeedChain } from "./seed-chain.ts";

const seed = testSeed("handover");
const FIRST_EPOCH = settingsOf().epoch;

async function until(set: LocalSet, what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const startedMs = Date.now();
  while (!(await holds())) {
    if (set.faults.length > 0) throw set.faults[0]!;
    if (Date.now() - startedMs > 60_000)
      throw new Error(
        `no ${what}: ${JSON.stringify(set.running.map((member) => member.consensus()))}, SEED=${seed}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Five nodes, of which the first four are the first set, and a trader that all know. */
async function fiveNodes(path: string): Promise<{ set: LocalSet; trader: Trader }> {
  const set = new LocalSet(path, 5, seed, settingsOf(), 4);
  set.readers.add(4);
  await Promise.all([0, 1, 2, 3, 4].map((i) => set.start(i, true)));
  for (const member of set.running) await member.submitL1(registration(1, 1_000_000n), 0);
  await until(set, "account", () => set.running.every(({ exchange }) => exchange.machine.nextAccount > 1));
  return { set, trader: new Trader(1) };
}

async function trade(
  set: LocalSet,
  trader: Trader,
  random: Random,
  through: readonly number[],
): Promise<void> {
  for (const index of through) {
    const request = random.chance(0.2)
      ? trader.request({ type: WordType.cancel, slot: random.below(8) })
      : trader.place(random.below(8), random.pick([Side.buy, Side.sell]), random.between(1990, 2010), 3);
    const answer = await set.members[index]!.submit(request);
    if (isRefusal(answer)) throw new Error(`turned away: ${answer.refused}, SEED=${seed}`);
  }
}

const inEpoch = (set: LocalSet, epoch: number): Promise<void> =>
  until(set, `epoch ${epoch}`, () => set.running.every((member) => member.epoch.number === epoch));

/** All have executed what anybody has, the same logs and the same batches. */
async function agree(set: LocalSet): Promise<void> {
  const highest = Math.max(...set.running.map((member) => member.health().sequence));
  // What is executed may not be on disk yet, where receipts are.
  await until(set, "agreement", async () => {
    const receipts = await Promise.all(set.running.map((member) => member.receiptAt(highest)));
    return receipts.every((receipt) => receipt !== undefined);
  });
  for (let sequence = 1; sequence <= highest; sequence++) {
    const words = await Promise.all(set.running.map(async (one) => (await one.receiptAt(sequence))?.word));
    assert.is(new Set(words).size, 1, `log at ${sequence}, SEED=${seed}`);
  }
  const batches = Math.min(...set.running.map((member) => member.latestBatch()));
  for (let number = 1; number <= batches; number++) {
    const cut = await Promise.all(set.running.map((member) => member.batch(number)));
    for (const batch of cut) assert.equal(batch, cut[0], `batch ${number}, SEED=${seed}`);
  }
}

/** After the last: every disk has the same seeds, each moved on by the key of its leader, in every epoch. */
async function sameSeeds(set: LocalSet, last: number): Promise<void> {
  await set.stopAll();
  const first = { epoch: FIRST_EPOCH, validators: set.addresses.slice(0, 4) };
  const known = new Map<number, string>();
  for (const index of set.addresses.keys()) {
    const database = await set.database(index);
    const { seeds, leaders } = await readSeedChain(database, SEPARATOR, first).finally(() =>
      database.close(),
    );
    assert.is(new Set(seeds.values()).size, seeds.size, `no seed comes twice, SEED=${seed}`);
    assert.equal(
      [...leaders.keys()],
      Array.from({ length: last - FIRST_EPOCH + 1 }, (_, i) => FIRST_EPOCH + i),
      `blocks of all epochs at node ${index}, SEED=${seed}`,
    );
    for (const [height, found] of seeds) {
      assert.is(found, known.get(height) ?? found, `height ${height} at node ${index}, SEED=${seed}`);
      known.set(height, found);
    }
  }
}

async function epochsOfBatches(member: ValidatorSequencer): Promise<number[]> {
  const epochs: number[] = [];
  for (let number = 1; number <= member.latestBatch(); number++)
    epochs.push((await member.batch(number))!.header.epoch);
  return epochs;
}

test("a set ends its epoch when the next one is sealed; who came votes, who left looks on and passes requests on", async () =>
  withFolder(async (path) => {
    const { set, trader } = await fiveNodes(path);
    const forger = new RevealForger(SEPARATOR, secretKeyOf(4));
    set.change = (from, message) => forger.pass(message, from === set.addresses[4]);
    try {
      const random = new Random(seed);
      await trade(set, trader, random, [0, 1, 2, 3, 4, 0, 4]);
      assert.equal(
        set.running.map((member) => member.consensus().isMember),
        [true, true, true, true, false],
      );
      set.readers.delete(4);
      set.seal(FIRST_EPOCH + 1, [1, 2, 3, 4]);
      await inEpoch(set, FIRST_EPOCH + 1);
      assert.equal(
        set.running.map((member) => member.consensus().isMember),
        [false, true, true, true, true],
      );
      set.readers.add(0);
      await trade(set, trader, random, [4, 0, 1, 0, 2, 3]);
      // Who came shows values that are not due: its blocks are refused, and the others go on without them.
      forger.isLying = true;
      await until(set, "refused block", () => set.invalid.length > 0);
      await trade(set, trader, random, [0, 1, 2, 3, 0, 1]);
      forger.isLying = false;
      const told = JSON.stringify(set.invalid);
      for (const { leader, fault } of set.invalid)
        assert.equal([leader, fault], [set.addresses[4], "wrongReveal"], `${told}, SEED=${seed}`);
      // Of four, three are a quorum: now the new one's votes are needed.
      await set.stop(1);
      await trade(set, trader, random, [4, 0, 2, 3, 4, 0, 2, 3, 4]);
      await agree(set);
      const epochs = await epochsOfBatches(set.running[0]!);
      assert.equal(
        epochs,
        [...epochs].sort((a, b) => a - b),
        "epochs of batches only grow",
      );
      assert.ok(epochs.includes(FIRST_EPOCH), "what was open was cut when the epoch ended");
      assert.equal(set.running[0]!.setOf(FIRST_EPOCH), set.addresses.slice(0, 4));
      assert.equal(set.running[0]!.setOf(FIRST_EPOCH + 1), set.addresses.slice(1));
      assert.equal(set.faults, []);
      await sameSeeds(set, FIRST_EPOCH + 1);
    } finally {
      await set.stopAll();
    }
  }));

test("all stopped and started again around a handover go on in the epoch that they were in", async () =>
  withFolder(async (path) => {
    const { set, trader } = await fiveNodes(path);
    set.readers.delete(4);
    try {
      const random = new Random(seed + 1);
      let members = [0, 1, 2, 3];
      for (let epoch = FIRST_EPOCH + 1; epoch <= FIRST_EPOCH + 3; epoch++) {
        await trade(set, trader, random, [0, 1, 2, 3, 4]);
        const away = random.pick(members);
        members = [0, 1, 2, 3, 4].filter((index) => index !== away);
        set.seal(epoch, random.shuffled(members));
        await new Promise((resolve) => setTimeout(resolve, random.below(400)));
        await set.stopAll();
        await Promise.all([0, 1, 2, 3, 4].map((i) => set.start(i, false)));
        await inEpoch(set, epoch);
      }
      await trade(set, trader, random, [0, 1, 2, 3, 4]);
      await agree(set);
      assert.equal(set.faults, []);
      await sameSeeds(set, FIRST_EPOCH + 3);
    } finally {
      await set.stopAll();
    }
  }));

test("one that was away for a whole epoch follows the chain through it, and one that lost its disk votes again", async () =>
  withFolder(async (path) => {
    const { set, trader } = await fiveNodes(path);
    set.readers.delete(4);
    try {
      const random = new Random(seed + 2);
      await trade(set, trader, random, [0, 1, 2]);
      await set.stop(3);
      await set.lose(4);
      set.seal(FIRST_EPOCH + 1, [0, 1, 2, 4]);
      await trade(set, trader, random, [0, 1, 2]);
      await until(set, "second epoch", () =>
        [0, 1, 2].every((index) => set.members[index]!.epoch.number === FIRST_EPOCH + 1),
      );
      await trade(set, trader, random, [0, 1, 2]);
      set.seal(FIRST_EPOCH + 2, [0, 1, 3, 4]);
      await until(set, "third epoch", () =>
        [0, 1, 2].every((index) => set.members[index]!.epoch.number === FIRST_EPOCH + 2),
      );
      await set.start(3, false);
      await set.start(4, false);
      await inEpoch(set, FIRST_EPOCH + 2);
      await trade(set, trader, random, [0, 1, 3]);
      const lost = set.members[4]!;
      await until(set, "word of it", () => lost.consensus().view > lost.consensus().silentThrough);
      // Without it there is no quorum now.
      await set.stop(0);
      await trade(set, trader, random, [1, 3, 4, 2]);
      await agree(set);
      assert.equal(set.faults, []);
      await sameSeeds(set, FIRST_EPOCH + 2);
    } finally {
      await set.stopAll();
    }
  }));

test("two of four die for ever: the set that L1 seals then goes on from the same chain, and who comes back follows it", async () =>
  withFolder(async (path) => {
    const { set, trader } = await fiveNodes(path);
    set.readers.delete(4);
    try {
      const random = new Random(seed + 3);
      await trade(set, trader, random, [0, 1, 2, 3, 4]);
      while (set.running.some((one) => one.latestBatch() === 0))
        await trade(set, trader, random, [0, 1, 2, 3, 4]);
      const committed = (await set.members[1]!.batch(1))!.header.postRoot;
      await Promise.all([set.stop(2), set.stop(3)]);
      // The old set cannot hand over to this one any more: its number is skipped.
      set.seal(FIRST_EPOCH + 1, [1, 2, 3, 4]);
      set.sealTakeOver(FIRST_EPOCH + 2, [0, 1, 4], { batches: 1, root: committed });
      await inEpoch(set, FIRST_EPOCH + 2);
      const batch = set.running[0]!.latestBatch();
      while (set.running.some((one) => one.latestBatch() <= batch + 1))
        await trade(set, trader, random, [0, 1, 4]);
      const epochs = await epochsOfBatches(set.running[0]!);
      assert.equal([epochs[0], epochs.at(-1)], [FIRST_EPOCH, FIRST_EPOCH + 2]);
      for (const index of [2, 3]) set.readers.add(index);
      await Promise.all([2, 3].map((index) => set.start(index, false)));
      await inEpoch(set, FIRST_EPOCH + 2);
      await trade(set, trader, random, [2, 0, 3, 4]);
      await agree(set);
      assert.equal(
        set.running.map((member) => member.consensus().isMember),
        [true, true, false, false, true],
      );
      await set.stopAll();
      await Promise.all([0, 1, 2, 3, 4].map((index) => set.start(index, false)));
      await inEpoch(set, FIRST_EPOCH + 2);
      await trade(set, trader, random, [0, 4]);
      await agree(set);
      set.seal(FIRST_EPOCH + 3, [0, 1, 2, 4]);
      await inEpoch(set, FIRST_EPOCH + 3);
      await trade(set, trader, random, [0, 4]);
      await agree(set);
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

test("what a survivor alone knew to be certified is where the new set begins", async () =>
  withFolder(async (path) => {
    const { set, trader } = await fiveNodes(path);
    set.readers.delete(4);
    try {
      const random = new Random(seed + 4);
      await trade(set, trader, random, [0, 1]);
      // The fifth and the second hear nothing of what the other three order now.
      for (const from of [0, 2, 3])
        for (const to of [1, 4]) set.cut.add(`${set.addresses[from]}>${set.addresses[to]}`);
      await trade(set, trader, random, [0, 2, 3, 0]);
      const { height } = set.members[0]!.consensus();
      await Promise.all([set.stop(2), set.stop(3)]);
      assert.ok(set.members[1]!.consensus().height < height);
      set.sealTakeOver(FIRST_EPOCH + 1, [4, 0, 1]);
      set.cut.clear();
      await trade(set, trader, random, [1, 4]);
      await agree(set);
      assert.ok(set.running.every((member) => member.consensus().height > height));
      for (const index of [2, 3]) await set.start(index, false);
      await inEpoch(set, FIRST_EPOCH + 1);
      await agree(set);
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  }));

test.run();
