/** The kernel's field arithmetic against BigInt: random elements, and those whose limbs stand at their bounds. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { Random, testSeed } from "../generate/random.ts";
import { Arithmetic, LIMB_MASK, limbsOf, numberOf, R } from "./arithmetic.ts";

const test = suite("kernel field");
const random = new Random(testSeed("kernel field"));
const arithmetic = await Arithmetic.load();
const { calls, sum } = arithmetic;
const CASES = Number(process.env.CASES ?? 2000);

const modulo = (value: bigint): bigint => ((value % P) + P) % P;
const R_INVERSE = power(R % P, P - 2n);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base; exponent > 0n; exponent >>= 1n, b = (b * b) % P)
    if (exponent & 1n) result = (result * b) % P;
  return result;
}

/** The top limb of the largest value that the kernel's own argument allows: 100 p. */
const TOP = Number((100n * P) >> 232n);

/** Tight, no negative value: random limbs, often at an end. */
const tight = (): number[] =>
  Array.from({ length: 9 }, (_, i) => {
    const most = i === 8 ? TOP : LIMB_MASK;
    return random.weighted([
      [1, 0],
      [1, 1],
      [1, most - 1],
      [2, most],
      [5, random.below(most + 1)],
    ]);
  });
const FULL = [...new Array(8).fill(LIMB_MASK), TOP] as number[];
/** What subtraction leaves: limbs of either sign. */
const difference = (): number[] => {
  const [a, b] = [small(), small()];
  return a.map((limb, i) => limb - b[i]!);
};
/** Tight and below 2 p, as products are. */
const small = (): number[] => [...tight().slice(0, 8), random.below(Number((2n * P) >> 232n))];

function assertTight(at: number, value: bigint, what: string): void {
  const limbs = arithmetic.limbs(at);
  assert.ok(
    limbs.slice(0, 8).every((limb) => limb >= 0 && limb <= LIMB_MASK),
    `${what} is tight`,
  );
  assert.is(modulo(numberOf(limbs)), modulo(value), what);
}

const a = arithmetic.element();
const b = arithmetic.element();
const c = arithmetic.element();
const out = arithmetic.element();
const put = (at: number, limbs: readonly number[]): void =>
  new Int32Array(calls.memory.buffer, at, 9).set(limbs);

test("multiplies and squares what its bounds allow", () => {
  for (let i = 0; i < CASES; i++) {
    const left = i === 0 ? FULL : random.pick([tight, difference])();
    const right = i === 0 ? FULL : tight();
    const addend = tight();
    put(a, left);
    put(b, right);
    put(c, addend);
    calls.multiply(out, a, b);
    const product = numberOf(left) * numberOf(right) * R_INVERSE;
    assertTight(out, product, "product");
    calls.multiplyAdd(out, a, b, c);
    assertTight(out, product + numberOf(addend), "product and sum");
    put(a, right);
    calls.square(out, a);
    assertTight(out, numberOf(right) ** 2n * R_INVERSE, "square");
    calls.multiply(a, a, a);
    assert.equal(arithmetic.limbs(a), arithmetic.limbs(out), "a place may be used twice");
  }
});

test("multiplies sums of two by tight ones, with all limbs at the end of their range", () => {
  for (const [left, right] of [
    [FULL.map((limb) => 2 * limb), FULL],
    [FULL.map((limb) => -2 * limb), FULL],
    [FULL.map((limb) => -2 * limb), FULL.map((limb) => -limb)],
  ] as const) {
    put(a, left);
    put(b, right);
    calls.multiply(out, a, b);
    assertTight(out, numberOf(left) * numberOf(right) * R_INVERSE, "product");
  }
});

test("keeps the value of a product inside the stated bounds", () => {
  for (let i = 0; i < CASES; i++) {
    const bound = 8n * P;
    const signed = () =>
      i < 4 ? [bound, -bound][random.below(2)]! : (numberOf(tight()) % (2n * bound)) - bound;
    put(a, limbsOf(signed()));
    put(b, limbsOf(signed()));
    calls.multiply(out, a, b);
    const value = numberOf(arithmetic.limbs(out));
    assert.ok(10n * value > -4n * P && 10n * value < 14n * P, `${value}`);
  }
});

test("sums up to six products, and more when settled, before one reduction", () => {
  for (let i = 0; i < CASES / 4; i++) {
    const terms = i < 20 ? i : random.between(1, 17);
    let expected = 0n;
    calls.clearColumns(sum);
    let room = 6;
    for (let term = 0; term < terms; term++) {
      const [left, right] = i < 20 ? [FULL, FULL] : [tight(), small()];
      put(a, left);
      put(b, right);
      if (room === 0) {
        calls.settle(sum);
        room = 5;
      }
      calls.accumulate(sum, a, b);
      room -= 1;
      expected += numberOf(left) * numberOf(right);
    }
    calls.reduce(out, sum);
    // Poseidon's sums stay in nine limbs; seventeen products of 100 p do not, and need not.
    if (expected < R * 100n * P) assertTight(out, expected * R_INVERSE, `${terms} products`);
  }
});

test("pairs with their factors, two to a settled sum, less their cross products", () => {
  const cross = Array.from({ length: 9 }, () => arithmetic.columns());
  const [factorOfA, factorOfB] = [arithmetic.element(), arithmetic.element()];
  for (let i = 0; i < CASES / 4; i++) {
    const count = random.between(1, 9);
    let expected = 0n;
    calls.clearColumns(sum);
    calls.clearColumns(cross[0]!);
    for (let pair = 0; pair < count; pair++) {
      const elements = i < 20 ? [FULL, FULL, FULL, FULL] : [tight(), tight(), tight(), tight()];
      for (const [k, place] of [a, b, factorOfA, factorOfB].entries()) put(place, elements[k]!);
      const [left, right, ofLeft, ofRight] = elements.map(numberOf) as [bigint, bigint, bigint, bigint];
      if (pair > 0 && pair % 2 === 0) calls.settle(sum);
      calls.extendCross(cross[pair + 1]!, cross[pair]!, a, b);
      // Before or after: columns are numbers modulo 2^64.
      const subtract = () => calls.addDifference(sum, cross[pair]!, cross[pair + 1]!);
      if (pair % 2 === 0) subtract();
      calls.accumulatePaired(sum, a, b, factorOfA, factorOfB);
      if (pair % 2 === 1) subtract();
      expected += ofLeft * left + ofRight * right + ofLeft * ofRight;
    }
    calls.reduce(out, sum);
    if (expected < R * 100n * P) assertTight(out, expected * R_INVERSE, `${count} pairs`);
  }
});

test("adds, subtracts, carries, compares", () => {
  for (let i = 0; i < CASES; i++) {
    const [left, right] = [small(), small()];
    put(a, left);
    put(b, right);
    calls.add(out, a, b);
    assert.is(numberOf(arithmetic.limbs(out)), numberOf(left) + numberOf(right));
    calls.subtract(out, a, b);
    assert.is(numberOf(arithmetic.limbs(out)), numberOf(left) - numberOf(right));
    calls.carry(out, out);
    assertTight(out, numberOf(left) - numberOf(right), "difference");
    assert.is(calls.isEqual(a, b) !== 0, modulo(numberOf(left)) === modulo(numberOf(right)));
    put(b, limbsOf(numberOf(left) + BigInt(random.between(-2, 2)) * P));
    assert.is(calls.isEqual(a, b), 1);
  }
});

test("knows every multiple of p for zero, and their neighbours not", () => {
  for (let k = -80n; k <= 80n; k++)
    for (const offset of [-1n, 0n, 1n]) {
      put(a, limbsOf(k * P + offset));
      assert.is(calls.isZero(a), offset === 0n ? 1 : 0, `${k} p + ${offset}`);
    }
});

test("reads and writes numbers, those at limb borders too", () => {
  const borders = Array.from({ length: 9 }, (_, i) => 1n << BigInt(29 * i)).flatMap((x) => [
    x - 1n,
    x,
    x + 1n,
  ]);
  const words = Array.from({ length: 4 }, (_, i) => 1n << BigInt(64 * i)).flatMap((x) => [x - 1n, x]);
  const numbers = [
    0n,
    1n,
    P - 1n,
    P - 2n,
    ...borders,
    ...words,
    ...Array.from({ length: CASES }, () => modulo(numberOf(tight()))),
  ];
  for (const number of numbers) {
    const from = arithmetic.bytes(number);
    calls.fromBytes(a, from);
    assertTight(a, number * R, "Montgomery form");
    calls.toBytes(from, a);
    assert.is(arithmetic.number(from), number);
  }
});

test("inverts", () => {
  for (let i = 0; i < CASES / 50; i++) {
    const limbs = small();
    put(a, limbs);
    calls.invert(out, a);
    calls.multiply(out, out, a);
    const inverse = modulo(numberOf(limbs)) === 0n ? 0n : R;
    assertTight(out, inverse, "a / a");
  }
});

test.run();
