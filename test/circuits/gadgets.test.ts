/** The gadgets at their bounds: the largest valid value passes, one more does not. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { packedNonces } from "../../sequencer/exchange/encode.ts";
import { toField } from "../../sequencer/exchange/field.ts";
import {
  ACCOUNT_BITS,
  AMOUNT_BITS,
  COLLATERAL_BITS,
  CUSTODY_BITS,
  PRICE_BITS,
  pow2,
} from "../../sequencer/exchange/limits.ts";
import { withinCollateral, withinCustody } from "../../sequencer/exchange/margin.ts";
import { isFreshNonce, withNonce } from "../../sequencer/exchange/nonce.ts";
import { Random, testSeed } from "../generate/random.ts";
import { Gadget } from "./gadget.ts";

const test = suite("gadgets");
const random = new Random(testSeed("gadgets"));

const TEXT = `pragma circom 2.2.0;
include "compare.circom";
include "margin.circom";
include "nonce.circom";
include "tick.circom";

template Gadgets() {
    signal input signed;
    signal output isNonNegative <== IsNonNegative(8)(signed);
    signal input pair[2];
    signal output min <== Min(8)(pair[0], pair[1]);
    signal input collateral;
    signal output withinCollateral <== WithinCollateral()(collateral);
    signal input custody;
    component custodyAfter = Custody();
    custodyAfter.in <== custody;
    signal output isCovered <== custodyAfter.isCovered;
    signal output isWithin <== custodyAfter.isWithin;
    signal input price;
    signal output withinPrice <== WithinPrice()(price);
    signal input packed;
    signal input nonce;
    component nonces = Nonce();
    nonces.packed <== packed;
    nonces.nonceBits <== Num2Bits(32)(nonce);
    signal output isFresh <== nonces.isFresh;
    signal output burned <== nonces.burned;
    signal input selectors[3];
    signal input values[3];
    signal output selected <== Select(3)(selectors, values);
    signal input bits[2];
    signal output either <== Or()(bits[0], bits[1]);
    signal output all <== AllOf(2)(bits);
    signal output chosen <== Choose()(bits[0], values[0], values[1]);
}
`;
const IDLE = {
  ...{ signed: 0n, pair: [0n, 0n], collateral: 0n, custody: 0n, price: 1n },
  ...{ packed: 0n, nonce: 0n },
  ...{ selectors: [0n, 0n, 0n], values: [0n, 0n, 0n], bits: [0n, 0n] },
};
const gadgets = await Gadget.compile("test-gadgets", TEXT, "Gadgets", IDLE);

/** What one output is for one input; null when there is no witness. */
const said = async (inputs: Record<string, unknown>, output: string): Promise<bigint | null> => {
  const answer = await gadgets.ask(inputs);
  return answer === null ? null : answer(output);
};
const truth = (value: boolean): bigint => (value ? 1n : 0n);

test("IsNonNegative(8) tells the sign from -256 to 255, and knows nothing beyond", async () => {
  for (const value of [-256n, -255n, -1n, 0n, 1n, 255n])
    assert.is(await said({ signed: toField(value) }, "isNonNegative"), truth(value >= 0n), `${value}`);
  for (const value of [-257n, 256n]) assert.is(await said({ signed: toField(value) }, "isNonNegative"), null);
});

test("Min(8) of any two bytes", async () => {
  const edges = [0n, 1n, 127n, 128n, 254n, 255n];
  for (const a of edges)
    for (const b of edges) {
      const [smaller] = [a, b].sort((x, y) => Number(x - y));
      assert.is(await said({ pair: [a, b] }, "min"), smaller, `${a} ${b}`);
    }
});

test("logic on bits, selection by one-hot selectors", async () => {
  for (const [a, b] of [
    [0n, 0n],
    [0n, 1n],
    [1n, 0n],
    [1n, 1n],
  ] as const) {
    const answer = (await gadgets.ask({ bits: [a, b], values: [7n, 9n, 11n] }))!;
    assert.is(answer("either"), a | b);
    assert.is(answer("all"), a & b);
    assert.is(answer("chosen"), a === 1n ? 7n : 9n);
  }
  const values = [7n, 9n, 11n];
  for (let i = 0; i < 4; i++) {
    const selectors = [0, 1, 2].map((j) => truth(i === j));
    assert.is(await said({ selectors, values }, "selected"), values[i] ?? 0n);
  }
});

test("WithinCollateral is the machine's rule at every power of two and beside it", async () => {
  for (let bits = 0; bits <= 96; bits++)
    for (const beside of [-1n, 0n, 1n])
      for (const sign of [1n, -1n]) {
        const value = sign * (pow2(bits) + beside);
        if (value > pow2(96) || value < -pow2(96)) continue;
        const answer = await said({ collateral: toField(value) }, "withinCollateral");
        assert.is(answer, truth(withinCollateral(value)), `${value}`);
      }
  assert.ok(!withinCollateral(pow2(COLLATERAL_BITS)) && withinCollateral(-pow2(COLLATERAL_BITS)));
});

test("Custody is the machine's rule from what a withdrawal may leave to what a deposit may make", async () => {
  const limit = pow2(CUSTODY_BITS);
  const registrations = pow2(ACCOUNT_BITS + AMOUNT_BITS);
  const amount = pow2(AMOUNT_BITS);
  // Beyond these no custody and no amount lead.
  const edges = [-amount, -1n, 0n, 1n, limit - 1n, limit, limit + 1n, limit + registrations + amount];
  for (const custody of [...edges, -limit, 2n * limit - 1n]) {
    const answer = (await gadgets.ask({ custody: toField(custody) }))!;
    assert.is(answer("isCovered"), truth(custody >= 0n), `${custody}`);
    assert.is(answer("isWithin"), truth(withinCustody(custody)), `${custody}`);
  }
});

test("WithinPrice holds from 1 to the largest price", async () => {
  const largest = pow2(PRICE_BITS) - 1n;
  const cases: [bigint, boolean][] = [
    [-largest, false],
    [-1n, false],
    [0n, false],
    [1n, true],
    [largest, true],
    [largest + 1n, false],
    [2n * largest, false],
  ];
  for (const [price, holds] of cases)
    assert.is(await said({ price: toField(price) }, "withinPrice"), truth(holds), `${price}`);
});

test("Nonce is nonce.ts: fresh or not, and what is stored when it is burned", async () => {
  const last = 2 ** 32 - 1;
  for (let i = 0; i < 300; i++) {
    const window = random.pick([0, 1, 2, random.below(2 ** 27), 2 ** 27 - 1]);
    const bits = () => random.pick([0, 2 ** 32 - 1, random.bits32()]);
    const used = { window, bits: bits(), previousBits: bits() };
    const near = window * 32 + random.between(-70, 70);
    const nonce = Math.max(0, Math.min(last, random.pick([near, near, near, random.bits32(), 0, last])));
    const answer = (await gadgets.ask({ packed: packedNonces(used), nonce }))!;
    const what = `window ${window} bits ${used.bits} ${used.previousBits} nonce ${nonce}`;
    assert.is(answer("isFresh"), truth(isFreshNonce(used, nonce)), what);
    if (!isFreshNonce(used, nonce)) continue;
    assert.is(answer("burned"), packedNonces(withNonce(used, nonce)), what);
  }
});

test.run();
