/** The devnet's children as programs of one file each, made anew at every start from what the sources say now. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "./bundle.ts";

const PROJECT = join(import.meta.dirname, "..", "..");

/** With what Node is started for each. */
export interface Programs {
  readonly sequencer: readonly string[];
  readonly proofbook: readonly string[];
}

export async function makePrograms(folder: string): Promise<Programs> {
  await rm(folder, { recursive: true, force: true });
  const sources = ["sequencer/node/main.ts", "trader/cli/main.ts"].map((path) => join(PROJECT, path));
  const [sequencer, proofbook] = await bundle(sources, folder);
  // Errors in the logs name the lines of the sources.
  return {
    sequencer: ["--enable-source-maps", sequencer!],
    proofbook: ["--enable-source-maps", proofbook!],
  };
}
