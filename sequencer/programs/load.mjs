/** Loads a program of TypeScript into this process or thread. */
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ROOT } from "./bundle.mjs";
import { keptPrograms } from "./kept-programs.mjs";

/** Resolves with the module's exports, once it has run. */
export async function loadProgram(url) {
  const entry = relative(ROOT, fileURLToPath(url));
  const [program] = await keptPrograms(entry.replace(/\.ts$/, "").replaceAll(/[^a-z0-9-]/g, "-"), [entry]);
  // Errors name the lines of the sources.
  process.setSourceMapsEnabled(true);
  return await import(pathToFileURL(program).href);
}
