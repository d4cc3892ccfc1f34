import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json, circuits and node_modules. */
export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Where compiled circuits and keys are kept: `PROOFBOOK_CACHE`, or `.cache` in the project. */
export function cacheDirectory(): string {
  const chosen = process.env.PROOFBOOK_CACHE;
  return chosen === undefined || chosen === "" ? join(projectRoot, ".cache") : chosen;
}
