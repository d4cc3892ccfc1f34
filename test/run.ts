/**
 * Runs the test files, several at a time, each in a process of its own. Arguments are parts of file names; without any,
 * all files run.
 */
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { projectRoot } from "../circuits/compile/cache-directory.ts";
import { keptPrograms } from "../sequencer/programs/kept-programs.mjs";
import { type Duration, readDurations, UNKNOWN, writeDurations } from "./runner/durations.ts";
import { childrenSeconds } from "./runner/processor-time.ts";
import { endAll, type Outcome, runTestFile } from "./runner/test-file.ts";

const CORES = Math.min(4, availableParallelism());
/** Many files wait for a chain's blocks or a child's start; few at a time, as each may take 1 GiB. */
const MOST_AT_ONCE = CORES + 2;
/** Named at the end, as the first in which to look for time. */
const DEAREST = 8;

const wanted = process.argv.slice(2);
const all = (await readdir(import.meta.dirname, { recursive: true }))
  .filter((file) => file.endsWith(".test.ts"))
  .sort();
const files = all.filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const programs = await keptPrograms(
  "tests",
  files.map((file) => `test/${file}`),
);
const programOf = new Map(files.map((file, i) => [file, programs[i]!]));
const past = await readDurations();
const durationOf = (file: string): Duration => past.get(file) ?? UNKNOWN;
const queue = files.toSorted((a, b) => durationOf(b).seconds - durationOf(a).seconds);
const running = new Set<string>();
const outcomes = new Map<string, Outcome>();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => {
    queue.length = 0;
    endAll();
  });

const startedMs = performance.now();
const madeSeconds = childrenSeconds();
await fill();
await writeDurations(past, outcomes, new Set(all));

const sum = (count: (outcome: Outcome) => number): number =>
  [...outcomes.values()].reduce((total, outcome) => total + count(outcome), 0);
const broken = [...outcomes].filter(([, { failed }]) => failed > 0);
for (const [file] of broken) console.log(`FAILED ${file}: npm test -- ${file}`);
const dearest = [...outcomes].sort(([, a], [, b]) => b.processorSeconds - a.processorSeconds);
const named = dearest.slice(0, DEAREST).map(([file, cost]) => `${file} ${cost.processorSeconds.toFixed(1)}`);
const seconds = Math.round((performance.now() - startedMs) / 1000);
console.log(`\nmost processor seconds: ${named.join(", ")}`);
console.log(`${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`);
console.log(`${seconds} s, ${(childrenSeconds() - madeSeconds).toFixed(0)} s of processors`);
process.exitCode = broken.length > 0 || outcomes.size < Math.max(1, files.length) ? 1 : 0;

/** How much of a core a file keeps busy: one that waits for others leaves room for a further one. */
function loadOf(file: string): number {
  const { seconds, processorSeconds } = durationOf(file);
  return Math.min(CORES, processorSeconds / seconds);
}

/** Begins as many files as there is room for; done when they and all that follow them are. */
async function fill(): Promise<void> {
  const begun: Promise<void>[] = [];
  const isBusy = (): boolean => [...running].reduce((load, file) => load + loadOf(file), 0) >= CORES;
  while (queue.length > 0 && running.size < MOST_AT_ONCE && !isBusy()) begun.push(runOne(queue.shift()!));
  await Promise.all(begun);
}

async function runOne(file: string): Promise<void> {
  running.add(file);
  const onLong = (sofar: number): void => console.log(`...  ${file}  runs for ${sofar.toFixed(0)} s`);
  const outcome = await runTestFile(programOf.get(file)!, projectRoot, onLong);
  running.delete(file);
  outcomes.set(file, outcome);
  if (outcome.failed > 0) console.log(`\n--- ${file} ${outcome.report}`);
  const mark = outcome.failed === 0 ? "ok  " : "FAIL";
  const { passed, seconds, processorSeconds } = outcome;
  console.log(
    `${mark} ${file}  ${passed} passed, ${seconds.toFixed(1)} s (${processorSeconds.toFixed(1)} s)`,
  );
  await fill();
}
