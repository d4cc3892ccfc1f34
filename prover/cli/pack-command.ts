/** `proofbook artefacts`: packs circuit and keys of a tier for provers on other machines. */
import { Command } from "commander";
import { packArtefacts } from "../job/packed-artefacts.ts";
import { batchName } from "../keys/batch-circuit.ts";
import { type CircuitOptions, compileChosen, withCircuitOptions } from "../keys/circuit-options.ts";
import { ensureDevelopmentKey } from "../keys/development.ts";
import { displayProgress } from "../keys/progress-display.ts";

interface PackOptions extends CircuitOptions {
  readonly out: string;
  readonly zkey?: string;
}

export function artefactsCommand(): Command {
  return withCircuitOptions(new Command("artefacts"))
    .description("pack circuit and keys of a tier into a directory, for `prove --artefacts`")
    .requiredOption("--out <directory>", "where the tier's folder goes")
    .option("--zkey <file>", "proving key of a ceremony; default: the development key")
    .action(pack);
}

async function pack(options: PackOptions): Promise<void> {
  const display = displayProgress();
  try {
    const { r1csPath, wasmPath } = await compileChosen(options, display);
    const name = batchName(options);
    const { onProgress } = display;
    const zkeyPath =
      options.zkey ??
      (await ensureDevelopmentKey({ name, r1csPath, cacheDir: options.cache, onProgress })).zkeyPath;
    display.stop();
    process.stdout.write(`${await packArtefacts(options.out, { name, wasmPath, zkeyPath })}\n`);
  } finally {
    display.stop();
  }
}
