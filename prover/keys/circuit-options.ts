/** The options by which commands choose a circuit. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { type CompiledCircuit, compileCircuit } from "../../circuits/compile/compile.ts";
import { type BatchDimensions, batchCircuit, batchName, fullDimensions } from "./batch-circuit.ts";
import type { ProgressDisplay } from "./progress-display.ts";

export interface CircuitOptions extends BatchDimensions {
  readonly main?: string;
  readonly cache?: string;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("a positive number is needed");
  return value;
}

/** Adds the options to a command. */
export function withCircuitOptions(command: Command): Command {
  const { accountDepth, orderDepth, markets } = fullDimensions;
  return command
    .option("--steps <n>", "steps of a batch", positive, 4)
    .option("--account-depth <n>", "4^n accounts", positive, accountDepth)
    .option("--order-depth <n>", "4^n orders an account", positive, orderDepth)
    .option("--markets <n>", "number of markets", positive, markets)
    .option("--main <file>", "another circuit: a circom file with a main component")
    .option("--cache <directory>", "where artefacts are kept (default: PROOFBOOK_CACHE or .cache)");
}

/** Compiles what the options say. */
export async function compileChosen(
  options: CircuitOptions,
  display: ProgressDisplay,
): Promise<CompiledCircuit> {
  const chosen =
    options.main === undefined
      ? { name: batchName(options), source: batchCircuit(options) }
      : { name: basename(options.main, ".circom"), source: await readFile(options.main, "utf8") };
  return await compileCircuit({ ...chosen, cacheDir: options.cache, onProgress: display.onProgress });
}
