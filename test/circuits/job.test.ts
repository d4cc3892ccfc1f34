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
import { goOn } from "../generate/go-on.ts";
import { testSeed } from "../generate/random.ts";
import { HistoryGenerator, smallShape } from "../generate/requests.ts";
import { SigningKeys } from "../generate/signing.ts";
import { Constraints } from "./constraints.ts";
import { SMALL } from "./history.ts";
import { WitnessGenerator } from "./witness.ts";

const test = suite("jobs");
const seed = testSeed("jobs");
const STEPS = 2;
/** Batches from the beginning that are proven, whatever is in them. */
const FIRST = 10;
/** What one of the proven batches must have. */
const SORTS: Readonly<Record<string, (cut: Cut) => boolean>> = {
  "an order": ({ job }) => job.steps.some(({ word }) => typeOf(word) === WordType.place),
  "a fill": ({ batch }) => batch.fills > 0,
  "an active taker at its beginning": ({ job }) => job.machine.taker !== null,
  "steps to spare": ({ batch }) => batch.usedSteps < STEPS,
};

/** A generated history in batches of at most two steps, until there is one of each sort. */
function cutHistory(poseidon: Poseidon, seed: number): Cut[] {
  const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
  const keys = new SigningKeys(poseidon, shape.genesis.domain, seed);
  const exchange = genesisExchange(shape.genesis, new LiveIndex());
  const tree = new StateTree(SMALL, poseidon.hash);
  const rules = { tiers: [STEPS], maxBatchSeconds: 60, epoch: 0 };
  const open = new OpenBatch(1, tree.stateRoot(exchange), exchange);
  const cutter = new BatchCutter(exchange, tree, poseidon.hash, rules, open);
  const history = new HistoryGenerator({ seed, shape, keys });
  const cuts: Cut[] = [];
  const lacking = () => Object.keys(SORTS).filter((name) => !cuts.some(SORTS[name]!));
  for (const _ of goOn({ atLeast: FIRST * STEPS, atMost: 10_000 }, lacking)) {
    const generated = history.next();
    // Payload words are entries of their own here: generated histories interleave them freely.
    const signed = generated.authentic ? keys.sign(generated) : undefined;
    const authority = signed && { publicKey: signed.publicKey, signature: signed.signature };
    executeEntry(exchange, { ...unsignedEntry([generated.word]), authority: authority ?? null }, cutter);
    cuts.push(...cutter.takeCuts());
  }
  return cuts;
}

test("the witness of a batch comes from its job alone and satisfies every constraint", async () => {
  const poseidon = await loadPoseidon();
  const dimensions = { steps: STEPS, ...SMALL };
  const circuit = await compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
  const constraints = await Constraints.load(circuit.r1csPath);
  const generator = await WitnessGenerator.load(circuit.wasmPath);
  const cuts = cutHistory(poseidon, seed);
  const ofSorts = Object.values(SORTS).map((has) => cuts.find(has)!);
  for (const { job, batch } of new Set([...cuts.slice(0, FIRST), ...ofSorts])) {
    const { input, publicSignals } = circuitInput(poseidon, job);
    assert.is(publicSignals[0], batch.commitment);
    const broken = constraints.someBroken(await generator.calculate(input));
    assert.is(broken, null, `SEED=${seed} batch ${job.header.number}: constraint ${broken} is broken`);
  }
});

/** Of these histories' orders one comes to rest behind the one before it, or is dropped without a trace but its number. */
const HISTORIES = [251, 1];

test("a job whose parts contradict one another is named, never proven", async () => {
  const poseidon = await loadPoseidon();
  for (const history of [seed, ...HISTORIES]) {
    const { job } = cutHistory(poseidon, history).find(SORTS["an order"]!)!;
    const inconsistent = (changed: typeof job) => {
      assert.throws(
        () => circuitInput(poseidon, changed),
        (error: unknown) => error instanceof InconsistentJob,
        `SEED=${history}`,
      );
    };
    inconsistent({ ...job, header: { ...job.header, postRoot: job.header.postRoot + 1n } });
    inconsistent({ ...job, header: { ...job.header, preRoot: job.header.preRoot + 1n } });
    for (const name of ["time", "l1Start", "l1End", "wordCount"] as const)
      inconsistent({ ...job, header: { ...job.header, [name]: job.header[name] + 1 } });
    inconsistent({ ...job, steps: job.steps.slice(1) });
    inconsistent({ ...job, steps: job.steps.map((step) => ({ ...step, word: step.word ^ 32n })) });
  }
});

test.run();
