/**
 * Runs the test files, several at a time, each in a process of its own. Arguments are parts of file names; without any,
 * all files run.
 */
import { readdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { projectRoot } from "../circuits/compile/cache-directory.ts";
import { keptPrograms } from "../sequencer/programs/kept-programs.mjs";
import { readDurations, writeDurations } from "./runner/durations.ts";
import { endAll, type Outcome, runTestFile } from "./runner/test-file.ts";

/** One more than cores, as many files wait for a chain's blocks or a child's start; few, as each may take 1 GiB. */
const WORKERS = Math.min(4, availableParallelism()) + 1;

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
const queue = files.toSorted((a, b) => (past.get(b) ?? 0) - (past.get(a) ?? 0));
const outcomes = new Map<string, Outcome>();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => {
    queue.length = 0;
    endAll();
  });

const startedMs = performance.now();
await Promise.all(Array.from({ length: WORKERS }, work));
await writeDurations(
  past,
  new Map([...outcomes].map(([file, { seconds }]) => [file, seconds])),
  new Set(all),
);

const sum = (count: (outcome: Outcome) => number): number =>
  [...outcomes.values()].reduce((total, outcome) => total + count(outcome), 0);
const broken = [...outcomes].filter(([, { failed }]) => failed > 0);
for (const [file] of broken) console.log(`FAILED ${file}: npm test -- ${file}`);
const seconds = Math.round((performance.now() - startedMs) / 1000);
console.log(`\n${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`);
console.log(`${seconds} s, ${await processorSeconds()} s of processors`);
process.exitCode = broken.length > 0 || outcomes.size < Math.max(1, files.length) ? 1 : 0;

async function work(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const name = file;
    const onLong = (sofar: number): void => console.log(`...  ${name}  runs for ${sofar.toFixed(0)} s`);
    const outcome = await runTestFile(programOf.get(file)!, projectRoot, onLong);
    outcomes.set(file, outcome);
    if (outcome.failed > 0) console.log(`\n--- ${file} ${outcome.report}`);
    const mark = outcome.failed === 0 ? "ok  " : "FAIL";
    console.log(`${mark} ${file}  ${outcome.passed} passed, ${outcome.seconds.toFixed(1)} s`);
  }
}

/** What the children that ended took, all together, where the system tells. */
async function processorSeconds(): Promise<string> {
  try {
    const fields = (await readFile("/proc/self/stat", "utf8")).replace(/^.*\) /, "").split(" ");
    // cutime and cstime, in hundredths.
    return ((Number(fields[13]) + Number(fields[14])) / 100).toFixed(0);
  } catch {
    return "?";
  }
}
