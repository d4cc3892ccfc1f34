import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { InFlight } from "../../sequencer/mempool/in-flight.ts";
import type { MempoolLimits } from "../../sequencer/mempool/limits.ts";
import { Mempool } from "../../sequencer/mempool/mempool.ts";
import { Remembered } from "../../sequencer/mempool/remembered.ts";
import { commandOf } from "../../sequencer/ordering/block-order.ts";
import { EntryClass } from "../../sequencer/ordering/entry.ts";
import { hashOf } from "../../sequencer/ordering/seed.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { Random } from "../generate/random.ts";
import { smallLimits, unsigned } from "../ordering/payload-fixture.ts";

const random = new Random(1);
const seed = hashOf(new Uint8Array(32));
const NOTHING = new Set<bigint>();
const limits: MempoolLimits = {
  maxRequests: 10,
  reservedForRelief: 4,
  maxBytes: 10_000,
  maxPerAccount: 4,
  reliefPerAccount: 1,
  maxAgeMs: 1000,
  maxRemembered: 3,
  minRetryMs: 100,
  blockMs: 300,
};
const pool = (changed: Partial<MempoolLimits> = {}, isThrottled?: () => boolean): Mempool =>
  new Mempool({ ...limits, ...changed }, smallLimits, isThrottled);
const taker = (account: number, nonce = 0): SignedRequest =>
  unsigned([encodeWord({ type: WordType.place, account, nonce, price: 1, size: 1 })], random);
const cancel = (account: number, nonce = 0): SignedRequest =>
  unsigned([encodeWord({ type: WordType.cancel, account, nonce })], random);
const take = (mempool: Mempool, inFlight: { has(command: bigint): boolean } = NOTHING): SignedRequest[] =>
  mempool.take({ seed, limits: smallLimits, inFlight });
const offers = (mempool: Mempool, ...requests: SignedRequest[]): string[] =>
  requests.map((request) => mempool.offer(request, 0).outcome);

test("the same word is held once, and not again after a final block had it", () => {
  const mempool = pool();
  const one = cancel(1);
  const signedAnew = { ...one, signature: cancel(1).signature };
  assert.equal(offers(mempool, one, one, signedAnew), ["held", "known", "known"]);
  assert.ok(mempool.holds(one));
  assert.not.ok(mempool.holds(signedAnew), "another signature was never verified");
  assert.not.ok(mempool.holds({ ...one, publicKey: [9n, 9n] }));
  mempool.included([one]);
  assert.equal(mempool.size, { requests: 0, risk: 0, bytes: 0 });
  assert.equal(offers(mempool, one), ["known"]);
  mempool.included([cancel(2), cancel(3), cancel(4)]);
  assert.equal(offers(mempool, one), ["held"], "it is remembered so long and no longer");
});

test("what execution left out may come again", () => {
  const mempool = pool();
  const one = taker(1);
  mempool.included([one]);
  mempool.leftOut(one);
  assert.equal(offers(mempool, one), ["held"]);
});

test("takers are shed with a time to come back, relief has room of its own", () => {
  const mempool = pool();
  for (let account = 1; account <= 6; account++) assert.equal(offers(mempool, taker(account)), ["held"]);
  assert.equal(mempool.offer(taker(7), 0), { outcome: "busy", retryAfterMs: 300 });
  assert.not.ok(mempool.hasRoomFor(EntryClass.taker));
  assert.not.ok(mempool.hasRoomFor(EntryClass.postOnly));
  assert.ok(mempool.hasRoomFor(EntryClass.relief));
  assert.equal(offers(mempool, cancel(7), cancel(8), cancel(9), cancel(10)), Array(4).fill("held"));
  assert.equal(offers(mempool, cancel(11)), ["busy"]);
  mempool.included([cancel(7)]);
  assert.equal(offers(mempool, taker(7), cancel(11)), ["busy", "held"]);
});

test("bytes are bounded, too, with the same share for relief", () => {
  const size = 1 + 31 + 2 + 96 + 64;
  const mempool = pool({ maxBytes: 10 * size, maxRequests: 20, reservedForRelief: 8 });
  for (let i = 1; i <= 6; i++) offers(mempool, taker(i));
  assert.is(mempool.size.bytes, 6 * size);
  assert.equal(offers(mempool, taker(7), cancel(7)), ["busy", "held"]);
});

test("when told so from outside, takers are turned away at once", () => {
  let throttled = true;
  const mempool = pool({}, () => throttled);
  assert.equal(offers(mempool, taker(1), cancel(1)), ["busy", "held"]);
  throttled = false;
  assert.equal(offers(mempool, taker(1)), ["held"]);
});

test("an account's share keeps a place for its cancels", () => {
  const mempool = pool();
  assert.equal(offers(mempool, taker(1, 0), taker(1, 1), taker(1, 2), taker(1, 3), cancel(1, 3)), [
    "held",
    "held",
    "held",
    "tooManyPending",
    "held",
  ]);
  assert.equal(offers(mempool, cancel(1, 4)), ["tooManyPending"]);
  assert.equal([...mempool.commandsOf(1)].length, 4);
});

test("taking removes nothing: what a failed block had is taken again", () => {
  const mempool = pool();
  offers(mempool, taker(1), cancel(2));
  const first = take(mempool);
  assert.is(first.length, 2);
  assert.equal(take(mempool), first);
});

test("what is in flight is not taken again, on its branch alone", () => {
  const mempool = pool();
  const [a, b] = [taker(1, 0), cancel(1, 1)];
  offers(mempool, a, b);
  const inFlight = new InFlight();
  const [x, y, z] = ["0x01", "0x02", "0x03"] as const;
  inFlight.add(x, "0x00", 5, [a]);
  assert.equal(take(mempool, inFlight.upTo(x)), [b]);
  inFlight.add(y, x, 6, [b]);
  assert.equal(take(mempool, inFlight.upTo(y)), []);
  inFlight.add(z, "0x00", 5, []);
  assert.equal(take(mempool, inFlight.upTo(z)), [a, b]);
  assert.equal([...inFlight.all()], [commandOf(a), commandOf(b)]);
  inFlight.final(5);
  assert.is(inFlight.size, 1);
  assert.equal([...inFlight.upTo(y)], [commandOf(b)]);
});

test("blocks in flight are bounded", () => {
  const inFlight = new InFlight(2);
  for (let i = 1; i <= 5; i++) inFlight.add(`0x0${i}`, `0x0${i - 1}`, i, [cancel(i)]);
  assert.is(inFlight.size, 2);
  assert.is(inFlight.upTo("0x05").size, 2);
});

test("under a full pool a block has the relief first, and takers only in their part of it", () => {
  const mempool = pool({ maxRequests: 40, reservedForRelief: 8 });
  for (let account = 1; account <= 20; account++) offers(mempool, taker(account));
  for (let account = 31; account <= 36; account++) offers(mempool, cancel(account));
  const taken = take(mempool);
  assert.is(taken.length, 12);
  assert.equal(
    taken.slice(0, 6).map((request) => commandOf(request) & 31n),
    Array(6).fill(BigInt(WordType.cancel)),
  );
  const accounts = taken.slice(6).map((request) => Number((commandOf(request) >> 8n) & 0xfffffn));
  assert.equal(
    accounts.sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6],
    "those that came first",
  );
});

test("a lower nonce that came after a higher one waits for the next block, with all behind it", () => {
  const mempool = pool();
  const [high, low, next] = [cancel(1, 5), cancel(1, 3), cancel(1, 6)];
  offers(mempool, high, low, next);
  assert.equal(take(mempool), [high]);
  mempool.included([high]);
  assert.equal(take(mempool), [low, next]);
});

test("what is too old or can no longer be executed is given up and named, unless it is in flight", () => {
  const mempool = pool();
  const [old, spent, fine, flying] = [cancel(1), cancel(2), cancel(3), cancel(4)];
  mempool.offer(old, 0);
  mempool.offer(flying, 0);
  for (const request of [spent, fine]) mempool.offer(request, 500);
  const faultOf = (request: SignedRequest) => (request === spent ? "usedNonce" : null);
  const givenUp = mempool.expire(1001, new Set([commandOf(flying)]), faultOf);
  assert.equal(givenUp, [
    { request: old, reason: "tooOld" },
    { request: spent, reason: "usedNonce" },
  ]);
  assert.equal(mempool.size.requests, 2);
  assert.equal(offers(mempool, old), ["held"]);
});

test("memory of what was included is bounded and keeps the newest", () => {
  const remembered = new Remembered(2);
  for (const item of [1n, 2n, 1n, 3n]) remembered.add(item);
  assert.equal(
    [remembered.size, remembered.has(1n), remembered.has(2n), remembered.has(3n)],
    [2, true, false, true],
  );
});

test.run();
