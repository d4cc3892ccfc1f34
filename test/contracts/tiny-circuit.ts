/**
 * A circuit with the public inputs of a batch and hardly a constraint: every (C, z, y) has a proof, and no proof
 * holds for another. So these tests bind what the contract binds, with the verifier that is really deployed.
 */
import { groth16 } from "snarkjs";
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { ensureDevelopmentKey } from "../../prover/keys/development.ts";
import type { VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { type ContractProof, contractProof } from "../../verifier-contracts/records.ts";
import { useOneThread } from "../keys/one-thread.ts";

const SOURCE = `pragma circom 2.1.0;
template AnyBatch() {
  signal input commitment;
  signal input challenge;
  signal input evaluation;
  signal product <== commitment * challenge;
  signal all <== product * evaluation;
}
component main {public [commitment, challenge, evaluation]} = AnyBatch();
`;

export interface TinyCircuit {
  readonly verifyingKey: VerifyingKey;
  readonly circuitHash: string;
  prove(commitment: bigint, challenge: bigint, evaluation: bigint): Promise<ContractProof>;
}

export async function tinyCircuit(): Promise<TinyCircuit> {
  await useOneThread();
  const circuit = await compileCircuit({ name: "any-batch", source: SOURCE });
  const key = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name: circuit.name, threads: 1 });
  return {
    verifyingKey: key.verifyingKey,
    circuitHash: key.circuitHash,
    prove: async (commitment, challenge, evaluation) => {
      const input = { commitment, challenge, evaluation };
      const { proof } = await groth16.fullProve(input, circuit.wasmPath, key.zkeyPath);
      return contractProof(proof);
    },
  };
}
