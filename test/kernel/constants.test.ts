/** Every constant of the kernel, from its definition: those that are computed when it is built, and those in its text. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { inverseModulo } from "../../sequencer/kernel/field-matrices.ts";
import { SUBGROUP_ORDER } from "../../sequencer/kernel/kernel.ts";
import { type PairedRow, recurrenceRow, stateRow } from "../../sequencer/kernel/paired-row.ts";
import {
  constantCount,
  inReadingOrder,
  MAX_INPUTS,
  movedConstants,
  partialRounds,
  plainConstants,
  rowsOf,
  shortConstants,
} from "../../sequencer/kernel/poseidon-constants.ts";
import { Random, testSeed } from "../generate/random.ts";
import { LIMB_MASK, limbsOf, numberOf, R } from "./arithmetic.ts";
import { randomNumber } from "./numbers.ts";

const test = suite("kernel constants");
const random = new Random(testSeed("kernel constants"));
const circomlib = join(dirname(createRequire(import.meta.url).resolve("circomlibjs")), "../src");

/** Numbers by width - 2, as circomlibjs keeps them. */
const theirs = async (file: string): Promise<Record<"C" | "M" | "P" | "S", unknown[]>> =>
  JSON.parse(await readFile(join(circomlib, file), "utf8"));
const numbers = (texts: unknown): bigint[] => [texts].flat(3).map((text) => BigInt(text as string));
const widths = Array.from({ length: MAX_INPUTS }, (_, i) => i + 2);
const plain = new Map(widths.map((t) => [t, plainConstants(t)]));
const short = new Map(widths.map((t) => [t, shortConstants(t)]));

const dot = (row: readonly bigint[], numbers: readonly bigint[]): bigint =>
  row.reduce((sum, factor, i) => sum + factor * numbers[i]!, 0n) % P;

test("Poseidon's constants from the Grain generator are those of circomlib, in every width", async () => {
  const { C, M } = await theirs("poseidon_constants.json");
  for (const [t, { rounds, matrix }] of plain) {
    assert.equal(rounds.flat(), numbers(C[t - 2]), `rounds of width ${t}`);
    assert.equal(matrix.flat(), numbers(M[t - 2]), `matrix of width ${t}`);
  }
});

test("the constants behind the fifth powers are circomlib's", async () => {
  const { C } = await theirs("poseidon_constants_opt.json");
  for (const [t, constants] of plain) {
    const { first, before, partial, after } = movedConstants(t, constants);
    assert.equal([first, ...before, partial, ...after].flat(), numbers(C[t - 2]), `width ${t}`);
  }
});

/** Poseidon as it is defined, without any of the changes. */
function plainHash(inputs: readonly bigint[]): bigint {
  const t = inputs.length + 1;
  const { rounds, matrix } = plain.get(t)!;
  let state = [0n, ...inputs];
  rounds.forEach((constants, round) => {
    const isFull = round < 4 || round >= 4 + partialRounds(t);
    const powers = state.map((x, i) => {
      const y = (x + constants[i]!) % P;
      return isFull || i === 0 ? y ** 5n % P : y;
    });
    state = matrix.map((row) => dot(row, powers));
  });
  return state[0]!;
}

test("the definition itself gives circomlib's published hash of 1 and 2", () => {
  const published = 7853200120776062878684798364095072458815029376092732009249414926327459813530n;
  assert.is(plainHash([1n, 2n]), published);
});

/** Poseidon as the kernel computes it, by the recurrence, in plain numbers. */
function shortHash(inputs: readonly bigint[]): bigint {
  const t = inputs.length + 1;
  const n = t - 1;
  const { first, before, after, matrix, begin, rounds, end, constants } = short.get(t)!;
  const powers = (state: readonly bigint[], added: readonly bigint[]) =>
    state.map((x, i) => (x ** 5n + (added[i] ?? 0n)) % P);
  let state = [0n, ...inputs].map((x, i) => (x + first[i]!) % P);
  for (const added of before.slice(0, -1)) {
    const raised = powers(state, added);
    state = matrix.map((row) => dot(row, raised));
  }
  state = powers(state, before.at(-1)!);
  const s = begin.map((row) => dot(row, state));
  const x = [state[0]!];
  rounds.forEach((row, r) => {
    const [power] = powers([s[r + n - 1]!], [constants[r]!]);
    s.push((power! + dot(row, [...s.slice(r), ...x.slice(-n)])) % P);
    x.push(power!);
  });
  state = [s.at(-1)!, ...end.map((row) => dot(row, [...s.slice(-n), ...x.slice(-n)]))];
  for (const added of after) {
    const raised = powers(state, added);
    state = matrix.map((row) => dot(row, raised));
  }
  return dot(matrix[0]!, powers(state, []));
}

test("rows in pairs come to the same as their factors", () => {
  const numbers = (count: number): bigint[] => Array.from({ length: count }, () => randomNumber(random));
  const sumOf = (
    { constant, pairs, singles }: PairedRow,
    l: bigint[],
    r: bigint[],
    single: bigint[],
  ): bigint => {
    const paired = pairs.map(([a, b], i) => (l[i]! + b) * (r[i]! + a) - l[i]! * r[i]!);
    const sum = constant + paired.reduce((x, y) => x + y, 0n) + dot(singles, single);
    return ((sum % P) + P) % P;
  };
  for (let t = 1; t <= MAX_INPUTS + 1; t++) {
    const [row, state] = [numbers(t), numbers(t)];
    const half = Math.floor(t / 2);
    const [left, right] = [0, 1].map((odd) => state.filter((_, i) => i % 2 === odd && i < 2 * half));
    assert.is(sumOf(stateRow(row), left!, right!, state.slice(2 * half)), dot(row, state));
    for (let powers = 0; powers <= t; powers++) {
      const [ofHeads, ofPowers, s, x] = [numbers(t), numbers(powers), numbers(t), numbers(powers)];
      const all = dot([...ofHeads, ...ofPowers], [...s, ...x]);
      assert.is(sumOf(recurrenceRow(ofHeads, ofPowers), s.slice(t - powers), x, s), all);
    }
  }
});

test("the recurrence computes what is defined, in every width", () => {
  for (const [t, constants] of short) {
    assert.is(inReadingOrder(constants).length, constantCount(t));
    const inputs = Array.from({ length: t - 1 }, () => randomNumber(random));
    assert.is(shortHash(inputs), plainHash(inputs), `${inputs}`);
  }
});

/** The limbs that the kernel has of a constant: those of (c R^2 + m p) / R. */
const elementOf = (constant: bigint): number[] => {
  const product = constant * ((R * R) % P);
  const m = (product * MINUS_INVERSE_P) % R;
  return limbsOf((product + m * P) / R);
};
const MINUS_INVERSE_P = R - inverseModulo(P, R);

/** Of a column, the most that products of elements with constants may come to, and those of constants. In 2^58. */
class FullColumns {
  private readonly sums = new Array<number>(17).fill(0);

  addProduct(constant: bigint): void {
    this.add(elementOf(constant), FULL);
  }

  /** a l + b r + a b. */
  addPair(a: bigint, b: bigint): void {
    const [ofLeft, ofRight] = [elementOf(a), elementOf(b)];
    this.add(ofLeft, FULL);
    this.add(FULL, ofRight);
    this.add(ofLeft, ofRight);
  }

  get most(): number {
    return Math.max(...this.sums);
  }

  private add(a: readonly number[], b: readonly number[]): void {
    a.forEach((x, i) => {
      b.forEach((y, k) => {
        this.sums[i + k]! += (x * y) / 2 ** 58;
      });
    });
  }
}

const FULL = new Array<number>(9).fill(LIMB_MASK);

/** Parts of the room in a column, as assembly/sum.ts has them. */
const [ROOM, PRODUCT, PAIRED] = [23, 2, 5];

/** Columns whenever they are settled or reduced, of a row that is summed up as assembly/sum.ts does. */
function settledColumns({ pairs, singles }: PairedRow): FullColumns[] {
  let columns = new FullColumns();
  let room = ROOM;
  const all = [columns];
  const take = (parts: number) => {
    if (room < parts) {
      columns = new FullColumns();
      all.push(columns);
      room = ROOM;
    }
    room -= parts;
  };
  for (const [a, b] of pairs) {
    take(PAIRED);
    columns.addPair(a, b);
  }
  for (const factor of singles) {
    take(PRODUCT);
    columns.addProduct(factor);
  }
  return all;
}

test("every row leaves room in the columns of its sum", async () => {
  const text = await readFile(new URL("../../sequencer/kernel/assembly/sum.ts", import.meta.url), "utf8");
  for (const [name, parts] of Object.entries({ ROOM, PRODUCT, PAIRED }))
    assert.match(text, `const ${name} = ${parts};`);
  for (const [t, constants] of short)
    for (const row of rowsOf(constants))
      for (const { most } of settledColumns(row)) assert.ok(most < 59, `${most} in width ${t}`);
  assert.ok(limbsOf(P).reduce((a, b) => a + b) < 4 * 2 ** 29);
});

/** Named arrays of limbs in the sources. */
async function limbConstants(): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  for (const file of ["field", "curve"]) {
    const text = await readFile(
      new URL(`../../sequencer/kernel/assembly/${file}.ts`, import.meta.url),
      "utf8",
    );
    for (const [, name, limbs] of text.matchAll(/const (\w+) = memory\.data<i32>\(\[([^\]]+)\]/g))
      found.set(
        name!,
        numberOf(
          limbs!
            .split(",")
            .filter((limb) => limb.trim() !== "")
            .map(Number),
        ),
      );
    const words = /INVERSE_EXPONENT = memory\.data<u32>\(\[([^\]]+)\]/.exec(text)?.[1];
    if (words !== undefined)
      found.set(
        "INVERSE_EXPONENT",
        words
          .split(",")
          .filter((word) => word.trim() !== "")
          .reduceRight((value, word) => (value << 32n) | BigInt(word.trim()), 0n),
      );
  }
  return found;
}

const power = (base: bigint, exponent: bigint): bigint => {
  if (exponent === 0n) return 1n;
  const half = power(base, exponent >> 1n) ** 2n % P;
  return exponent & 1n ? (half * base) % P : half;
};
const inverse = (x: bigint): bigint => power(x, P - 2n);

test("the constants of field and curve are what their names say", async () => {
  const found = await limbConstants();
  const of = (name: string): bigint => found.get(name)!;
  const [a, d] = [168700n, 168696n];
  // s with s^2 = -a, either of the two.
  const s = (of("SCALE_R2") * inverse((R * R) % P)) % P;
  assert.is((s * s) % P, P - a);
  const curveD = (((P - d) * inverse(a)) % P) * (R % P);
  const base = [
    5299619240641551281634865583518297030282874472190772894086521144482721001553n,
    16950150798460657717958625567821834550301663161624707787222815936182638968203n,
  ] as const;
  assert.equal(Object.fromEntries(found), {
    MODULUS: P,
    R2: (R * R) % P,
    PLAIN_ONE: 1n,
    ONE: R % P,
    INVERSE_EXPONENT: P - 2n,
    CURVE_D: curveD % P,
    TWICE_D: (2n * curveD) % P,
    SCALE_R2: (s * R * R) % P,
    INVERSE_SCALE: (inverse(s) * R) % P,
    BASE_X: (base[0] * s * R) % P,
    BASE_Y: (base[1] * R) % P,
  });
});

test("the limbs of p in the products are p's, and its low digit is as special as they use", async () => {
  const text = await readFile(new URL("../../sequencer/kernel/assembly/product.ts", import.meta.url), "utf8");
  const limbs = [...text.matchAll(/const P\d: i64 = (\w+);/g)].map(([, limb]) => Number(limb));
  const low = 2 ** 28 + 1;
  assert.is(numberOf([low, ...limbs]), P);
  // m = -t / p mod 2^29 = t (2^28 - 1), and p_0 m = m + 2^28 m.
  assert.is((BigInt(low) * BigInt(2 ** 28 - 1)) % BigInt(LIMB_MASK + 1), BigInt(LIMB_MASK));
});

test("-1 is a square and D is none, so that the addition is complete", () => {
  const isSquare = (x: bigint): boolean => power(x, (P - 1n) / 2n) === 1n;
  assert.ok(isSquare(P - 1n));
  assert.ok(isSquare(168700n));
  assert.not.ok(isSquare(((P - 168696n) * inverse(168700n)) % P));
  assert.is(SUBGROUP_ORDER.toString(2).length, 251);
});

test.run();
