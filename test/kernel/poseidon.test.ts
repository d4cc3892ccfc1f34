/** The kernel's Poseidon against circomlibjs'; CASES says how many random inputs. */
import { buildPoseidon } from "circomlibjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { HashPlan, type Planned, resultOf } from "../../sequencer/kernel/hash-plan.ts";
import { loadKernel } from "../../sequencer/kernel/load.ts";
import { Random, testSeed } from "../generate/random.ts";
import { boundaryNumbers, randomNumber } from "./numbers.ts";

const test = suite("kernel poseidon");
const random = new Random(testSeed("kernel poseidon"));
const kernel = await loadKernel();
const oracle = await buildPoseidon();
const CASES = Number(process.env.CASES ?? 2000);
const WIDEST = 16;

const theirs = (capacity: bigint, inputs: readonly bigint[]): bigint =>
  oracle.F.toObject(oracle(inputs, oracle.F.e(capacity)));
const agree = (capacity: bigint, inputs: readonly bigint[]): void =>
  assert.is(kernel.hash(capacity, inputs), theirs(capacity, inputs), `${capacity}: ${inputs}`);

test("hashes random inputs as circomlibjs does, in every width and under any capacity", () => {
  for (let i = 0; i < CASES; i++) {
    const inputs = Array.from({ length: 1 + (i % WIDEST) }, () => randomNumber(random));
    agree(random.chance(0.5) ? BigInt(random.below(12)) : randomNumber(random), inputs);
  }
});

test("hashes every boundary value as circomlibjs does, in every place of every width", () => {
  for (let width = 1; width <= WIDEST; width++)
    for (const number of boundaryNumbers) {
      agree(0n, new Array(width).fill(number));
      const inputs = Array.from({ length: width }, () => randomNumber(random));
      inputs[random.below(width)] = number;
      agree(number, inputs);
    }
});

test("hashes rows as it hashes one, for more rows than one call takes", () => {
  for (const width of [1, 4, 16]) {
    const rows = Array.from({ length: 300 }, () => Array.from({ length: width }, () => randomNumber(random)));
    const hashes = kernel.hashRows(3n, width, rows.flat());
    assert.equal(
      hashes,
      rows.map((row) => kernel.hash(3n, row)),
    );
  }
  assert.equal(kernel.hashRows(3n, 4, []), []);
});

test("runs plans whose hashes build on one another, small ones and large ones", () => {
  for (const count of [1, 3, 40, 3000, 2]) {
    const plan = new HashPlan();
    const results: Planned[] = [];
    const expected: bigint[] = [];
    for (let i = 0; i < count; i++) {
      const capacity = BigInt(random.below(4));
      const choices = Array.from({ length: random.between(1, count < 1000 ? WIDEST : 4) }, () =>
        i > 0 && random.chance(0.6) ? random.below(i) : randomNumber(random),
      );
      const inputs = choices.map((choice) => (typeof choice === "number" ? results[choice]! : choice));
      results.push(plan.hash(capacity, inputs));
      const numbers = choices.map((choice) => (typeof choice === "number" ? expected[choice]! : choice));
      expected.push(kernel.hash(capacity, numbers));
    }
    const values = kernel.run(plan.buffers());
    assert.equal(
      results.map((result) => resultOf(values, result)),
      expected,
    );
  }
});

test("hashes pairs of one width as circomlibjs does, at the boundaries and between", () => {
  for (let i = 0; i < CASES / 2; i++) {
    const width = 1 + (i % WIDEST);
    const some = () => (random.chance(0.5) ? random.pick(boundaryNumbers) : randomNumber(random));
    const rows = [0, 1].map(() => Array.from({ length: width }, some));
    const capacities = [some(), some()];
    const plan = new HashPlan();
    const planned = rows.map((row, side) => plan.hash(capacities[side]!, row));
    const values = kernel.run(plan.buffers());
    for (const [side, row] of rows.entries())
      assert.is(resultOf(values, planned[side]!), theirs(capacities[side]!, row), `${side}: ${rows}`);
  }
});

test("takes numbers modulo p, as circomlibjs does", () => {
  for (const number of [P, P + 1n, -1n, -P, 2n ** 256n - 1n, 2n ** 300n]) {
    assert.is(kernel.hash(0n, [number]), kernel.hash(0n, [((number % P) + P) % P]));
    assert.is(kernel.hash(0n, [number]), theirs(0n, [number]));
    const plan = new HashPlan();
    const planned = plan.hash(0n, [number]);
    assert.is(resultOf(kernel.run(plan.buffers()), planned), theirs(0n, [number]));
  }
});

test("refuses widths that there are no constants for", () => {
  assert.throws(() => kernel.hash(0n, []), /1 to 16/);
  assert.throws(() => kernel.hash(0n, new Array(17).fill(0n)), /1 to 16/);
  assert.throws(() => kernel.hashRows(0n, 4, [1n]), /1 to 16/);
  assert.throws(() => new HashPlan().hash(0n, new Array(17).fill(0n)), /1 to 16/);
});

test.run();
