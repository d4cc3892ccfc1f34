/**
 * The command that is a node's process, alone (main.ts) or as `proofbook node`.
 *
 * Logs are JSON lines on stdout; the line "ready" has the API's url. SIGTERM and SIGINT finish what was admitted. Exit
 * status: 0 stopped when asked, 1 a fault, 2 a wrong configuration, 3 a database that is not used (the code says why).
 */
import { Command } from "commander";
import { type Logger, pino } from "pino";
import { StoreError } from "../store/store-error.ts";
import { ConfigError, readConfig } from "./config.ts";
import { startNode } from "./node.ts";

const ExitStatus = { stopped: 0, fault: 1, badConfig: 2, badStore: 3 } as const;

async function run(log: Logger, path: string): Promise<void> {
  const config = await readConfig(path);
  log.level = config.logLevel ?? "info";
  const node = await startNode({
    config,
    env: process.env,
    log,
    onHalt: (fault) => {
      log.fatal({ err: fault }, "the sequencer has halted; nothing more is ordered");
      process.exitCode = ExitStatus.fault;
    },
  });
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    node.stop().then(
      () => log.info("stopped"),
      (error: unknown) => fail(log, error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  log.info({ url: node.url, pid: process.pid }, "ready");
}

function fail(log: Logger, error: unknown): void {
  const isConfig = error instanceof ConfigError;
  const isStore = error instanceof StoreError;
  const code = isConfig || isStore ? error.code : "bug";
  log.fatal({ err: error, code }, error instanceof Error ? error.message : String(error));
  const status = isConfig ? ExitStatus.badConfig : isStore ? ExitStatus.badStore : ExitStatus.fault;
  // Not before the line is written.
  log.flush(() => process.exit(status));
}

export const nodeCommand = (): Command =>
  new Command("node")
    .description("run a sequencer node until it is asked to stop")
    .option("--config <file>", "the node's configuration (JSON), required")
    .action(async (_: object, command: Command) => {
      // A parent command may take --config for itself; here it means the node's.
      const { config } = command.optsWithGlobals<{ config?: string }>();
      if (config === undefined)
        command.error("error: required option '--config <file>' not specified", {
          exitCode: ExitStatus.badConfig,
        });
      const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
      await run(log, config).catch((error: unknown) => fail(log, error));
    });
