/**
 * A small circuit that stands for a batch: three public signals that depend on a job. What the job machinery does
 * with it is what it does with the real one, in a second instead of a minute.
 */
import { compileCircuit } from "../../circuits/compile/compile.ts";
import type { StatementMaker } from "../../prover/job/statement.ts";
import { ensureDevelopmentKey } from "../../prover/keys/development.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";

const SOURCE = `pragma circom 2.1.0;
include "circomlib/circuits/poseidon.circom";
template Statement() {
  signal input number;
  signal input preRoot;
  signal input postRoot;
  signal input hint;
  signal output commitment;
  signal output challenge;
  signal output evaluation;
  component sponge = Poseidon(3);
  sponge.inputs[0] <== number;
  sponge.inputs[1] <== preRoot;
  sponge.inputs[2] <== postRoot;
  commitment <== sponge.out;
  challenge <== commitment * number + 1;
  evaluation <== challenge * postRoot;
  signal square <== number * number;
  hint * number === square;
}
component main = Statement();
`;

/** Compiled and with a development key, from the project's cache. */
export async function statementArtefacts() {
  const circuit = await compileCircuit({ source: SOURCE, name: "test-statement" });
  const key = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name: circuit.name });
  return { circuit, key };
}

/** The input and the public signals that a job must lead to. */
export const makeStatement: StatementMaker = async ({ header }) => {
  const { plainHash } = await loadPoseidon();
  const { preRoot, postRoot } = header;
  const number = BigInt(header.number);
  const commitment = plainHash([number, preRoot, postRoot]);
  const challenge = (commitment * number + 1n) % FIELD_MODULUS;
  const evaluation = (challenge * postRoot) % FIELD_MODULUS;
  return {
    input: { number, preRoot, postRoot, hint: number },
    publicSignals: [commitment, challenge, evaluation],
  };
};
