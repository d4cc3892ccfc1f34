/** Changes the inputs of a batch and binds them again: commitment, challenge and evaluation are always right. */

import type { CircuitInput } from "../../prover/witness/circuit-input.ts";
import { spongeCommitment } from "../../sequencer/batch/commitment.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";

/** The inputs of `template Batch`: lists have one entry a step. */
export interface BatchInputs {
  header: bigint[];
  words: bigint[];
  machine: bigint[];
  market: bigint[][];
  accountsRoot: bigint;
  index: (readonly [number, number])[];
  slot: (readonly [number, number])[];
  account: (readonly [bigint[], bigint[]])[];
  order: (readonly [bigint, bigint])[];
  orderPath: unknown[];
  accountPath: unknown[];
  publicKey: (readonly [bigint, bigint])[];
  r8: (readonly [bigint, bigint])[];
  s: bigint[];
}

/** The inputs of a batch, to be looked at and changed. */
export const inputsOf = ({ input }: CircuitInput): BatchInputs =>
  structuredClone(input) as unknown as BatchInputs;

export function recommit(
  poseidon: Poseidon,
  batch: CircuitInput,
  change: (inputs: BatchInputs) => void,
): CircuitInput {
  const inputs = inputsOf(batch);
  change(inputs);
  return bind(poseidon, inputs);
}

/** Two batches of one step, one after the other, as one of two steps. */
export function join(poseidon: Poseidon, first: CircuitInput, second: CircuitInput): CircuitInput {
  const [a, b] = [inputsOf(first), inputsOf(second)];
  const steps = Object.fromEntries(
    (Object.keys(a) as (keyof BatchInputs)[])
      .filter((name) => Array.isArray(a[name]) && !["header", "machine", "market"].includes(name))
      .map((name) => [name, [...(a[name] as unknown[]), ...(b[name] as unknown[])]]),
  );
  const [pre, post] = [a.header, b.header];
  const header = [pre[0]!, pre[1]!, post[2]!, post[3]!, pre[4]!, post[5]!, pre[6]!, post[7]!, pre[8]!];
  return bind(poseidon, { ...a, ...steps, header });
}

function bind(poseidon: Poseidon, inputs: BatchInputs): CircuitInput {
  const { header, words } = inputs;
  const commitment = spongeCommitment(poseidon.hash, header, words);
  const publicSignals = publicInputsOf(commitment, [...header, ...words.filter((word) => word !== 0n)]);
  const [, challenge, evaluation] = publicSignals;
  return { input: { ...inputs, commitment, challenge, evaluation }, publicSignals };
}
