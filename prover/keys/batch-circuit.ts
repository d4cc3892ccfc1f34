import type { CircuitSource } from "../../circuits/compile/compile.ts";

/** The dimensions of `template Batch` in `circuits/batch.circom`, in its order. */
export interface BatchDimensions {
  /** Steps that one proof covers: the tier. */
  readonly steps: number;
  /** 4^this accounts. */
  readonly accountDepth: number;
  /** 4^this orders an account. */
  readonly orderDepth: number;
  readonly markets: number;
}

/** The dimensions of a real deployment, but for the tier. */
export const fullDimensions: Omit<BatchDimensions, "steps"> = { accountDepth: 10, orderDepth: 4, markets: 8 };

/** The main component of one tier. */
export function batchCircuit(dimensions: BatchDimensions): CircuitSource {
  const { steps, accountDepth, orderDepth, markets } = dimensions;
  return {
    template: "Batch",
    include: "batch.circom",
    args: [steps, accountDepth, orderDepth, markets],
    publicInputs: ["commitment", "challenge", "evaluation"],
  };
}

/** A name that tells the dimensions: `batch4`, or `batch2-3-2-2` where they are not those of a deployment. */
export function batchName(dimensions: BatchDimensions): string {
  const { steps, accountDepth, orderDepth, markets } = dimensions;
  const full =
    accountDepth === fullDimensions.accountDepth &&
    orderDepth === fullDimensions.orderDepth &&
    markets === fullDimensions.markets;
  return full ? `batch${steps}` : `batch${steps}-${accountDepth}-${orderDepth}-${markets}`;
}
