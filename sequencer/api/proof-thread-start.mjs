// Threads and processes alike are started with plain JavaScript.
import { loadProgram } from "../programs/load.mjs";

await loadProgram(new URL("./proof-thread.ts", import.meta.url));
