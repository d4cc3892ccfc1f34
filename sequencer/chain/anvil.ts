/**
 * A real EVM node on this machine: anvil, for development and tests. With a state file the chain goes on where it
 * was stopped; anvil writes the file when it is asked to end, so it must be ended by SIGTERM or SIGINT.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export const ANVIL_CHAIN_ID = 31337n;
/** The node's well-known accounts; funded on every such chain, so never of worth elsewhere. */
export const ANVIL_MNEMONIC = "test test test test test test test test test test test junk";
/** So many of them are funded: a deployer, a set of four, eight traders. */
export const ANVIL_ACCOUNTS = 13;
/** What is shown of a node that ended by itself. */
const MAX_OUTPUT = 4096;
const LISTENING = /Listening on ([0-9.]+):([0-9]+)/;

export interface AnvilOptions {
  /** 0 lets the system pick a free one. */
  readonly port?: number;
  readonly chainId?: bigint;
  /** Where the chain is kept from one run to the next. */
  readonly stateFile?: string;
  /** Also writes the state file this often, for ends without warning. */
  readonly stateIntervalSeconds?: number;
  /**
   * Each transaction makes a block; given this, one also comes so often without any. A transaction that waited for the clock
   * could be included while the state is written: blocks first and accounts last, so it would have its effects and no events.
   */
  readonly blockSeconds?: number;
}

export interface Anvil {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  /** Ends it, its state written; SIGKILL if it does not listen. */
  stop(graceMs?: number): Promise<void>;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The executable itself: npm's wrapper would be a second process to lose. */
export function anvilExecutable(): string {
  const architecture = ARCHITECTURES[process.arch];
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  const root = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  return join(root, "bin", process.platform === "win32" ? "anvil.exe" : "anvil");
}

export function anvilArguments(options: AnvilOptions): string[] {
  const { port = 0, chainId = ANVIL_CHAIN_ID, stateFile, stateIntervalSeconds, blockSeconds } = options;
  return [
    ...["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(chainId)],
    ...["--mnemonic", ANVIL_MNEMONIC, "--accounts", String(ANVIL_ACCOUNTS)],
    ...(stateFile === undefined ? [] : ["--state", stateFile]),
    ...(stateIntervalSeconds === undefined ? [] : ["--state-interval", String(stateIntervalSeconds)]),
    ...(blockSeconds === undefined ? [] : ["--block-time", String(blockSeconds), "--mixed-mining"]),
  ];
}

/** The port that anvil says it listens on; undefined before it does. */
export function listeningPort(output: string): number | undefined {
  const match = LISTENING.exec(output);
  return match === null ? undefined : Number(match[2]);
}

function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-MAX_OUTPUT);
      const port = listeningPort(output);
      if (port !== undefined) resolve(port);
    };
    child.stdout!.on("data", take);
    child.stderr!.on("data", take);
    child.once("error", reject);
    child.once("exit", (status) => reject(new Error(`anvil ended with status ${status}: ${output}`)));
  });
}

export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const child = spawn(anvilExecutable(), anvilArguments(options), { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const port = await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    ended,
    async stop(graceMs = 10_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      child.kill("SIGTERM");
      await ended;
      clearTimeout(timer);
    },
  };
}
