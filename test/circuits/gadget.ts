/** A small circuit around some templates, so that a test can ask them one by one. */
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { Constraints } from "./constraints.ts";
import { Signals } from "./signals.ts";
import { WitnessGenerator } from "./witness.ts";

export class Gadget {
  /** sha256 of the constraints. */
  readonly hash: string;
  private readonly constraints: Constraints;
  private readonly signals: Signals;
  private readonly generator: WitnessGenerator;
  private readonly idle: Readonly<Record<string, unknown>>;

  private constructor(
    hash: string,
    constraints: Constraints,
    signals: Signals,
    generator: WitnessGenerator,
    idle: Readonly<Record<string, unknown>>,
  ) {
    this.hash = hash;
    this.constraints = constraints;
    this.signals = signals;
    this.generator = generator;
    this.idle = idle;
  }

  /**
   * `text` declares a template without arguments; `idle` are values of all its inputs with which everything holds, and
   * a question names only those that it changes. All inputs are public: a private one that only a linear constraint
   * mentions would be optimised away, and with it the question.
   */
  static async compile(
    name: string,
    text: string,
    template: string,
    idle: Readonly<Record<string, unknown>>,
  ): Promise<Gadget> {
    const main = `component main {public [${Object.keys(idle).join(", ")}]} = ${template}();`;
    const circuit = await compileCircuit({ name, source: `${text}\n${main}\n` });
    const [constraints, signals, generator] = await Promise.all([
      Constraints.load(circuit.r1csPath),
      Signals.load(circuit.symPath),
      WitnessGenerator.load(circuit.wasmPath),
    ]);
    return new Gadget(circuit.circuitHash, constraints, signals, generator.unchecked(), idle);
  }

  /** What the main component says on these inputs, or null where the constraints allow no answer. */
  async ask(inputs: Readonly<Record<string, unknown>>) {
    const witness = await this.generator.calculate({ ...this.idle, ...inputs });
    if (this.constraints.someBroken(witness) !== null) return null;
    return (output: string): bigint => witness[this.signals.place(`main.${output}`)]!;
  }
}
