import type { Command } from "commander";

/** Parses the process's arguments and runs the command; an error is one line with its code, and status 1. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    console.error(code === undefined ? message : `${code}: ${message}`);
    process.exitCode = 1;
  }
}
