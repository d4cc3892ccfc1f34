import type { Command } from "commander";
import { allowUnreadOutput } from "../../sequencer/programs/unread-output.ts";

/** Parses the process's arguments and runs the command; an error is one line with its code, and status 1. */
export async function runCommand(command: Command): Promise<void> {
  allowUnreadOutput();
  try {
    await command.parseAsync();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    console.error(code === undefined ? message : `${code}: ${message}`);
    process.exitCode = 1;
  }
}
