/** The circuit against the machine: every step of random histories satisfies all constraints, with the same roots. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { batchCircuit, batchName } from "../../prover/keys/batch-circuit.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { nameOf } from "../generate/coverage.ts";
import { HistoryGenerator, smallShape } from "../generate/requests.ts";
import { SigningKeys } from "../generate/signing.ts";
import { Constraints } from "./constraints.ts";
import { Prover, SMALL } from "./history.ts";
import { WitnessGenerator } from "./witness.ts";

const test = suite("circuit and machine");
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const words = Number(process.env.WORDS ?? 80);

test("every step of a random history is proven as the machine took it", async () => {
  console.log(`SEED=${seed} WORDS=${words}`);
  const poseidon = await loadPoseidon();
  const dimensions = { steps: 1, ...SMALL };
  const circuit = await compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
  const constraints = await Constraints.load(circuit.r1csPath);
  const generator = await WitnessGenerator.load(circuit.wasmPath);
  const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
  const keys = new SigningKeys(poseidon, shape.genesis.domain, seed);
  const history = new HistoryGenerator({ seed, shape, keys });
  const prover = new Prover(poseidon, shape);
  const seen = new Map<string, number>();
  for (let i = 0; i < words; i++) {
    const generated = history.next();
    const signed = generated.authentic ? keys.sign(generated) : undefined;
    const logged = { word: generated.word, authentic: generated.authentic, authority: signed ?? null };
    for (const { step, input } of prover.run(logged)) {
      const name = nameOf(step);
      seen.set(name, (seen.get(name) ?? 0) + 1);
      const broken = constraints.firstBroken(await generator.calculate(input));
      assert.is(broken, null, `SEED=${seed} word ${i}, ${name}: constraint ${broken} is broken`);
    }
  }
  console.log(
    [...seen]
      .sort((a, b) => b[1] - a[1])
      .map(([name, count]) => `${name} ${count}`)
      .join(", "),
  );
});

test.run();
