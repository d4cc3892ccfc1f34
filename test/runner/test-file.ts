/** One test file in a process of its own: one that crashes, hangs or keeps threads takes no other with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Duration } from "./durations.ts";
import { childrenSeconds } from "./processor-time.ts";

/**
 * Longest that one file may take, ms: several times what the longest takes with the cache cold, when circuits are
 * compiled and keys made before it begins.
 */
const LIMIT_MS = 10 * 60_000;
/** With the cache warm no file takes so long: it is named, so that whoever watches knows for what the run waits. */
const NOTE_MS = 2 * 60_000;
/** What is asked to end may stop its own children before it is killed: a devnet does that one by one. */
const GRACE_MS = 30_000;
const POLL_MS = 50;
/** A child's child that was left behind may keep the output open for ever. */
const LAST_WORDS_MS = 2_000;
const MAX_OUTPUT = 200_000;

export interface Outcome extends Duration {
  readonly passed: number;
  readonly failed: number;
  /** Of a file that failed: how it ended, and all it said. */
  readonly report: string;
}

/** Whether each has been asked to end: what is asked twice ends without stopping its own children. */
const running = new Map<ChildProcess, { asked: boolean }>();

let seenSeconds = 0;

/** What the child took that has just ended: asked once when each does, before the next one's end is told. */
function lastChildSeconds(): number {
  const before = seenSeconds;
  seenSeconds = childrenSeconds();
  return seenSeconds - before;
}

/** The whole group of a file: nodes and chains that it started are in it, too. False when nobody is left. */
function signal(child: ChildProcess, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-child.pid!, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

function ask(child: ChildProcess): void {
  const state = running.get(child)!;
  if (!state.asked) signal(child, "SIGTERM");
  state.asked = true;
}

/** Ends what a file left behind. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (!signal(child, 0)) return;
  ask(child);
  const endMs = performance.now() + GRACE_MS;
  while (signal(child, 0) && performance.now() < endMs) await sleep(POLL_MS);
  signal(child, "SIGKILL");
}

/** Ends all files that run. */
export function endAll(): void {
  for (const child of running.keys()) ask(child);
}

/** `onLong` is told once of a file that takes long. A file fails when its process does, or when it counts no test. */
export async function runTestFile(
  program: string,
  root: string,
  onLong: (seconds: number) => void,
): Promise<Outcome> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  if (running.size === 0) seenSeconds = childrenSeconds();
  const child = spawn(process.execPath, ["--enable-source-maps", program], {
    cwd: root,
    // The group by which it is ended.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.set(child, { asked: false });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-MAX_OUTPUT);
    });
  let isLate = false;
  const timers = [
    setTimeout(() => onLong(seconds()), NOTE_MS),
    setTimeout(() => {
      isLate = true;
      ask(child);
    }, LIMIT_MS),
    setTimeout(() => signal(child, "SIGKILL"), LIMIT_MS + GRACE_MS),
  ];
  const closed = once(child, "close");
  const [status, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  const processorSeconds = lastChildSeconds();
  for (const timer of timers) clearTimeout(timer);
  await endGroup(child);
  await Promise.race([closed, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  running.delete(child);
  const { total, passed, skipped } = countsIn(output);
  const isBroken = status !== 0 || total === 0;
  const failed = Math.max(total - passed - skipped, isBroken ? 1 : 0);
  const how = isLate ? `ended after ${LIMIT_MS / 1000} s, its limit` : `status ${status ?? killedBy}`;
  return {
    passed,
    failed,
    seconds: seconds(),
    processorSeconds,
    report: failed > 0 ? `(${how})\n${output}` : "",
  };
}

/** From uvu's closing lines, which are missing where a process ended in the midst of its tests. */
function countsIn(output: string): { total: number; passed: number; skipped: number } {
  const count = (label: string): number =>
    [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "gm"))].reduce(
      (all, [, number]) => all + Number(number),
      0,
    );
  return { total: count("Total"), passed: count("Passed"), skipped: count("Skipped") };
}
