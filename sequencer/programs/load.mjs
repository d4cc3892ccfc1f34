/** Loads a program of TypeScript into this process or thread. */
import module from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ROOT } from "./bundle.mjs";
import { holdProgram, keptProgram } from "./kept-programs.mjs";

/**
 * Resolves with the module's exports, once it has run. What V8 makes of the code is kept beside it and goes with it, by Node
 * from 22.1 on: a program is there in two thirds of the time.
 */
export async function loadProgram(url) {
  const program = await keptProgram(relative(ROOT, fileURLToPath(url)));
  holdProgram(program);
  // Where it cannot be kept, nothing is.
  module.enableCompileCache?.(join(dirname(program), "compiled"));
  // Errors name the lines of the sources.
  process.setSourceMapsEnabled(true);
  return await import(pathToFileURL(program).href);
}
