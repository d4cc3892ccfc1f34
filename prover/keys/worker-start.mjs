// Threads and processes alike are started with plain JavaScript.
import { loadProgram } from "../../sequencer/programs/load.mjs";

await loadProgram(new URL("./multiplier-worker.ts", import.meta.url));
