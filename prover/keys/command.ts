/** `keys`: circuits and keys from the command line, alone (main.ts) or as `proofbook keys`. */
import { Command } from "commander";
import { addCeremonyCommands } from "./ceremony-commands.ts";
import { type CircuitOptions, compileChosen, withCircuitOptions } from "./circuit-options.ts";
import { ensureDevelopmentKey } from "./development.ts";
import { displayProgress } from "./progress-display.ts";
import { defineVerify } from "./verify-command.ts";

export function keysCommand(): Command {
  const program = new Command("keys").description("compile circuits, make and verify proving keys");

  withCircuitOptions(program.command("compile").description("compile a circuit")).action(
    async (options: CircuitOptions) => {
      const display = displayProgress();
      const circuit = await compileChosen(options, display);
      display.stop();
      console.log(`${circuit.built ? "compiled" : "cached"}  ${circuit.directory}`);
    },
  );

  withCircuitOptions(
    program.command("dev").description("make a development key (forgeable: for a local chain only)"),
  )
    .option("--seed <text>", "another seed than the published one")
    .option("--threads <n>", "worker threads", Number)
    .action(async (options: CircuitOptions & { seed?: string; threads?: number }) => {
      const display = displayProgress();
      const circuit = await compileChosen(options, display);
      const key = await ensureDevelopmentKey({
        r1csPath: circuit.r1csPath,
        name: circuit.name,
        seed: options.seed,
        threads: options.threads,
        cacheDir: options.cache,
        onProgress: display.onProgress,
      });
      display.stop();
      console.log(`${circuit.built ? "compiled" : "cached"}  ${circuit.directory}`);
      console.log(`${key.built ? "made    " : "cached  "}  ${key.directory}`);
    });

  addCeremonyCommands(program);
  defineVerify(program.command("verify"));

  return program;
}
