/**
 * Every signal of a witness is pinned. For one step of each kind each signal is changed in turn, all others left as
 * they are: some constraint must break. The one exception is known: IsZero(in) takes the inverse of `in` as a hint,
 * and where `in` is 0 any inverse will do, because out = 1 is forced without it.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { nameOf, REACHABLE } from "../generate/coverage.ts";
import { Random, testSeed } from "../generate/random.ts";
import { Court } from "./court.ts";
import { Edits } from "./edits.ts";
import { stepsOfKinds } from "./steps-of-kinds.ts";
import { World } from "./world.ts";

const test = suite("edited witnesses");
const seed = testSeed("edited witnesses");
const court = await Court.open();
const poseidon = await loadPoseidon();

/** Without the reason: `fill`, `refused`. */
const kindOf = (step: Step): string => kindIn(nameOf(step));
const kindIn = (name: string): string => name.split(" ")[0]!;
const KINDS = [...new Set(REACHABLE.map(kindIn))];

const signals = await court.signals();
const isUnusedInverse = (signal: number, witness: readonly bigint[]): boolean =>
  /\.inv$/.test(signals.name(signal)) && witness[signal] === 0n;

test("no signal can be changed alone", async () => {
  const random = new Random(seed);
  let edits: Edits | undefined;
  let count = 0;
  for (const [name, proven] of stepsOfKinds(poseidon, seed, KINDS, kindOf)) {
    const witness = await court.witness(proven);
    assert.is(court.constraints.someBroken(witness), null, name);
    edits ??= new Edits(court.constraints, witness.length);
    const isCaught = edits.of(witness);
    for (let signal = 1; signal < witness.length; signal++) {
      const value = witness[signal]!;
      const other =
        random.pick([value + 1n, FIELD_MODULUS - value, value + (1n << 128n), random.bigint(253)]) %
        FIELD_MODULUS;
      if (other === value) continue;
      count += 1;
      if (isCaught(signal, other - value) === !isUnusedInverse(signal, witness)) continue;
      assert.unreachable(`SEED=${seed} ${name}: ${signals.name(signal)} from ${value} to ${other}`);
    }
  }
  console.log(`${count} edits of ${KINDS.length} kinds of steps`);
});

test("public signals are where the contract expects them", async () => {
  const proven = World.genesis(poseidon).cheat({ logged: null });
  const witness = await court.witness(proven);
  assert.equal(witness.slice(1, 4), [...proven.publicSignals]);
  for (const [i, name] of ["commitment", "challenge", "evaluation"].entries())
    assert.is(signals.place(`main.${name}`), i + 1);
});

test.run();
