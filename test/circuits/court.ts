/** Judges batches by the constraints alone: no assertion of a witness generator has a say. */
import * as assert from "uvu/assert";
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { batchCircuit, batchName } from "../../prover/keys/batch-circuit.ts";
import type { CircuitInput } from "../../prover/witness/circuit-input.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { Constraints } from "./constraints.ts";
import { SMALL } from "./history.ts";
import { join, recommit } from "./recommit.ts";
import { Signals } from "./signals.ts";
import { WitnessGenerator } from "./witness.ts";
import { type Cheat, World } from "./world.ts";

/**
 * What stands against a batch:
 *   nobody  all constraints hold
 *   rule    a constraint that forbids it; the claimed end state is what the circuit computes
 *   state   the circuit computes another end state than the claimed one; nothing else
 *   both    a constraint forbids it, and the end state is another too
 */
export type Verdict = "nobody" | "rule" | "state" | "both";

export class Court {
  readonly constraints: Constraints;
  private readonly symPath: string;
  private named: Promise<Signals> | undefined;
  private readonly generator: WitnessGenerator;
  private last: { readonly batch: CircuitInput; readonly witness: Promise<readonly bigint[]> } | undefined;
  /** The constraints that a wrong end state breaks. */
  private endState = new Set<number>();

  private constructor(constraints: Constraints, symPath: string, generator: WitnessGenerator) {
    this.constraints = constraints;
    this.symPath = symPath;
    this.generator = generator;
  }

  static async open(steps = 1): Promise<Court> {
    const dimensions = { steps, ...SMALL };
    const circuit = await compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
    const [constraints, generator] = await Promise.all([
      Constraints.load(circuit.r1csPath),
      WitnessGenerator.load(circuit.wasmPath),
    ]);
    const court = new Court(constraints, circuit.symPath, generator.unchecked());
    await court.learnEndState(steps);
    return court;
  }

  /** Honest no-ops whose claimed end state is wrong show by which constraints an end state is known. */
  private async learnEndState(steps: number): Promise<void> {
    const world = World.genesis(await loadPoseidon());
    let idle: CircuitInput = world.cheat({ logged: null });
    for (let i = 1; i < steps; i++) idle = join(world.poseidon, idle, world.cheat({ logged: null }));
    assert.is(await this.judge(idle), "nobody");
    for (const limb of [2, 3]) {
      const claim = recommit(world.poseidon, idle, (inputs) => {
        inputs.header[limb]! ^= 1n;
      });
      for (const row of await this.broken(claim)) this.endState.add(row);
    }
    assert.ok(this.endState.size > 0);
  }

  /** Read when names are asked for first: that takes as long as judging some ten batches. */
  signals(): Promise<Signals> {
    this.named ??= Signals.load(this.symPath);
    return this.named;
  }

  /** That of the batch asked for last is kept: what broke is asked for after the verdict. */
  witness(batch: CircuitInput): Promise<readonly bigint[]> {
    if (this.last?.batch !== batch) this.last = { batch, witness: this.generator.calculate(batch.input) };
    return this.last.witness;
  }

  /** Whether all constraints hold. */
  isProven = async (batch: CircuitInput): Promise<boolean> =>
    this.constraints.someBroken(await this.witness(batch)) === null;

  private broken = async (batch: CircuitInput): Promise<readonly number[]> =>
    this.constraints.broken(await this.witness(batch));

  /** Names of the signals in the constraints that a batch breaks. */
  async brokenNames(batch: CircuitInput): Promise<string[]> {
    const [names, broken] = await Promise.all([this.signals(), this.broken(batch)]);
    const signals = new Set(broken.flatMap((row) => this.constraints.signalsIn(row)));
    return [...signals].map((signal) => names.name(signal));
  }

  async judge(batch: CircuitInput): Promise<Verdict> {
    const witness = await this.witness(batch);
    const isForbidden = this.constraints.someBroken(witness, this.endState) !== null;
    const isOther = [...this.endState].some((row) => this.constraints.breaks(row, witness));
    if (isForbidden) return isOther ? "both" : "rule";
    return isOther ? "state" : "nobody";
  }

  /** The step as the rules have it, taken in a copy of the world, satisfies everything. */
  async accepts(world: World, logged: Cheat["logged"], what: string): Promise<void> {
    const proven = world.fork().next(logged);
    const name = proven.step.code ?? proven.step.action.kind;
    assert.is(name, what, `the honest step is ${name}`);
    assert.is(await this.judge(proven), "nobody", `${name} is not proven`);
  }

  async rejects(world: World, cheat: Cheat, by: Exclude<Verdict, "nobody">, title = ""): Promise<void> {
    const verdict = await this.judge(world.cheat(cheat));
    assert.is(verdict, by, `${title}: what stands against this cheat is ${verdict}, not ${by}`);
  }
}
