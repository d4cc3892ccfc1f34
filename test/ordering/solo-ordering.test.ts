import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodePayload, encodeTick, encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import {
  type Entry,
  EntryClass,
  l1Entries,
  signedEntry,
  unsignedEntry,
} from "../../sequencer/ordering/entry.ts";
import { inBlockOrder, SoloOrdering } from "../../sequencer/ordering/solo-ordering.ts";
import { Random, testSeed } from "../generate/random.ts";

const authority = { publicKey: [0n, 1n], signature: { r8: [0n, 1n], s: 0n } } as const;
const entry = (fields: Parameters<typeof encodeWord>[0]): Entry =>
  signedEntry([encodeWord(fields)], authority);
const taker = (account: number, nonce = 0): Entry => entry({ type: WordType.place, account, nonce });
const quote = (account: number): Entry => entry({ type: WordType.place, account, postOnly: 1 });
const cancel = (account: number): Entry => entry({ type: WordType.cancel, account });
const reducing = (account: number): Entry => entry({ type: WordType.place, account, reduceOnly: 1 });
const tick: Entry = unsignedEntry([encodeTick({ time: 1, deltas: [] })]);

const limits = { maxWaiting: 5, reservedForRelief: 2, maxBlockEntries: 3, blockMs: 10 };

test("inside a block: system, relief, post-only, takers", () => {
  const [t, q, c, r] = [taker(1), quote(2), cancel(3), reducing(4)];
  const expire = unsignedEntry([encodeWord({ type: WordType.expire, account: 9 })]);
  assert.equal(inBlockOrder([t, q, c, r, expire, tick]), [tick, expire, c, r, q, t]);
});

test("an account's own entries keep their order: its cancel never overtakes the order it cancels", () => {
  const [own, late, other] = [taker(1), cancel(1), cancel(2)];
  assert.equal(inBlockOrder([own, late, other]), [other, own, late]);
  const seed = testSeed("block order", 1);
  const random = new Random(seed);
  const makers = [taker, quote, cancel, reducing];
  for (let round = 0; round < 200; round++) {
    const entries = Array.from({ length: 12 }, () => random.pick(makers)(random.between(1, 3)));
    const ordered = inBlockOrder(entries);
    assert.is(new Set(ordered).size, entries.length);
    for (const account of [1, 2, 3])
      assert.equal(
        ordered.filter((e) => e.account === account),
        entries.filter((e) => e.account === account),
      );
  }
});

test("a block is due when it is full, or its oldest entry has waited", () => {
  const ordering = new SoloOrdering(limits, 7);
  assert.is(ordering.dueInMs(0), undefined);
  ordering.append(taker(1), 100);
  assert.is(ordering.dueInMs(104), 6);
  assert.is(ordering.next(109), undefined);
  assert.equal(ordering.next(110)?.height, 8);
  for (let i = 0; i < 3; i++) ordering.append(tick, 200);
  ordering.append(tick, 200);
  assert.is(ordering.dueInMs(200), 0);
  const block = ordering.next(200)!;
  assert.equal([block.height, block.entries.length, ordering.waiting], [9, 3, 1]);
});

test("a clock that is put back holds no block", () => {
  const ordering = new SoloOrdering(limits, 0);
  ordering.append(taker(1), 3_600_000);
  assert.is(ordering.dueInMs(3_600_004), 6);
  assert.is(ordering.dueInMs(4), 0);
  assert.is(ordering.next(4)?.height, 1);
});

test("takers are shed first, relief has room of its own, the system always fits", () => {
  const ordering = new SoloOrdering(limits, 0);
  for (let i = 0; i < 3; i++) assert.ok(ordering.append(taker(i), 0));
  assert.not.ok(ordering.append(taker(4), 0));
  assert.not.ok(ordering.append(quote(4), 0));
  assert.not.ok(ordering.hasRoom(EntryClass.taker));
  assert.ok(ordering.append(cancel(5), 0));
  assert.ok(ordering.append(reducing(5), 0));
  assert.not.ok(ordering.append(cancel(6), 0));
  assert.ok(ordering.append(tick, 0));
  ordering.next(1000);
  assert.ok(ordering.append(taker(4), 0), "a block made room");
});

test("L1 words are grouped into whole requests", () => {
  const words = [
    encodePayload(WordType.payloadHigh, 1n, true),
    encodePayload(WordType.payloadLow, 2n, true),
    encodeWord({ type: WordType.register, l1: 1, account: 1 }),
    encodeWord({ type: WordType.deposit, l1: 1, account: 1 }),
  ];
  assert.equal(
    l1Entries(words).map((e) => e.words.length),
    [3, 1],
  );
  assert.throws(() => l1Entries(words.slice(0, 2)), /middle of a request/);
  assert.throws(() => l1Entries([encodeWord({ type: WordType.deposit, account: 1 })]), /no L1 mark/);
});

test.run();
