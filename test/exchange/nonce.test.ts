import { test } from "uvu";
import * as assert from "uvu/assert";
import { isFreshNonce, nextNonce, withNonce } from "../../sequencer/exchange/nonce.ts";
import { NO_NONCES } from "../../sequencer/exchange/state.ts";
import { Random, testSeed } from "../generate/random.ts";

/** A state after burning some nonces in turn, each of which had to be fresh. */
function after(...nonces: number[]) {
  return nonces.reduce((state, nonce) => {
    assert.ok(isFreshNonce(state, nonce), `nonce ${nonce}`);
    return withNonce(state, nonce);
  }, NO_NONCES);
}

test("all 64 nonces of the first two windows may be used in any order, each once", () => {
  const random = new Random(testSeed("order of nonces"));
  const nonces = random.shuffled(Array.from({ length: 64 }, (_, i) => i));
  const state = after(...nonces);
  for (const nonce of nonces) assert.not.ok(isFreshNonce(state, nonce));
  assert.equal(state, { window: 1, bits: 0xffffffff, previousBits: 0xffffffff });
});

test("the ends of a window: bit 31 is its own, the next nonce opens the next window", () => {
  let state = after(31);
  assert.equal(state, { window: 0, bits: 0x80000000, previousBits: 0 });
  assert.not.ok(isFreshNonce(state, 31));
  state = withNonce(state, 32);
  assert.equal(state, { window: 1, bits: 1, previousBits: 0x80000000 });
  assert.not.ok(isFreshNonce(state, 31));
  assert.ok(isFreshNonce(state, 30));
  assert.ok(isFreshNonce(state, 33));
});

test("the previous window stays open, the one before it is closed for ever", () => {
  const state = after(64);
  for (const nonce of [32, 63]) assert.ok(isFreshNonce(state, nonce));
  for (const nonce of [0, 31]) assert.not.ok(isFreshNonce(state, nonce));
});

test("a jump forgets nothing that could be used again", () => {
  const state = after(5, 40, 1000);
  for (const nonce of [5, 6, 40, 41, 959, 1000]) assert.not.ok(isFreshNonce(state, nonce), `nonce ${nonce}`);
  for (const nonce of [960, 991, 992, 1023, 1024]) assert.ok(isFreshNonce(state, nonce), `nonce ${nonce}`);
});

test("the last nonce of all leaves 63 others and then none", () => {
  const last = 2 ** 32 - 1;
  let state = after(last);
  assert.equal(state, { window: 2 ** 27 - 1, bits: 0x80000000, previousBits: 0 });
  for (let nonce = last - 63; nonce < last; nonce++) {
    assert.ok(isFreshNonce(state, nonce));
    state = withNonce(state, nonce);
  }
  for (let nonce = last - 70; nonce <= last; nonce++) assert.not.ok(isFreshNonce(state, nonce));
});

test("the next nonce is above all that were used", () => {
  assert.is(nextNonce(NO_NONCES), 0);
  assert.is(nextNonce(after(3, 1)), 4);
  assert.is(nextNonce(after(31)), 32);
  assert.is(nextNonce(after(64, 40)), 65);
  assert.is(nextNonce(after(2 ** 32 - 1)), 2 ** 32);
});

test("random nonces: never twice, and never below the windows", () => {
  const random = new Random(testSeed("random nonces"));
  let state = NO_NONCES;
  const used = new Set<number>();
  let newest = 0;
  for (let i = 0; i < 20_000; i++) {
    const nonce = Math.max(0, newest + random.between(-80, random.chance(0.01) ? 200 : 6));
    const window = Math.floor(nonce / 32);
    const expected = !used.has(nonce) && window >= Math.floor(newest / 32) - 1;
    assert.is(isFreshNonce(state, nonce), expected, `nonce ${nonce} after ${newest}`);
    if (!expected) continue;
    state = withNonce(state, nonce);
    used.add(nonce);
    newest = Math.max(newest, nonce);
  }
});

test.run();
