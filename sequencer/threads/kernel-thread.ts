/** What a thread of the pool does; it has a kernel and tables of its own. */
import { move } from "piscina";
import type { PlanBuffers } from "../kernel/hash-plan.ts";
import { runChecks } from "../signature/check-plan.ts";
import { KeyTables } from "../signature/key-tables.ts";
import { loadPoseidon } from "../state-tree/poseidon.ts";

const { kernel } = await loadPoseidon();
const tables = new KeyTables(kernel);

export const runPlan = (plan: PlanBuffers): unknown => move(kernel.run(plan));

export const checkSignatures = (packed: BigUint64Array<ArrayBuffer>): Uint8Array =>
  runChecks(kernel, packed, tables);
