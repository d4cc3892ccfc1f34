import { test } from "uvu";
import * as assert from "uvu/assert";
import { signaturesHash } from "../../sequencer/batch/signatures-hash.ts";
import type { L1Transaction } from "../../sequencer/chain/settlement-record.ts";
import { encodeWord, Side, WordType } from "../../sequencer/exchange/word.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import { replayJob } from "../batch/replay-job.ts";
import {
  genesis,
  HandClock,
  openAt,
  poseidon,
  receiptOf,
  registration,
  settingsOf,
  signWords,
  withFolder,
  withSequencer,
} from "./exchange-fixture.ts";

const { buy, sell } = Side;

test("an order rests, fills in part and in full: receipts, fills, book, orders and accounts tell so", async () =>
  withSequencer(2, async (sequencer, [maker, taker]) => {
    const quote = await receiptOf(sequencer, maker!.place(3, sell, 2010, 10));
    assert.equal([quote.outcome, quote.order, quote.filled, quote.fills], ["accepted", "open", 0, null]);
    assert.equal(sequencer.book(0, 5)!.asks, [{ price: 2010, lots: 10, orders: 1 }]);
    const bought = await receiptOf(sequencer, taker!.place(0, buy, 2020, 4));
    assert.equal([bought.order, bought.filled, bought.fills], ["filled", 4, { first: 1, count: 1 }]);
    const swept = await receiptOf(sequencer, taker!.place(1, buy, 2020, 9));
    assert.equal([swept.order, swept.filled, swept.fills], ["open", 6, { first: 2, count: 1 }]);
    const resting = await sequencer.order({ account: 2, slot: 1 });
    assert.equal([resting!.state, resting!.size, resting!.filled, resting!.remaining], ["open", 9, 6, 3]);
    const gone = await sequencer.order({ account: 1, slot: 3 });
    assert.equal([gone!.state, gone!.filled, gone!.remaining, gone!.word], ["filled", 10, 0, quote.sequence]);
    assert.equal(sequencer.book(0, 5)!.bids, [{ price: 2020, lots: 3, orders: 1 }]);
    assert.equal(sequencer.book(0, 5)!.asks, []);
    const fills = await sequencer.fills(1, 10);
    assert.equal(
      fills.map(({ price, lots, side, word }) => [price, lots, side, word]),
      [
        [2010, 4, buy, bought.sequence],
        [2010, 6, buy, swept.sequence],
      ],
    );
    assert.equal(fills[1]!.taker, { account: 2, slot: 1 });
    assert.equal(fills[1]!.maker, { account: 1, slot: 3 });
    assert.equal(await sequencer.fills(2, 1), [fills[1]!]);
    assert.equal(await sequencer.accountFills(1, 2, 10), [fills[1]!]);
    assert.equal(await sequencer.accountFills(3, 1, 10), []);
    assert.equal(sequencer.account(2)!.positions, [{ market: 0, size: 10 }]);
    assert.equal(sequencer.account(1)!.positions, [{ market: 0, size: -10 }]);
    assert.is(sequencer.account(2)!.orders[0]!.remaining, 3);
    assert.equal(await sequencer.receipt(swept.word), swept);
    assert.is(await sequencer.receipt(swept.word + 1n), undefined);
    assert.is(sequencer.book(2, 5), undefined);
    assert.is(sequencer.account(3), undefined);
    assert.is(sequencer.account(0), undefined);
  }));

test("an order that never rests leaves the record of the slot's resting order alone", async () =>
  withSequencer(2, async (sequencer, [maker, taker]) => {
    await receiptOf(sequencer, taker!.place(0, buy, 1990, 5));
    await receiptOf(sequencer, maker!.place(0, sell, 2000, 2));
    const taken = await receiptOf(sequencer, taker!.place(0, buy, 2000, 5, { immediateOrCancel: 1 }));
    assert.equal([taken.order, taken.filled], ["dropped", 2]);
    const resting = await sequencer.order({ account: 2, slot: 0 });
    assert.equal([resting!.state, resting!.price, resting!.remaining], ["open", 1990, 5]);
    const missed = await receiptOf(sequencer, taker!.place(0, buy, 2000, 5, { immediateOrCancel: 1 }));
    assert.equal([missed.outcome, missed.order, missed.filled], ["accepted", "dropped", 0]);
  }));

test("cancelled one by one, all at once, or expired: the book forgets at once, the list when met", async () =>
  withSequencer(2, async (sequencer, [maker, taker]) => {
    const state = async (slot: number) => (await sequencer.order({ account: 1, slot }))!.state;
    await receiptOf(sequencer, maker!.place(0, sell, 2000, 2));
    await receiptOf(sequencer, maker!.request({ type: WordType.cancel, slot: 0 }));
    assert.is(await state(0), "cancelled");
    await receiptOf(sequencer, maker!.place(1, sell, 2001, 2));
    await receiptOf(sequencer, maker!.place(2, sell, 2002, 2, { expiry: genesis.time + 5 }));
    const before = sequencer.health().sequence;
    await receiptOf(sequencer, maker!.request({ type: WordType.cancelAll }));
    assert.equal([await state(1), await state(2)], ["cancelled", "cancelled"]);
    assert.equal(sequencer.book(0, 5)!.asks, []);
    assert.is(sequencer.health().sequence, before + 1);
    // The next block clears them, ahead of its taker, who then meets nobody.
    const bought = await receiptOf(sequencer, taker!.place(0, buy, 2010, 2));
    assert.equal([bought.order, bought.sequence], ["open", before + 4]);
    const cleared = await sequencer.receiptAt(before + 2);
    assert.equal([cleared!.type, cleared!.outcome], ["expire", "accepted"]);
    await receiptOf(sequencer, maker!.place(3, sell, 2030, 2, { expiry: genesis.time + 5 }));
    await sequencer.submitTick({ time: genesis.time + 5, deltas: [0, 0] });
    assert.is(await state(3), "expired");
    assert.is(sequencer.account(1)!.orders.length, 0);
  }));

test("a refused request burns nonce and fee and is visible, a tick too", async () =>
  withSequencer(1, async (sequencer, [trader]) => {
    const refused = await receiptOf(sequencer, trader!.place(0, buy, 4000, 2));
    assert.equal([refused.outcome, refused.code, refused.order], ["refused", "outsideCollar", null]);
    assert.is(sequencer.account(1)!.collateral, 1_000_000n - genesis.requestFee);
    assert.equal(await sequencer.receiptAt(refused.sequence), refused);
    const tick = await sequencer.submitTick({ time: genesis.time, deltas: [0, 0] });
    assert.equal([tick.type, tick.code], ["tick", "clockNotAdvanced"]);
  }));

test("words of the L1 queue come in their order, whole, and once", async () =>
  withFolder(async (path) => {
    const sequencer = await openAt(path);
    assert.is(sequencer.nextL1Index(), 0);
    await sequencer.submitL1(registration(1, 500n), 0);
    assert.is(sequencer.nextL1Index(), 3);
    const fails = async (run: Promise<void>, why: RegExp) => {
      const error = await run.then(
        () => null,
        (e: Error) => e,
      );
      assert.match(error!.message, why);
    };
    await fails(sequencer.submitL1(registration(1, 500n), 0), /3 is next/);
    await fails(sequencer.submitL1(registration(2, 500n).slice(0, 2), 3), /middle of a request/);
    await sequencer.submitL1(registration(1, 500n), 3);
    await sequencer.submitTick({ time: genesis.time + 1, deltas: [0, 0] });
    assert.is(sequencer.health().l1Consumed, 6);
    assert.equal((await sequencer.receiptAt(6))!.code, "outOfTurn");
    await sequencer.close();
    const again = await openAt(path);
    assert.is(again.nextL1Index(), 6);
    await again.close();
  }));

const transaction = (block: number): L1Transaction => ({
  hash: `0x${"ab".repeat(32)}`,
  block,
  blockHash: `0x${"cd".repeat(32)}`,
  time: 1,
  gasUsed: 2n ** 40n,
  gasPrice: 7n,
});

test("receipts and fills are ordered, committed, proven, and ordered again after a reorganisation", async () =>
  withSequencer(2, async (sequencer, [maker, taker], path) => {
    await receiptOf(sequencer, maker!.place(0, sell, 2000, 2));
    const bought = await receiptOf(sequencer, taker!.place(0, buy, 2000, 2));
    const cutNumbers: number[] = [];
    const stopListening = sequencer.onBatchCut((number) => cutNumbers.push(number));
    const number = await sequencer.flush();
    stopListening();
    assert.equal(cutNumbers, [number]);
    assert.is(bought.batch, number);
    const look = async (from = sequencer) => [
      (await from.receipt(bought.word))!.settlement,
      (await from.fills(1, 1))[0]!.settlement,
      (await from.batchView(number))!.state,
    ];
    assert.equal(await look(), ["ordered", "ordered", "cut"]);
    for (let n = 1; n <= number; n++)
      await sequencer.recordSettlement({ number: n, commit: transaction(n), prove: null });
    assert.equal(await look(), ["committed", "committed", "committed"]);
    for (let n = 1; n <= number; n++)
      await sequencer.recordSettlement({ number: n, commit: transaction(n), prove: transaction(n + 1) });
    assert.equal(await look(), ["proven", "proven", "proven"]);
    assert.is(sequencer.health().provingLagSeconds, 0);
    await sequencer.recordSettlement({ number, commit: null, prove: null });
    assert.equal(await look(), ["ordered", "ordered", "cut"]);
    assert.equal(sequencer.health().batches, { cut: number, committed: number - 1, proven: number - 1 });
    await sequencer.recordSettlement({ number, commit: transaction(9), prove: null });
    await sequencer.close();
    const again = await openAt(path);
    assert.equal(await look(again), ["committed", "committed", "committed"]);
    assert.equal((await again.batchView(number))!.settlement.commit, transaction(9));
    await again.close();
  }));

test("a taker that reaches into a later batch is as settled as that one, not as the one that it began in", async () =>
  withSequencer(
    2,
    async (sequencer, [maker, taker], path) => {
      for (let slot = 0; slot < 6; slot++) await receiptOf(sequencer, maker!.place(slot, sell, 2000, 2));
      const swept = await receiptOf(sequencer, taker!.place(0, buy, 2000, 12));
      const { first, count } = swept.fills!;
      const batches = (await sequencer.fills(first, count)).map(({ batch }) => batch);
      assert.ok(batches[0]! < batches.at(-1)!, "its fills are in several batches");
      assert.is(swept.batch, batches.at(-1));
      const settled = async (from = sequencer) => (await from.receipt(swept.word))!.settlement;
      const prove = (number: number) =>
        sequencer.recordSettlement({ number, commit: transaction(number), prove: transaction(number) });
      await sequencer.flush();
      for (let number = 1; number < swept.batch; number++) await prove(number);
      assert.is(await settled(), "ordered");
      await prove(swept.batch);
      assert.is(await settled(), "proven");
      await sequencer.close();
      const again = await openAt(path, settingsOf({ tiers: [4] }));
      assert.is(await settled(again), "proven");
      await again.close();
    },
    settingsOf({ tiers: [4] }),
  ));

test("jobs of batches that were proven long ago are forgotten, all others kept", async () =>
  withSequencer(1, async (sequencer) => {
    const number = await sequencer.flush();
    assert.ok(await sequencer.jobs.job(number));
    const settle = (n: number, isProven: boolean) =>
      sequencer.recordSettlement({
        number: n,
        commit: transaction(1),
        prove: isProven ? transaction(2) : null,
      });
    await settle(number + 255, true);
    await settle(number + 256, false);
    assert.ok(await sequencer.jobs.job(number));
    await settle(number + 256, true);
    assert.is(await sequencer.jobs.job(number), undefined);
    assert.ok(await sequencer.batch(number));
  }));

test("batches that are cut lead to their roots, carry their signatures' hash and survive a restart", async () =>
  withSequencer(2, async (sequencer, [maker, taker], path) => {
    for (let slot = 0; slot < 6; slot++) await receiptOf(sequencer, maker!.place(slot, sell, 2000, 2));
    await receiptOf(sequencer, taker!.place(0, buy, 2000, 15));
    const latest = sequencer.latestBatch();
    assert.ok(
      latest > 0 && sequencer.health().openSteps > 0,
      "a batch is cut and another under construction",
    );
    await sequencer.close();
    const again = await openAt(path);
    await receiptOf(again, maker!.place(7, buy, 1990, 2));
    const last = await again.flush();
    assert.is(last, latest + 1);
    let root = again.genesisRoot;
    let words = 0;
    for (let number = 1; number <= last; number++) {
      const { header, words: posted, commitment } = (await again.batch(number))!;
      const job = (await again.jobs.job(number))!;
      assert.equal([header.number, header.preRoot], [number, root]);
      assert.equal(job.header, header);
      assert.is(header.signaturesHash, signaturesHash(job.steps));
      assert.is(replayJob(poseidon.hash, job).postRoot, header.postRoot);
      assert.ok(commitment > 0n);
      root = header.postRoot;
      words += posted.length;
    }
    assert.is(words, again.health().sequence);
    assert.is(await again.batch(last + 1), undefined);
    assert.is(await again.flush(), last, "nothing to cut");
    await again.close();
  }));

test("what was taken when the node is closed is finished first", async () => {
  const clock = new HandClock();
  const scene = async (sequencer: Parameters<Parameters<typeof withSequencer>[1]>[0]) => {
    const waiting = sequencer.submit(signWords(1, [encodeWord({ type: WordType.cancel, account: 1 })]));
    assert.is(sequencer.health().queued, 1);
    await sequencer.close();
    const answer = await waiting;
    assert.ok(!isRefusal(answer) && answer.code === "noSuchOrder");
    const late = await sequencer.submit(
      signWords(1, [encodeWord({ type: WordType.cancel, account: 1, nonce: 1 })]),
    );
    assert.ok(isRefusal(late) && late.refused === "closing");
  };
  await withSequencer(1, scene, settingsOf({}, { blockMs: 50 }), clock);
});

test("a disk that fails halts the node: nothing is acknowledged, nothing more is taken", async () =>
  withFolder(async (path) => {
    const { Database } = await import("../../sequencer/store/database.ts");
    const { SoloSequencer } = await import("../../sequencer/node/solo-sequencer.ts");
    const database = await Database.open(path);
    const faults: Error[] = [];
    const sequencer = await SoloSequencer.open(database, settingsOf(), poseidon, new HandClock(), {
      onHalt: (fault) => faults.push(fault),
    });
    await sequencer.submitTick({ time: genesis.time + 1, deltas: [0, 0] });
    await database.close();
    const error = await sequencer.submitTick({ time: genesis.time + 2, deltas: [0, 0] }).then(
      () => null,
      (e: Error) => e,
    );
    assert.match(error!.message, /halted/);
    assert.is(faults.length, 1);
    assert.is(sequencer.health().status, "halted");
    const answer = await sequencer.submit(signWords(1, [encodeWord({ type: WordType.cancel, account: 1 })]));
    assert.ok(isRefusal(answer) && answer.refused === "closing");
    const again = await openAt(path);
    assert.is(again.health().sequence, 1, "the unacknowledged tick is not there");
    await again.close();
  }));

test.run();
