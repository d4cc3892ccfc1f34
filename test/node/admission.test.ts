import { test } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { amountFields, encodePayload, encodeWord, Scope, WordType } from "../../sequencer/exchange/word.ts";
import { MESSAGES } from "../../sequencer/node/admission.ts";
import { type AdmissionCode, isRefusal } from "../../sequencer/node/refusal.ts";
import type { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import {
  genesis,
  HandClock,
  openAt,
  ownerHash,
  receiptOf,
  registration,
  settingsOf,
  signWords,
  type Trader,
  withFolder,
  withSequencer,
} from "./exchange-fixture.ts";

const seen = new Set<AdmissionCode>();

/** Turned away with this code, and nothing has changed. */
async function refuses(sequencer: SoloSequencer, code: AdmissionCode, request: SignedRequest): Promise<void> {
  const before = [sequencer.health().sequence, JSON.stringify(sequencer.account(1), plain)];
  const answer = await sequencer.submit(request);
  assert.ok(isRefusal(answer), `${code}: was logged`);
  assert.is(answer.refused, code);
  assert.is(answer.message, MESSAGES[code]);
  assert.equal([sequencer.health().sequence, JSON.stringify(sequencer.account(1), plain)], before);
  seen.add(code);
}

const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);

const newKey = (trader: Trader, key: number, more: object = {}): SignedRequest => {
  const words = [
    encodePayload(WordType.payloadHigh, ownerHash(key) >> 128n, false),
    encodePayload(WordType.payloadLow, ownerHash(key) % (1n << 128n), false),
    trader.word({ type: WordType.setTradingKey, slot: Scope.place, ...more }),
  ];
  return signWords(trader.account, words);
};

test("what is no request", async () =>
  withSequencer(1, async (sequencer, [trader]) => {
    const word = (fields: object) => encodeWord({ account: 1, type: WordType.cancel, ...fields });
    const send = (code: AdmissionCode, ...words: bigint[]) => refuses(sequencer, code, signWords(1, words));
    const good = word({});
    await refuses(sequencer, "malformed", { ...signWords(1, [good]), words: [] });
    await send("malformed", good, good);
    await send("malformed", word({ type: WordType.setTradingKey }));
    const [high, low, command] = newKey(trader!, 9).words as [bigint, bigint, bigint];
    await send("malformed", low, high, command);
    await send("malformed", high, low, good);
    await send("oversized", high, low, low, command);
    await refuses(sequencer, "oversized", { ...signWords(1, [good]), words: [good | (1n << 248n)] });
    await refuses(sequencer, "oversized", { ...signWords(1, [good]), words: [-1n] });
    await send("unknownType", word({ type: WordType.tick }));
    await send("unknownType", word({ type: WordType.expire }));
    await send("unknownType", word({ type: WordType.register }));
    await send("unknownType", word({ type: 31 }));
    await send("unknownType", 0n);
    await send("l1Mark", word({ l1: 1 }));
    await send("l1Mark", high | 128n, low, command);
    await send("outcomeBits", word({ outcome: 1 }));
    await send("outcomeBits", word({ outcome: 2 }));
  }));

test("bits that a type does not use", async () =>
  withSequencer(1, async (sequencer, [trader]) => {
    const send = (words: bigint[]) => refuses(sequencer, "spareBits", signWords(1, words));
    const cancel = encodeWord({ account: 1, type: WordType.cancel });
    await send([cancel | (1n << 190n)]);
    await send([cancel | (1n << 247n)]);
    await send([encodeWord({ account: 1, type: WordType.cancel, price: 1 })]);
    await send([encodeWord({ account: 1, type: WordType.cancelAll, slot: 1 })]);
    await send([encodeWord({ account: 1, type: WordType.withdraw, expiry: 1 })]);
    await send([encodeWord({ account: 1, type: WordType.transfer, expiry: 1 << 20 })]);
    const place = trader!.word({ type: WordType.place, price: 2000, size: 1 });
    await send([place | (1n << 93n)]);
    const [high, low, command] = newKey(trader!, 9).words as [bigint, bigint, bigint];
    await send([high | (1n << 136n), low, command]);
  }));

test("names that do not exist, and orders that no market takes", async () =>
  withSequencer(
    1,
    async (sequencer, [trader]) => {
      const place = (more: object) => trader!.place(0, 0, 2000, 4, more);
      await refuses(sequencer, "unknownSlot", place({ slot: 16 }));
      await refuses(sequencer, "unknownSlot", trader!.request({ type: WordType.cancel, slot: 255 }));
      await refuses(
        sequencer,
        "unknownAccount",
        signWords(2, [encodeWord({ account: 2, type: WordType.cancel })]),
      );
      await refuses(
        sequencer,
        "unknownAccount",
        signWords(2, [encodeWord({ account: 0, type: WordType.cancel })]),
      );
      await refuses(sequencer, "unknownMarket", place({ market: 2 }));
      await refuses(sequencer, "offTick", place({ price: 0 }));
      await refuses(sequencer, "offTick", place({ price: 2003 }));
      await refuses(sequencer, "offLot", place({ size: 0 }));
      await refuses(sequencer, "offLot", place({ size: 5 }));
      await refuses(sequencer, "expired", place({ expiry: genesis.time + 1 }));
      const nonce = { nonce: 0 };
      assert.is(
        (await receiptOf(sequencer, place({ expiry: genesis.time + 2, ...nonce }))).outcome,
        "accepted",
      );
    },
    settingsOf({ increments: [{ price: 5, size: 2 }] }),
  ));

test("keys and signatures", async () =>
  withSequencer(2, async (sequencer, [trader]) => {
    const cancel = (more: object = {}) => encodeWord({ account: 1, type: WordType.cancel, slot: 3, ...more });
    const good = signWords(1, [cancel()]);
    await refuses(sequencer, "unknownKey", signWords(2, [cancel()]));
    await refuses(sequencer, "unknownKey", signWords(1, [cancel({ keySelector: 1 })]));
    const [x, y] = good.publicKey;
    await refuses(sequencer, "unknownKey", { ...good, publicKey: [x + FIELD_MODULUS, y] });
    await refuses(sequencer, "unknownKey", { ...good, publicKey: [y, x] });
    await refuses(sequencer, "staleKey", signWords(1, [cancel({ keyVersion: 1 })]));
    await refuses(sequencer, "staleKey", signWords(1, [cancel({ keySelector: 1, keyVersion: 1 })]));
    await refuses(sequencer, "badSignature", { ...good, words: [cancel({ nonce: 5 })] });
    await refuses(sequencer, "badSignature", signWords(1, [cancel()], genesis.domain + 1n));
    await refuses(sequencer, "badSignature", { ...good, signature: { ...good.signature, s: 0n } });
    const other = signWords(1, [cancel({ nonce: 6 })]);
    await refuses(sequencer, "badSignature", { ...good, signature: other.signature });

    const keyTime = { expiry: genesis.time + 100 };
    assert.is((await receiptOf(sequencer, newKey(trader!, 9, keyTime))).outcome, "accepted");
    const order = { slot: 1, price: 2000, size: 2 };
    const byKey = (fields: object) =>
      signWords(9, [trader!.word({ type: WordType.place, keySelector: 1, keyVersion: 1, ...fields })]);
    await refuses(sequencer, "staleKey", byKey({ ...order, keyVersion: 0 }));
    await refuses(sequencer, "staleKey", byKey({ ...order, keyVersion: 2 }));
    await refuses(sequencer, "outOfScope", byKey({ type: WordType.cancel }));
    await refuses(sequencer, "outOfScope", byKey({ type: WordType.withdraw, ...amountFields(1n) }));
    await refuses(sequencer, "outOfScope", signTradingKeyByTradingKey(trader!));
    assert.is((await receiptOf(sequencer, byKey(order))).outcome, "accepted");
    await sequencer.submitTick({ time: genesis.time + 100, deltas: [0, 0] });
    await refuses(sequencer, "keyExpired", byKey(order));
  }));

const signTradingKeyByTradingKey = (trader: Trader): SignedRequest => {
  const { words } = newKey(trader, 8, { keySelector: 1, keyVersion: 1 });
  return signWords(9, words);
};

test("a trading key that is about to be replaced signs nothing more", async () =>
  withSequencer(1, async (sequencer, [trader]) => {
    await receiptOf(sequencer, newKey(trader!, 9));
    const replacing = sequencer.submit(newKey(trader!, 8));
    const order = { type: WordType.place, keySelector: 1, keyVersion: 1, price: 2000, size: 2 };
    const late = await sequencer.submit(signWords(9, [trader!.word(order)]));
    assert.ok(isRefusal(late) && late.refused === "staleKey");
    assert.not.ok(isRefusal(await replacing));
  }));

test("nonces, counting requests that wait", async () =>
  withSequencer(1, async (sequencer) => {
    const at = (nonce: number) => signWords(1, [encodeWord({ account: 1, type: WordType.cancel, nonce })]);
    const first = sequencer.submit(at(40));
    const again = await sequencer.submit(at(40));
    assert.ok(isRefusal(again) && again.refused === "usedNonce", "waits already");
    assert.not.ok(isRefusal(await first));
    await refuses(sequencer, "usedNonce", at(40));
    const ahead = sequencer.submit(at(100));
    const below = await sequencer.submit(at(41));
    assert.ok(isRefusal(below) && below.refused === "usedNonce", "will be below the window");
    assert.not.ok(isRefusal(await ahead));
    assert.is(sequencer.account(1)!.nextNonce, 101);
    assert.is((await receiptOf(sequencer, at(70))).outcome, "refused");
  }));

test("no nonce far ahead of the clock: a key's window never moves back", async () =>
  withSequencer(1, async (sequencer) => {
    const at = (nonce: number) => signWords(1, [encodeWord({ account: 1, type: WordType.cancel, nonce })]);
    const furthest = Math.max(0, genesis.time + 1 - 1_735_689_600) + 2 ** 24;
    await refuses(sequencer, "nonceTooFar", at(furthest + 1));
    await refuses(sequencer, "nonceTooFar", at(2 ** 32 - 1));
    assert.is((await receiptOf(sequencer, at(furthest))).code, "noSuchOrder");
  }));

test("fees that cannot be paid, counting requests that wait", async () =>
  withFolder(async (path) => {
    const sequencer = await openAt(path);
    await sequencer.submitL1(registration(1, 3n * genesis.requestFee - 1n), 0);
    await sequencer.submitTick({ time: genesis.time + 1, deltas: [0, 0] });
    const at = (nonce: number) => signWords(1, [encodeWord({ account: 1, type: WordType.cancel, nonce })]);
    const answers = await Promise.all([
      sequencer.submit(at(0)),
      sequencer.submit(at(1)),
      sequencer.submit(at(2)),
    ]);
    assert.equal(
      answers.map((answer) => (isRefusal(answer) ? answer.refused : answer.code)),
      ["noSuchOrder", "noSuchOrder", "unfunded"],
    );
    await refuses(sequencer, "unfunded", at(2));
    assert.is(sequencer.account(1)!.collateral, genesis.requestFee - 1n);
    await sequencer.close();
    await refuses(sequencer, "closing", at(2));
  }));

test("what waited before took the money: a request that could not pay any more is refused, and no log sees it", async () =>
  withSequencer(2, async (sequencer, [trader]) => {
    const { sequence: before } = sequencer.health();
    const equity = sequencer.account(1)!.equity;
    const all = { type: WordType.transfer, ...amountFields(equity - genesis.requestFee), expiry: 2 };
    const ends = [trader!.request(all)].concat(
      Array.from({ length: 63 }, () => trader!.request({ type: WordType.cancelAll })),
    );
    const [moved, ...others] = await Promise.all(ends.map((request) => sequencer.submit(request)));
    assert.ok(moved !== undefined && !isRefusal(moved) && moved.outcome === "accepted");
    assert.equal(new Set(others.map((end) => isRefusal(end) && end.refused)), new Set(["unfunded"]));
    assert.is(sequencer.health().sequence, before + 1);
    assert.equal([sequencer.account(1)!.equity, sequencer.account(1)!.pending], [0n, 0]);
    assert.is(sequencer.account(1)!.nextNonce, 1, "no nonce is used up");
  }));

test("a key that expires by a tick of the same block signs nothing in it", async () => {
  const clock = new HandClock();
  const scene = async (sequencer: SoloSequencer, [trader]: Trader[]) => {
    const setting = receiptOf(sequencer, newKey(trader!, 9, { expiry: genesis.time + 100 }));
    clock.advance(1);
    assert.is((await setting).outcome, "accepted");
    const before = sequencer.health().sequence;
    const order = { type: WordType.place, keySelector: 1, keyVersion: 1, slot: 1, price: 2000, size: 2 };
    const late = sequencer.submit(signWords(9, [trader!.word(order)]));
    const ticked = sequencer.submitTick({ time: genesis.time + 100, deltas: [0, 0] });
    clock.advance(1);
    assert.is((await ticked).outcome, "accepted");
    const end = await late;
    assert.ok(isRefusal(end) && end.refused === "keyExpired");
    assert.equal([sequencer.health().sequence, sequencer.account(1)!.pending], [before + 1, 0]);
  };
  await withSequencer(1, scene, settingsOf({}, { blockMs: 1 }), clock);
});

test("room: takers are shed first, relief has its own, one account cannot take it all", async () => {
  const clock = new HandClock();
  const limits = { maxWaiting: 6, reservedForRelief: 2, maxPendingPerAccount: 2, blockMs: 1 };
  const scene = async (sequencer: SoloSequencer, [one, two, three, four]: Trader[]) => {
    const takers = [one!, two!].flatMap((trader) =>
      [0, 1].map((slot) => sequencer.submit(trader.place(slot, 0, 2000, 2))),
    );
    await refuses(sequencer, "busy", three!.place(0, 0, 2000, 2));
    const shed = await sequencer.submit(three!.place(0, 0, 2000, 2, { postOnly: 1 }));
    assert.ok(isRefusal(shed) && shed.refused === "busy" && (shed.retryAfterMs ?? 0) > 0);
    await refuses(sequencer, "tooManyPending", one!.request({ type: WordType.cancel }));
    const relief = [
      sequencer.submit(three!.request({ type: WordType.cancel })),
      sequencer.submit(three!.place(1, 0, 2000, 2, { reduceOnly: 1 })),
    ];
    await refuses(sequencer, "busy", four!.request({ type: WordType.withdraw, ...amountFields(1n) }));
    clock.advance(1);
    const answers = await Promise.all([...takers, ...relief]);
    assert.ok(answers.every((answer) => !isRefusal(answer)));
    const welcome = sequencer.submit(three!.place(0, 0, 2000, 2));
    clock.advance(1);
    assert.not.ok(isRefusal(await welcome), "there is room again");
  };
  await withSequencer(4, scene, settingsOf({}, limits), clock);
});

test("batches that nobody proves shed takers, never relief", async () =>
  withSequencer(
    1,
    async (sequencer, [trader]) => {
      await sequencer.flush();
      assert.is(sequencer.jobs.waiting, 1);
      await refuses(sequencer, "busy", trader!.place(0, 0, 2000, 2));
      assert.is((await receiptOf(sequencer, trader!.request({ type: WordType.cancel }))).outcome, "refused");
    },
    settingsOf({}, { maxUnprovenBatches: 1 }),
  ));

test("every code has been seen", () => {
  assert.equal(
    Object.keys(MESSAGES).filter((code) => !seen.has(code as AdmissionCode)),
    [],
  );
});

test.run();
