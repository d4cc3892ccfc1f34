/** How fast development keys are made, on the smallest tier. */
import { measureDevelopmentKey } from "../../prover/keys/measure.ts";
import { compileTier, TIERS } from "./batch/tiers.ts";
import type { Report } from "./report.ts";

export async function run(report: Report): Promise<void> {
  const { r1csPath } = await compileTier(TIERS[0]!);
  const { secondsPer100kConstraints } = await measureDevelopmentKey(r1csPath);
  report({ name: "keys.secondsPer100kConstraints", value: secondsPer100kConstraints, unit: "s" });
}
