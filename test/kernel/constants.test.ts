/** Every constant of the kernel, from its definition: those that are computed when it is built, and those in its text. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { SUBGROUP_ORDER } from "../../sequencer/kernel/kernel.ts";
import {
  MAX_INPUTS,
  partialRounds,
  plainConstants,
  sparseConstants,
} from "../../sequencer/kernel/poseidon-constants.ts";
import { LIMB_MASK, numberOf, R } from "./arithmetic.ts";

const test = suite("kernel constants");
const circomlib = join(dirname(createRequire(import.meta.url).resolve("circomlibjs")), "../src");

/** Numbers by width - 2, as circomlibjs keeps them. */
const theirs = async (file: string): Promise<Record<"C" | "M" | "P" | "S", unknown[]>> =>
  JSON.parse(await readFile(join(circomlib, file), "utf8"));
const numbers = (texts: unknown): bigint[] => [texts].flat(3).map((text) => BigInt(text as string));
const transposed = (rows: readonly (readonly bigint[])[]): bigint[] =>
  rows[0]!.flatMap((_, j) => rows.map((row) => row[j]!));

test("Poseidon's constants from the Grain generator are those of circomlib, in every width", async () => {
  const plain = await theirs("poseidon_constants.json");
  for (let t = 2; t <= MAX_INPUTS + 1; t++) {
    const { rounds, matrix } = plainConstants(t);
    assert.equal(rounds.flat(), numbers(plain.C[t - 2]), `rounds of width ${t}`);
    assert.equal(matrix.flat(), numbers(plain.M[t - 2]), `matrix of width ${t}`);
  }
});

test("the sparse form is circomlib's, whose matrices stand by columns", async () => {
  const sparse = await theirs("poseidon_constants_opt.json");
  for (let t = 2; t <= MAX_INPUTS + 1; t++) {
    const made = sparseConstants(t);
    const constants = [made.first, ...made.before, made.partial, ...made.after].flat();
    assert.equal(constants, numbers(sparse.C[t - 2]), `constants of width ${t}`);
    assert.equal(transposed(made.matrix), numbers(sparse.M[t - 2]), `M of width ${t}`);
    assert.equal(transposed(made.middle), numbers(sparse.P[t - 2]), `P of width ${t}`);
    assert.equal(made.sparse.flat(), numbers(sparse.S[t - 2]), `S of width ${t}`);
  }
});

/** Poseidon as it is defined, without any of the changes. */
function plainHash(inputs: readonly bigint[]): bigint {
  const t = inputs.length + 1;
  const { rounds, matrix } = plainConstants(t);
  let state = [0n, ...inputs];
  rounds.forEach((constants, round) => {
    const isFull = round < 4 || round >= 4 + partialRounds(t);
    const powers = state.map((x, i) => {
      const y = (x + constants[i]!) % P;
      return isFull || i === 0 ? y ** 5n % P : y;
    });
    state = matrix.map((row) => row.reduce((sum, m, i) => sum + m * powers[i]!, 0n) % P);
  });
  return state[0]!;
}

test("the definition itself gives circomlib's published hash of 1 and 2", () => {
  const published = 7853200120776062878684798364095072458815029376092732009249414926327459813530n;
  assert.is(plainHash([1n, 2n]), published);
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
