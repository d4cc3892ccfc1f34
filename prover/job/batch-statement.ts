import type { CircuitInput } from "snarkjs";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { circuitInput } from "../witness/circuit-input.ts";
import type { StatementMaker } from "./statement.ts";

/** The statement of a real batch: replayed by the rules of the exchange. */
export const batchStatement: StatementMaker = async (job) => {
  const { input, publicSignals } = await circuitInput(await loadPoseidon(), job);
  return { input: input as CircuitInput, publicSignals };
};
