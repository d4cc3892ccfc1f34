/** Every constant of the kernel, from its definition: those that are computed when it is built, and those in its text. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { SUBGROUP_ORDER } from "../../sequencer/kernel/kernel.ts";
import {
  constantCount,
  inReadingOrder,
  MAX_INPUTS,
  movedConstants,
  partialRounds,
  plainConstants,
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

test("the recurrence computes what is defined, in every width", () => {
  for (const [t, constants] of short) {
    assert.is(inReadingOrder(constants).length, constantCount(t));
    const inputs = Array.from({ length: t - 1 }, () => randomNumber(random));
    assert.is(shortHash(inputs), plainHash(inputs), `${inputs}`);
  }
});

test("eleven constants that follow one another leave room for their products in a column", () => {
  // As elements; the kernel may have them with p added.
  const limbSums = [...short.values()].flatMap(inReadingOrder).map((constant) => {
    const element = (constant * R) % P;
    return Math.max(...[element, element + P].map((x) => limbsOf(x).reduce((sum, limb) => sum + limb)));
  });
  for (let at = 0; at + 11 <= limbSums.length; at++) {
    const sum = limbSums.slice(at, at + 11).reduce((a, b) => a + b);
    assert.ok(sum < 59 * 2 ** 29, `from ${at} on: ${sum / 2 ** 29}`);
  }
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
