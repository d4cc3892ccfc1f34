// A process of its own for one proof.
import { loadProgram } from "../../sequencer/programs/load.mjs";

await loadProgram(new URL("./snarkjs-worker.ts", import.meta.url));
