/**
 * Every signal of a witness is pinned. For one step of each kind each signal is changed in turn, all others left as
 * they are: some constraint must break. The one exception is known: IsZero(in) takes the inverse of `in` as a hint,
 * and where `in` is 0 any inverse will do, because out = 1 is forced without it.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { nameOf } from "../generate/coverage.ts";
import { Random, testSeed } from "../generate/random.ts";
import { HistoryGenerator, smallShape } from "../generate/requests.ts";
import { SigningKeys } from "../generate/signing.ts";
import { Court } from "./court.ts";
import { type ProvenStep, Prover, SMALL } from "./history.ts";

const test = suite("edited witnesses");
const seed = testSeed("edited witnesses");
const court = await Court.open();
const poseidon = await loadPoseidon();

/** The first step of each kind in a history. */
function* kindsOfSteps(words: number): Generator<[name: string, proven: ProvenStep]> {
  const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
  const keys = new SigningKeys(poseidon, shape.genesis.domain, seed);
  const history = new HistoryGenerator({ seed, shape, keys });
  const prover = new Prover(poseidon, shape);
  const seen = new Set<string>();
  for (let i = 0; i < words; i++) {
    const generated = history.next();
    const authority = (generated.authentic ? keys.sign(generated) : undefined) ?? null;
    for (const proven of prover.run({ ...generated, authority })) {
      const [name] = nameOf(proven.step).split(" ");
      if (seen.has(name!)) continue;
      seen.add(name!);
      yield [name!, proven];
    }
  }
}

const isUnusedInverse = (signal: number, witness: readonly bigint[]): boolean =>
  /\.inv$/.test(court.signals.name(signal)) && witness[signal] === 0n;

test("no signal can be changed alone", async () => {
  const random = new Random(seed);
  let edits = 0;
  const kinds: string[] = [];
  for (const [name, proven] of kindsOfSteps(120)) {
    kinds.push(name);
    const witness = await court.witness(proven);
    assert.equal(court.constraints.broken(witness), [], name);
    for (let signal = 1; signal < witness.length; signal++) {
      const value = witness[signal]!;
      const other = random.pick([
        value + 1n,
        FIELD_MODULUS - value,
        value + (1n << 128n),
        random.bigint(253),
      ]);
      witness[signal] = other % FIELD_MODULUS;
      if (witness[signal] === value) continue;
      edits += 1;
      const isCaught = court.constraints.having(signal).some((row) => court.constraints.breaks(row, witness));
      witness[signal] = value;
      const what = `SEED=${seed} ${name}: ${court.signals.name(signal)} from ${value} to ${other}`;
      assert.is(isCaught, !isUnusedInverse(signal, witness), what);
    }
  }
  console.log(`${edits} edits of ${kinds.length} kinds of steps: ${kinds.join(", ")}`);
  assert.ok(kinds.length >= 8);
});

test("public signals are where the contract expects them", async () => {
  const [, proven] = kindsOfSteps(3).next().value!;
  const witness = await court.witness(proven);
  assert.equal(witness.slice(1, 4), [...proven.publicSignals]);
  for (const [i, name] of ["commitment", "challenge", "evaluation"].entries())
    assert.is(court.signals.place(`main.${name}`), i + 1);
});

test.run();
