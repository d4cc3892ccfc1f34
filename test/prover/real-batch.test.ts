/**
 * The whole line on a real batch: a random history, the sequencer's cutter and HTTP API, `proofbook prove` as a
 * process, the compiled circuit with its development key, and a verdict by two verifiers. The devnet's tests prove with
 * what lies in the cache; here it is packed first.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { groth16 } from "snarkjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { verifyProof } from "../../prover/backend/verify-proof.ts";
import { ensureTier } from "../../prover/job/cached-artefacts.ts";
import type { ProverEvent } from "../../prover/job/events.ts";
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { programArguments } from "../../sequencer/programs/arguments.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { useOneThread } from "../keys/one-thread.ts";
import { historyJobs, SMALL, TRADED } from "./history-jobs.ts";
import { type JobServer, startJobServer } from "./job-server.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);
/** The devnet's tests prove batches of several. */
const STEPS = 1;
await useOneThread();
const { key } = await ensureTier({ ...SMALL, steps: STEPS });
const main = programArguments("trader/cli/main.ts");
const directory = await mkdtemp(join(tmpdir(), "proofbook-test-"));

test.after(() => rm(directory, { recursive: true, force: true }));

async function proofbook(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...main, ...args]);
  return stdout;
}

async function pack(): Promise<string> {
  const { accountDepth, orderDepth, markets } = SMALL;
  const dimensions = { steps: STEPS, "account-depth": accountDepth, "order-depth": orderDepth, markets };
  const options = Object.entries(dimensions).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const printed = await proofbook("artefacts", ...options, "--out", directory);
  assert.is(printed, `${join(directory, "batch1-3-2-2")}\n`);
  return directory;
}

test("a batch of a random history is proven by the command, with packed artefacts, and verifies", async () => {
  const options = { seed, words: 120, dimensions: SMALL, tiers: [STEPS], until: TRADED };
  const cuts = historyJobs(await loadPoseidon(), options);
  const { job } = cuts.find(TRADED.has)!;
  const server = await startJobServer([job], key.verifyingKey);
  try {
    await proveNext(server, job, ["--artefacts", await pack()]);
  } finally {
    await server.close();
  }
});

async function proveNext(
  { url, queue }: JobServer,
  { header }: BatchJob,
  artefacts: string[],
): Promise<void> {
  const { number: job } = header;
  const printed = await proofbook("prove", "--once", "--json", "--api", url.href, ...artefacts);
  const outcome = JSON.parse(printed.trim().split("\n").at(-1)!) as ProverEvent;
  assert.is(outcome.event === "proven" && outcome.job, job, `SEED=${seed}`);
  const { proof, publicSignals } = (await queue.proof(job))!;
  const signals = publicSignals.map(String);
  assert.ok(verifyProof(key.verifyingKey, signals, proof), `SEED=${seed}`);
  assert.ok(await groth16.verify(key.verifyingKey, signals, proof), `SEED=${seed}`);
}

test.run();
