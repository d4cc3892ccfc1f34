/** What a thread of the pool does; it has a kernel and tables of its own. */
import { move } from "piscina";
import type { PlanBuffers } from "../kernel/hash-plan.ts";
import { isSignedBy } from "../signature/eddsa.ts";
import { KeyTables } from "../signature/key-tables.ts";
import { loadPoseidon } from "../state-tree/poseidon.ts";
import type { CheckTask } from "./kernel-threads.ts";

const poseidon = await loadPoseidon();
const tables = new KeyTables(poseidon.kernel);

export const runPlan = (plan: PlanBuffers): unknown => move(poseidon.kernel.run(plan));

export const checkSignatures = ({ domain, requests }: CheckTask): boolean[] =>
  requests.map((request) => isSignedBy(poseidon, domain, request, tables));
