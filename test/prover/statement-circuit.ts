/**
 * A small circuit that stands for a batch: it takes the real statement of a job, but binds it to nothing. What the job
 * machinery does with it is what it does with the real one, in a second instead of a minute.
 */
import { compileCircuit } from "../../circuits/compile/compile.ts";
import type { StatementMaker } from "../../prover/job/statement.ts";
import { ensureDevelopmentKey } from "../../prover/keys/development.ts";
import { spongeCommitment } from "../../sequencer/batch/commitment.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";

const SOURCE = `pragma circom 2.1.0;
template Statement() {
  signal input commitment;
  signal input challenge;
  signal input evaluation;
  signal input hint;
  signal product <== commitment * challenge;
  signal square <== product * evaluation;
  hint * product === square;
}
component main {public [commitment, challenge, evaluation]} = Statement();
`;

/** Compiled and with a development key, from the project's cache. */
export async function statementArtefacts() {
  const circuit = await compileCircuit({ source: SOURCE, name: "test-statement" });
  const key = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name: circuit.name });
  return { circuit, key };
}

const { hash } = await loadPoseidon();

export function commitmentOf({ header, steps }: BatchJob): bigint {
  const words = steps.map(({ word }) => word);
  while (words.length < header.steps) words.push(0n);
  return spongeCommitment(hash, headerWords(header), words);
}

export const wordsOf = ({ steps }: BatchJob): bigint[] =>
  steps.map(({ word }) => word).filter((word) => word !== 0n);

/** The job's real public signals, and the small circuit's input for them. */
export const makeStatement: StatementMaker = async (job) => {
  const words = [...headerWords(job.header), ...wordsOf(job)];
  const publicSignals = publicInputsOf(commitmentOf(job), words);
  const [commitment, challenge, evaluation] = publicSignals;
  return { input: { commitment, challenge, evaluation, hint: evaluation }, publicSignals };
};
