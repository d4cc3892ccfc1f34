/** What each file took the last time, so that the longest begin first: begun last, one would keep all waiting. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../circuits/compile/cache-directory.ts";

const PATH = join(cacheDirectory(), "test-durations.json");

/** In a fresh checkout nothing is recorded: files of more than ten seconds, the longest first. */
const LONGEST = [
  "devnet/devnet",
  "validator/processes",
  "validator/registry",
  "contracts/forge",
  "devnet/set",
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

export interface Duration {
  readonly seconds: number;
  /** Of its processes, all together. */
  readonly processorSeconds: number;
}

/** By file. */
export type Durations = ReadonlyMap<string, Duration>;

/** Many files wait for a good part of their time. */
const guess = (seconds: number): Duration => ({ seconds, processorSeconds: 0.7 * seconds });
/** Of a file that is neither recorded nor known to be long. */
export const UNKNOWN = guess(1);

export async function readDurations(): Promise<Durations> {
  const guesses = LONGEST.map((file, i) => [`${file}.test.ts`, guess(1000 - i)] as const);
  try {
    const recorded = JSON.parse(await readFile(PATH, "utf8")) as Record<string, Duration>;
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
