/** A thread that multiplies the generators; see `multiplier.ts` for the other end. */
import { parentPort, workerData } from "node:worker_threads";
import type { CurveModule } from "./curve-module.ts";
import { openCurve } from "./curve-wasm.ts";
import { FixedBase } from "./fixed-base.ts";

export interface MultiplierSetting {
  readonly module: CurveModule;
  readonly windowBits: Readonly<Record<"G1" | "G2", number>>;
}

export interface MultiplierJob {
  readonly group: "G1" | "G2";
  readonly scalars: Uint8Array;
}

const setting = workerData as MultiplierSetting;
const tables: Partial<Record<"G1" | "G2", FixedBase>> = {};

async function table(group: "G1" | "G2"): Promise<FixedBase> {
  const existing = tables[group];
  if (existing) return existing;
  // An instance for each group: their scratch space is not to be shared.
  const curve = await openCurve(setting.module);
  const made = new FixedBase(curve, group === "G1" ? curve.g1 : curve.g2, setting.windowBits[group]);
  tables[group] = made;
  return made;
}

if (parentPort === null) throw new Error("multiplier-worker.ts runs in a worker thread only");
const port = parentPort;

port.on("message", async (job: MultiplierJob) => {
  const points = (await table(job.group)).multiply(job.scalars);
  port.postMessage(points, [points.buffer as ArrayBuffer]);
});
