/**
 * Constraints of a batch by tier, and of one step: the slope between the smallest and the largest tier measured, so
 * that what a batch has once (header, sponge, hashes of the registers) is not counted as steps.
 */
import { R1csFile } from "../../prover/keys/r1cs.ts";
import { compileTier, TIERS } from "./batch/tiers.ts";
import type { Report } from "./report.ts";

export async function run(report: Report): Promise<void> {
  const measured: { steps: number; constraints: number }[] = [];
  for (const steps of TIERS) {
    const constraints = await constraintsOf((await compileTier(steps)).r1csPath);
    measured.push({ steps, constraints });
    report({ name: `circuit.constraintsPerBatch.${steps}`, value: constraints, unit: "constraints" });
  }
  const [smallest, largest] = [measured[0]!, measured.at(-1)!];
  if (smallest === largest) return;
  const slope = (largest.constraints - smallest.constraints) / (largest.steps - smallest.steps);
  report({ name: "circuit.constraintsPerStep", value: Math.round(slope), unit: "constraints" });
}

async function constraintsOf(r1csPath: string): Promise<number> {
  const file = await R1csFile.open(r1csPath);
  await file.close();
  return file.header.constraints;
}
