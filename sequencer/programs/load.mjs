/** Loads a program of TypeScript into this process or thread. */
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ROOT } from "./bundle.mjs";
import { keptProgram } from "./kept-programs.mjs";

/** Resolves with the module's exports, once it has run. */
export async function loadProgram(url) {
  const program = await keptProgram(relative(ROOT, fileURLToPath(url)));
  // Errors name the lines of the sources.
  process.setSourceMapsEnabled(true);
  return await import(pathToFileURL(program).href);
}
