import type { CircuitInput } from "snarkjs";
import { proveCommand } from "../../prover/cli/command.ts";
import { circuitInput } from "../../prover/witness/circuit-input.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";

/** `prove`, with the replay that makes a circuit's input from a job. */
export const createProveCommand = () =>
  proveCommand({
    makeStatement: async (job) => {
      const { input, publicSignals } = circuitInput(await loadPoseidon(), job);
      return { input: input as CircuitInput, publicSignals };
    },
  });
