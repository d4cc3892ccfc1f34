// Threads and processes alike are started with plain JavaScript.
import { loadProgram } from "../programs/load.mjs";

export const { checkSignatures, runPlan } = await loadProgram(new URL("./kernel-thread.ts", import.meta.url));
