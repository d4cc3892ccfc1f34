/** Starts a program: `node sequencer/programs/run.mjs FILE.ts [ARGUMENTS]`. It sees its own name and its arguments. */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { loadProgram } from "./load.mjs";

/** Threads that help to collect garbage take more of the cores than they spare, unless cores are idle: measured, a twentieth of a busy node. */
const CORES_FOR_HELPERS = 4;

const [, , file] = process.argv;
if (file === undefined) throw new Error("which program?");
if (availableParallelism() < CORES_FOR_HELPERS) setFlagsFromString("--no-parallel-scavenge");
process.argv.splice(1, 2, resolve(file));
await loadProgram(pathToFileURL(resolve(file)));
