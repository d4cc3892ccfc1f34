/** A node's process: its log, its signals and how it ends. */
import type { Logger } from "pino";
import { StoreError } from "../store/store-error.ts";
import { ConfigError, readConfig } from "./config.ts";
import { ExitStatus } from "./exit-status.ts";
import { startNode } from "./node.ts";
import { nodeLog } from "./node-log.ts";

/** Two signals within this time are one: whatever runs a node may pass on what a terminal has sent to both. */
const SAME_SIGNAL_MS = 500;

export async function runNode(configPath: string): Promise<void> {
  const log = nodeLog();
  await run(log, configPath).catch((error: unknown) => fail(log, error));
}

async function run(log: Logger, path: string): Promise<void> {
  const config = await readConfig(path, process.env);
  log.level = config.logLevel ?? "info";
  let isStopping = false;
  const end = (why: object, status: number): void => {
    if (isStopping) return;
    isStopping = true;
    log.info(why, "stopping");
    node.stop().then(
      () => {
        process.exitCode = process.exitCode || status;
        log.info("stopped");
      },
      (error: unknown) => fail(log, error),
    );
  };
  const node = await startNode({
    config,
    env: process.env,
    log,
    onHalt: (fault) => {
      log.fatal({ err: fault }, "the sequencer has halted; nothing more is ordered");
      process.exitCode = statusOf(fault);
    },
    onFarBehind: () => {
      log.error("start this node again: it joins by a snapshot then");
      end({ code: "farBehind" }, ExitStatus.farBehind);
    },
  });
  let askedMs: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    // Nobody waits for a receipt that is not on disk, and what is on disk is whole: nothing is lost but patience.
    if (askedMs !== null && nowMs - askedMs > SAME_SIGNAL_MS) {
      log.warn({ signal }, "asked to stop again: ending at once");
      log.flush(() => process.exit(ExitStatus.fault));
      return;
    }
    askedMs ??= nowMs;
    end({ signal }, ExitStatus.stopped);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  log.info({ url: node.url, pid: process.pid }, "ready");
}

function fail(log: Logger, error: unknown): void {
  const code = error instanceof ConfigError || error instanceof StoreError ? error.code : "bug";
  log.fatal({ err: error, code }, error instanceof Error ? error.message : String(error));
  // Not before the line is written.
  log.flush(() => process.exit(statusOf(error)));
}

function statusOf(error: unknown): number {
  if (error instanceof ConfigError) return ExitStatus.badConfig;
  return error instanceof StoreError ? ExitStatus.badStore : ExitStatus.fault;
}
