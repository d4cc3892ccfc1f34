/**
 * The command that is a node's process, alone (main.ts) or as `proofbook node`.
 *
 * Logs are JSON lines on stdout; the line "ready" has the API's url. SIGTERM and SIGINT finish what was admitted. Exit
 * status: 0 stopped when asked, 1 a fault, 2 a wrong configuration, 3 a database that is not used (the code says why),
 * 4 too far behind the others: start it again, and it joins by a snapshot.
 */
import { Command } from "commander";
import { ExitStatus } from "./exit-status.ts";
import { initCommand } from "./init-command.ts";

export const nodeCommand = (): Command =>
  new Command("node")
    .description("run a sequencer node until it is asked to stop; `init` makes what a validator needs for it")
    .option("--config <file>", "the node's configuration (JSON), required")
    .action(async (_: object, command: Command) => {
      // A parent command may take --config for itself; here it means the node's.
      const { config } = command.optsWithGlobals<{ config?: string }>();
      if (config === undefined)
        command.error("error: required option '--config <file>' not specified", {
          exitCode: ExitStatus.badConfig,
        });
      // Only now: whoever runs another command need not load a whole node.
      const { runNode } = await import("./run-node.ts");
      await runNode(config);
    })
    .addCommand(initCommand());
