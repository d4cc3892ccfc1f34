/** An everyday share of the simulation (`npm run simulate` runs more), and that its checks can fail. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Random, testSeed } from "../generate/random.ts";
import { MUTANTS, ruleBrokenBy } from "../simulate/mutants.ts";
import { Runs } from "../simulate/runs.ts";
import { drawScenario, FAULTS } from "../simulate/scenario.ts";
import { search, walk } from "../simulate/search.ts";
import { World } from "../simulate/world.ts";

/** SEEDS=1000 makes it long: 1,000 worlds of four and 200 of seven. */
const SEEDS_OF_FOUR = Number(process.env.SEEDS ?? 40);
/** Through three views, with each validator hostile. */
const WALKS = 3 * SEEDS_OF_FOUR;
const SEEDS_OF_SEVEN = Math.ceil(SEEDS_OF_FOUR / 5);

test("agreement, no false accusation, disk before network, progress after the network heals", () => {
  for (const [validators, seeds] of [
    [4, SEEDS_OF_FOUR],
    [7, SEEDS_OF_SEVEN],
  ] as const) {
    const first = testSeed(`simulation of ${validators}`);
    for (let seed = first; seed < first + seeds; seed++)
      try {
        assert.ok(new World(drawScenario(seed, validators)).run().blocks > 0);
      } catch (error) {
        const replay = `npm run simulate -- --nodes ${validators} --seed ${seed} --seeds 1`;
        throw new Error(`${(error as Error).message}\n${replay}`, { cause: error });
      }
  }
});

/**
 * Worlds of four that stood still once: one survivor had seen the end of an epoch and begun the next, which came to nothing,
 * another had not, and neither could show the other what it began on.
 */
const STOOD_STILL = [1772, 2125, 2909, 3854];

test("who took over from different epochs comes to one chain", () => {
  for (const seed of STOOD_STILL) assert.ok(new World(drawScenario(seed, 4)).run().tookOver, String(seed));
});

test("the same seed gives the same run, another seed another", () => {
  const seed = testSeed("audit");
  const [once, again, other] = [seed, seed, seed + 1].map((one) => new World(drawScenario(one, 4)).run());
  assert.is(once!.audit, again!.audit);
  assert.is.not(once!.audit, other!.audit);
});

test("seeds reach every kind of fault, and crashes, partitions, changing sets and sets that die", () => {
  const scenarios = Array.from({ length: 400 }, (_, seed) => drawScenario(seed, 4));
  for (const fault of FAULTS)
    assert.ok(
      scenarios.some(({ faults }) => [...faults.values()].includes(fault)),
      fault,
    );
  assert.ok(
    scenarios.some(({ crashes, partitions, nodes }) => crashes.length * partitions.length > 0 && nodes > 4),
  );
  for (const { faults } of scenarios) assert.ok(faults.size <= 1);
  const deaths = scenarios.flatMap(({ death }) => death ?? []);
  for (const comeBack of [true, false])
    assert.ok(deaths.some(({ returnsAtMs }) => comeBack === (returnsAtMs !== null)));
  const seed = scenarios.find(({ death }) => death !== null)!.seed;
  assert.ok(new World(drawScenario(seed, 4)).run().tookOver);
});

test("who forges certificates is told to the network", () => {
  const isForger = (seed: number): boolean =>
    [...drawScenario(seed, 4).faults.values()].some((fault) => fault === "impersonator");
  const seeds = Array.from({ length: 400 }, (_, seed) => seed).filter(isForger);
  const told = seeds.slice(0, 5).map((seed) => new World(drawScenario(seed, 4)).run().misconductTold);
  assert.ok(Math.max(...told) > 0);
});

/** The rarest mutant shows in one of fifty seeds. */
const MOST_SEEDS = 500;

for (const [mutant, mutation] of Object.entries(MUTANTS))
  test(`the checks notice the mutant "${mutant}"`, () => {
    let seed = 1;
    while (seed <= MOST_SEEDS && ruleBrokenBy(mutation, seed, 4) === null) seed += 1;
    assert.ok(seed <= MOST_SEEDS);
    assert.is(ruleBrokenBy({}, seed, 4), null);
  });

test("no run of one view, with any validator hostile, breaks a rule", () => {
  for (const hostile of [0, 1, 2, 3]) {
    const coverage = search(new Runs(1, hostile), 100_000);
    assert.equal([coverage.complete, coverage.violation], [true, null]);
    assert.ok(coverage.states > 500);
  }
});

test("no walk through three views, with any validator hostile, breaks a rule; walks find a broken one", () => {
  const seed = testSeed("walks");
  for (const hostile of [0, 1, 2, 3]) {
    const coverage = walk(new Runs(3, hostile), WALKS, new Random(seed));
    assert.is(
      coverage.violation,
      null,
      `npm run simulate -- --search --views 3 --walks ${WALKS} --seed ${seed}`,
    );
    assert.ok(coverage.states > 10 * WALKS);
  }
  // Found in a hundred walks, or some hundred.
  for (const [mutant, violation] of [
    ["no gap check", /agreement: .* can both be final/],
    // The forgetful node hears of what it signed, and stops before it signs anything else.
    ["no log", /halt: keyInUseElsewhere|honest node signs/],
  ] as const) {
    const broken = walk(new Runs(3, 1, MUTANTS[mutant]!), 100 * WALKS, new Random(seed));
    assert.match(broken.violation ?? "", violation, `${mutant}, SEED=${seed}`);
  }
});

test("the search finds what each broken rule of agreement leads to", () => {
  for (const [mutant, violation] of [
    ["quorum minus one", /can both be made/],
    ["finalize after nullify", /honest node signs finalize and nullify/],
    ["notarize twice", /honest node signs notarize and notarize/],
    ["no gap check", /agreement: .* can both be final/],
  ] as const) {
    const found = [1, 2, 3].map((hostile) => search(new Runs(2, hostile, MUTANTS[mutant]!), 100_000));
    assert.ok(
      found.some((coverage) => violation.test(coverage.violation ?? "")),
      mutant,
    );
  }
});

test.run();
