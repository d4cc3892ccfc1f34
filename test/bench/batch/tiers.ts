/** Which circuits are measured: those of a deployment, of 4 and 16 steps unless TIERS says otherwise. */
import { type CompiledCircuit, compileCircuit } from "../../../circuits/compile/compile.ts";
import { batchCircuit, batchName, fullDimensions } from "../../../prover/keys/batch-circuit.ts";

/** Ascending; larger ones take ten seconds and 110 MB a step to compile. */
export const TIERS: readonly number[] = (process.env.TIERS ?? "4,16")
  .split(",")
  .map(Number)
  .sort((a, b) => a - b);

if (TIERS.some((steps) => !Number.isSafeInteger(steps) || steps < 1))
  throw new Error(`TIERS is a list of numbers of steps, such as 4,16: ${process.env.TIERS}`);

/** Compiled now or found in the cache. */
export function compileTier(steps: number): Promise<CompiledCircuit> {
  const dimensions = { ...fullDimensions, steps };
  return compileCircuit({ name: batchName(dimensions), source: batchCircuit(dimensions) });
}
