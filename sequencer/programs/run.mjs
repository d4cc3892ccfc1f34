/** Starts a program: `node sequencer/programs/run.mjs FILE.ts [ARGUMENTS]`. It sees its own name and its arguments. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { loadProgram } from "./load.mjs";

const [, , file] = process.argv;
if (file === undefined) throw new Error("which program?");
process.argv.splice(1, 2, resolve(file));
await loadProgram(pathToFileURL(resolve(file)));
