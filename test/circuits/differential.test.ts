/**
 * The circuit against the machine: steps of random histories satisfy all constraints, with the same roots. A step takes an
 * eighth of a second, most of it in circom's generator.
 */
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
import { runWord } from "../generate/run.ts";
import { SigningKeys } from "../generate/signing.ts";
import { Constraints } from "./constraints.ts";
import { type ProvenStep, Prover, SMALL } from "./history.ts";
import { stepsOfKinds } from "./steps-of-kinds.ts";
import { WitnessGenerator } from "./witness.ts";

const test = suite("circuit and machine");
const seed = testSeed("circuit and machine");
/** Of each history that is proven step by step. */
const words = Number(process.env.WORDS ?? 20);
const histories = Number(process.env.HISTORIES ?? 3);
/** By the machine alone, before the steps of the second history; before those of the third twice as many. */
const EARLIER_WORDS = 300;
/** Kinds of steps that have been proven. */
const seen = new Set<string>();

const poseidon = await loadPoseidon();
const dimensions = { steps: 1, ...SMALL };
const circuit = await compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
const constraints = await Constraints.load(circuit.r1csPath);
const generator = await WitnessGenerator.load(circuit.wasmPath);

async function holds({ step, input }: ProvenStep, what: string): Promise<void> {
  const broken = constraints.someBroken(await generator.calculate(input));
  assert.is(broken, null, `SEED=${seed} ${what}, ${nameOf(step)}: constraint ${broken} is broken`);
  seen.add(nameOf(step));
}

/** The first history is proven from its beginning, the others from where their books have filled; each has its seed. */
for (let number = 0; number < histories; number++) {
  const earlier = number === 0 ? 0 : EARLIER_WORDS * number;
  test(`every step of a random history is proven as the machine took it, after ${earlier} words`, async () => {
    const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
    const keys = new SigningKeys(poseidon, shape.genesis.domain, seed + number);
    const history = new HistoryGenerator({ seed: seed + number, shape, keys });
    const exchange = genesisExchange(shape.genesis, new LiveIndex());
    for (let i = 0; i < earlier; i++) runWord(exchange, history.next());
    const prover = new Prover(poseidon, exchange);
    for (let i = 0; i < words; i++) {
      const generated = history.next();
      const authority = (generated.authentic ? keys.sign(generated) : undefined) ?? null;
      for (const proven of prover.run({ ...generated, authority }))
        await holds(proven, `history ${number}, word ${earlier + i}`);
    }
  });
}

test("so is a step of every other kind, for every reason and with every refusal", async () => {
  const lacking = REACHABLE.filter((name) => !seen.has(name));
  for (const [, proven] of stepsOfKinds(poseidon, seed, lacking, nameOf))
    await holds(proven, "a step of each kind");
});

test.run();
