import { ARITY } from "../../sequencer/state-tree/sparse-tree.ts";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import { type BatchDimensions, batchName } from "../keys/batch-circuit.ts";

/** Which circuit a job needs. */
export interface Tier extends Dimensions {
  readonly steps: number;
}

/** The circuit counts depths in bits, the state tree in levels of four. */
export const circuitDimensions = ({ steps, accountDepth, orderDepth, markets }: Tier): BatchDimensions => ({
  steps,
  accountDepth: accountDepth * Math.log2(ARITY),
  orderDepth: orderDepth * Math.log2(ARITY),
  markets,
});

export const tierName = (tier: Tier): string => batchName(circuitDimensions(tier));
