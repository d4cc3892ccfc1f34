/** The circuit against the machine: steps of random histories satisfy all constraints, with the same roots. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { batchCircuit, batchName } from "../../prover/keys/batch-circuit.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { nameOf, REACHABLE } from "../generate/coverage.ts";
import { testSeed } from "../generate/random.ts";
import { HistoryGenerator, smallShape } from "../generate/requests.ts";
import { SigningKeys } from "../generate/signing.ts";
import { Constraints } from "./constraints.ts";
import { type ProvenStep, Prover, SMALL } from "./history.ts";
import { stepsOfKinds } from "./steps-of-kinds.ts";
import { WitnessGenerator } from "./witness.ts";

const test = suite("circuit and machine");
const seed = testSeed("circuit and machine");
/** Of the history that is proven step by step. */
const words = Number(process.env.WORDS ?? 20);

const poseidon = await loadPoseidon();
const dimensions = { steps: 1, ...SMALL };
const circuit = await compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
const constraints = await Constraints.load(circuit.r1csPath);
const generator = await WitnessGenerator.load(circuit.wasmPath);

async function holds({ input }: ProvenStep, what: string): Promise<void> {
  const broken = constraints.someBroken(await generator.calculate(input));
  assert.is(broken, null, `SEED=${seed} ${what}: constraint ${broken} is broken`);
}

test("every step of a random history is proven as the machine took it", async () => {
  const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
  const keys = new SigningKeys(poseidon, shape.genesis.domain, seed);
  const history = new HistoryGenerator({ seed, shape, keys });
  const prover = new Prover(poseidon, genesisExchange(shape.genesis, new LiveIndex()));
  for (let i = 0; i < words; i++) {
    const generated = history.next();
    const authority = (generated.authentic ? keys.sign(generated) : undefined) ?? null;
    for (const proven of prover.run({ ...generated, authority }))
      await holds(proven, `word ${i}, ${nameOf(proven.step)}`);
  }
});

test("so is a step of every kind, for every reason and with every refusal", async () => {
  for (const [name, proven] of stepsOfKinds(poseidon, seed, REACHABLE, nameOf)) await holds(proven, name);
});

test.run();
