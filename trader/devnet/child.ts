/** A child process with its log, in a process group of its own: Ctrl-C reaches only the parent, which stops them in order. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DevnetError } from "./devnet-error.ts";

/** A log is put aside once at a start when it is larger, so that two of them at most stay. */
const MAX_LOG_BYTES = 16 * 2 ** 20;

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logs: string;
  /** Is told every line of stdout, which still goes to the log. */
  readonly onLine?: (line: string) => void;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly commandLine: string;
  readonly logPath: string;
  /** What it has logged since it was started. */
  logged(): Promise<string>;
  /** Resolves when it has ended, with the reason in words. */
  readonly ended: Promise<string>;
  readonly running: boolean;
  /** Asks it to end, and ends it when it has not after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

function openLog(path: string): number {
  try {
    if (statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return openSync(path, "a");
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `exit status ${code}` : `signal ${signal}`),
    );
  });
}

export function startChild({ name, command, args, env, logs, onLine }: ChildOptions): Child {
  const logPath = join(logs, `${name}.log`);
  const log = openLog(logPath);
  const earlier = fstatSync(log).size;
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", onLine === undefined ? log : "pipe", log],
    env: { ...process.env, ...env },
  });
  if (onLine === undefined || child.stdout === null) closeSync(log);
  else
    createInterface({ input: child.stdout })
      .on("line", (line) => {
        writeSync(log, `${line}\n`);
        onLine(line);
      })
      .once("close", () => closeSync(log));
  const state = { running: true };
  const ended = endOf(child).then((reason) => {
    state.running = false;
    return reason;
  });
  if (child.pid === undefined)
    throw new DevnetError("CHILD_DIED", `${name} cannot be started: ${command}`, `See ${logPath}.`);
  return {
    name,
    pid: child.pid,
    commandLine: [command, ...args].join(" "),
    logPath,
    logged: async () => (await readFile(logPath)).subarray(earlier).toString(),
    ended,
    get running() {
      return state.running;
    },
    stop: (graceMs) => stop(child, ended, state, graceMs),
  };
}

async function stop(
  child: ChildProcess,
  ended: Promise<string>,
  state: { readonly running: boolean },
  graceMs: number,
): Promise<void> {
  if (!state.running) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await ended;
  clearTimeout(timer);
}
