/**
 * The node as a process: `node --import tsx sequencer/node/main.ts --config FILE`.
 *
 * Logs are JSON lines on stdout; the line "ready" has the API's url. SIGTERM and SIGINT finish what was admitted. Exit
 * status: 0 stopped when asked, 1 a fault, 2 a wrong configuration, 3 a database that is not used (the code says why).
 */
import { Command } from "commander";
import { pino } from "pino";
import { StoreError } from "../store/store-error.ts";
import { ConfigError, readConfig } from "./config.ts";
import { startNode } from "./node.ts";

const ExitStatus = { stopped: 0, fault: 1, badConfig: 2, badStore: 3 } as const;

const { config: path } = new Command("proofbook-node")
  .description("Runs a sequencer node")
  .requiredOption("--config <file>", "configuration file (JSON)")
  .parse()
  .opts<{ config: string }>();

const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });

async function run(): Promise<void> {
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
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  log.info({ url: node.url, pid: process.pid }, "ready");
}

function fail(error: unknown): void {
  const isConfig = error instanceof ConfigError;
  const isStore = error instanceof StoreError;
  const code = isConfig || isStore ? error.code : "bug";
  log.fatal({ err: error, code }, error instanceof Error ? error.message : String(error));
  const status = isConfig ? ExitStatus.badConfig : isStore ? ExitStatus.badStore : ExitStatus.fault;
  // Not before the line is written.
  log.flush(() => process.exit(status));
}

run().catch(fail);
