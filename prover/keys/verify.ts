/** `npm run keys:verify`. */
import { Command } from "commander";
import { runCommand } from "./run-command.ts";
import { defineVerify } from "./verify-command.ts";

await runCommand(defineVerify(new Command("keys:verify")));
