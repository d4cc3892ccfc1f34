/** Cut batches as a prover gets them: the job alone is enough for the witness of the batch's circuit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { batchCircuit, batchName } from "../../prover/keys/batch-circuit.ts";
import { circuitInput, InconsistentJob } from "../../prover/witness/circuit-input.ts";
import { BatchCutter } from "../../sequencer/batch/cutter.ts";
import { OpenBatch } from "../../sequencer/batch/open-batch.ts";
import type { Cut } from "../../sequencer/batch/seal.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { typeOf, WordType } from "../../sequencer/exchange/word.ts";
import { executeEntry } from "../../sequencer/execution/execute.ts";
import { unsignedEntry } from "../../sequencer/ordering/entry.ts";
import { loadPoseidon, type Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { generateHistory, smallShape } from "../generate/requests.ts";
import { SigningKeys } from "../generate/signing.ts";
import { Constraints } from "./constraints.ts";
import { SMALL } from "./history.ts";
import { WitnessGenerator } from "./witness.ts";

const test = suite("jobs");
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const STEPS = 4;

/** A generated history in batches of at most four steps. */
function cutHistory(poseidon: Poseidon, words: number): Cut[] {
  const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
  const keys = new SigningKeys(poseidon, shape.genesis.domain, seed);
  const exchange = genesisExchange(shape.genesis, new LiveIndex());
  const tree = new StateTree(SMALL, poseidon.hash);
  const rules = { tiers: [STEPS], maxBatchSeconds: 60, epoch: 0 };
  const open = new OpenBatch(1, tree.stateRoot(exchange), exchange);
  const cutter = new BatchCutter(exchange, tree, poseidon.hash, rules, open);
  for (const generated of generateHistory({ seed, shape, keys }, words)) {
    // Payload words are entries of their own here: generated histories interleave them freely.
    const signed = generated.authentic ? keys.sign(generated) : undefined;
    const authority = signed && { publicKey: signed.publicKey, signature: signed.signature };
    executeEntry(exchange, { ...unsignedEntry([generated.word]), authority: authority ?? null }, cutter);
  }
  cutter.flush();
  return cutter.takeCuts();
}

test("the witness of a batch comes from its job alone and satisfies every constraint", async () => {
  console.log(`SEED=${seed}`);
  const poseidon = await loadPoseidon();
  const dimensions = { steps: STEPS, ...SMALL };
  const circuit = await compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
  const constraints = await Constraints.load(circuit.r1csPath);
  const generator = await WitnessGenerator.load(circuit.wasmPath);
  const cuts = cutHistory(poseidon, 70);
  for (const { job, batch } of cuts) {
    const { input, publicSignals } = circuitInput(poseidon, job);
    assert.is(publicSignals[0], batch.commitment);
    const broken = constraints.firstBroken(await generator.calculate(input));
    assert.is(broken, null, `SEED=${seed} batch ${job.header.number}: constraint ${broken} is broken`);
  }
  assert.ok(cuts.length >= 15);
});

test("a job whose parts contradict one another is named, never proven", async () => {
  const poseidon = await loadPoseidon();
  const { job } = cutHistory(poseidon, 60).find(({ job }) =>
    job.steps.some(({ word }) => typeOf(word) === WordType.place),
  )!;
  const inconsistent = (changed: typeof job) => {
    assert.throws(
      () => circuitInput(poseidon, changed),
      (error: unknown) => error instanceof InconsistentJob,
    );
  };
  inconsistent({ ...job, header: { ...job.header, postRoot: job.header.postRoot + 1n } });
  inconsistent({ ...job, header: { ...job.header, preRoot: job.header.preRoot + 1n } });
  inconsistent({ ...job, steps: job.steps.slice(1) });
  inconsistent({ ...job, steps: job.steps.map((step) => ({ ...step, word: step.word ^ 32n })) });
});

test.run();
