/** `prove` and `artefacts` under a parent that takes --api and --json for itself, as the trader's command line does. */
import { Command } from "commander";
import { proveCommand } from "../../prover/cli/command.ts";
import { artefactsCommand } from "../../prover/cli/pack-command.ts";

await new Command("proofbook")
  .option("--api <url>", "", (url: string, urls: readonly string[] = []) => [...urls, url])
  .option("--json")
  .addCommand(proveCommand())
  .addCommand(artefactsCommand())
  .parseAsync();
