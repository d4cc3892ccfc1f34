/**
 * Runs the test files, each in a process of its own, several at a time: one that crashes or keeps threads takes no
 * other with it. Arguments are parts of file names; without any, all files run.
 */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";

/** Longest that one file may take, ms: a test that hangs must not hang the run. */
const FILE_LIMIT_MS = 15 * 60_000;
/** One more than cores, as many files wait for a chain's blocks or a child's start; few, as each may take 1 GiB. */
const WORKERS = Math.min(4, availableParallelism()) + 1;
/** Files of more than ten seconds, the longest first: begun last, one of them would keep all others waiting. */
const LONGEST = [
  "devnet/devnet",
  "devnet/set",
  "validator/processes",
  "validator/init",
  "validator/processes",
  "circuits/rejection-refusals",
  "prover/real-batch",
  "circuits/rejection-batch",
  "circuits/job",
  "circuits/rejection-money",
  "circuits/rejection-trading",
  "circuits/differential",
  "trader/command-line",
  "prover/command",
  "chain/storms",
  "chain/settlement",
  "prover/backend",
  "validator/set",
  "validator/init",
  "node/main",
  "keys/command-line",
  "circuits/rejection-signature",
];

interface Outcome {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

const root = join(import.meta.dirname, "..");
const wanted = process.argv.slice(2);
const files = (await readdir(import.meta.dirname, { recursive: true }))
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const rank = (file: string): number => {
  const at = LONGEST.findIndex((long) => file.startsWith(`${long}.`));
  return at < 0 ? LONGEST.length : at;
};
files.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
const outcomes: Outcome[] = [];
await runAll(files, WORKERS);

const sum = (count: (outcome: Outcome) => number): number =>
  outcomes.reduce((all, one) => all + count(one), 0);
const broken = outcomes.filter(({ failed }) => failed > 0);
for (const { file } of broken) console.log(`FAILED ${file}: npm test -- ${file}`);
console.log(`\n${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`);
process.exitCode = broken.length > 0 || outcomes.length === 0 ? 1 : 0;

async function runAll(queue: string[], workers: number): Promise<void> {
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const outcome = await runFile(file);
      outcomes.push(outcome);
      const mark = outcome.failed === 0 ? "ok  " : "FAIL";
      console.log(`${mark} ${file}  ${outcome.passed} passed, ${outcome.seconds.toFixed(1)} s`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** A file fails when its process does; its own count is read from uvu's closing lines. */
async function runFile(file: string): Promise<Outcome> {
  const started = performance.now();
  const path = relative(root, join(import.meta.dirname, file));
  const child = spawn(process.execPath, ["--import", "tsx", path], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-200_000);
    });
  const timer = setTimeout(() => child.kill("SIGKILL"), FILE_LIMIT_MS);
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  const count = (label: string): number =>
    [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "gm"))].reduce(
      (all, [, n]) => all + Number(n),
      0,
    );
  const total = count("Total");
  const passed = count("Passed");
  const failed = Math.max(total - passed - count("Skipped"), status === 0 && total > 0 ? 0 : 1);
  if (failed > 0) console.log(`\n--- ${file} (status ${status})\n${output}`);
  return { file, passed, failed, seconds: (performance.now() - started) / 1000 };
}
