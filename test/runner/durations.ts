/** How long each file took the last time, so that the longest begin first: begun last, one would keep all waiting. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../circuits/compile/cache-directory.ts";

const PATH = join(cacheDirectory(), "test-seconds.json");

/** In a fresh checkout nothing is recorded: files of more than ten seconds, the longest first. */
const LONGEST = [
  "devnet/devnet",
  "validator/silence",
  "validator/processes",
  "validator/registry",
  "snapshot/processes",
  "contracts/forge",
  "devnet/set",
  "validator/revert",
  "circuits/rejection-refusals",
  "circuits/rejection-money",
  "circuits/rejection-batch",
  "circuits/job",
  "prover/real-batch",
  "circuits/differential",
  "snapshot/join",
  "validator/set",
  "trader/command-line",
  "chain/storms",
  "chain/settlement",
  "keys/command-line",
  "circuits/rejection-trading",
];

export type Durations = ReadonlyMap<string, number>;

/** Seconds by file. */
export async function readDurations(): Promise<Durations> {
  const guesses = LONGEST.map((file, i) => [`${file}.test.ts`, 1000 - i] as const);
  try {
    const recorded = JSON.parse(await readFile(PATH, "utf8")) as Record<string, number>;
    return new Map([...guesses, ...Object.entries(recorded)]);
  } catch {
    // None yet, or unreadable: the order decides how long a run takes, nothing else.
    return new Map(guesses);
  }
}

/** Adds to what is recorded; files that are no more go. */
export async function writeDurations(
  past: Durations,
  now: Durations,
  files: ReadonlySet<string>,
): Promise<void> {
  const all = [...new Map([...past, ...now])].filter(([file]) => files.has(file));
  await mkdir(cacheDirectory(), { recursive: true });
  const draft = `${PATH}.${process.pid}`;
  await writeFile(draft, JSON.stringify(Object.fromEntries(all), null, 1));
  await rename(draft, PATH);
}
