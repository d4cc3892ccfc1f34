/**
 * The whole line on real batches: a random history, the sequencer's cutter and HTTP API, `proofbook prove` as a
 * process, the compiled circuit with its development key, and a verdict by two verifiers.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { groth16 } from "snarkjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { verifyProof } from "../../prover/backend/verify-proof.ts";
import { ensureTier } from "../../prover/job/cached-artefacts.ts";
import { releaseSnarkjs } from "../../prover/keys/snarkjs-session.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { historyJobs, SMALL } from "./history-jobs.ts";
import { startJobServer } from "./job-server.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);
const STEPS = 2;
const { key } = await ensureTier({ ...SMALL, steps: STEPS });
const main = fileURLToPath(new URL("./batch-main.ts", import.meta.url));

test.after(releaseSnarkjs);

test("batches of a random history are proven by the command and verify", async () => {
  const cuts = historyJobs(await loadPoseidon(), { seed, words: 120, dimensions: SMALL, tiers: [STEPS] });
  const chosen = [...cuts.filter(({ batch }) => batch.fills > 0).slice(0, 1), cuts.at(-1)!];
  const server = await startJobServer(
    chosen.map(({ job }) => job),
    key.verifyingKey,
  );
  try {
    for (const { job } of chosen) {
      const { number } = job.header;
      const args = ["--import", "tsx", main, "--once", "--api", server.url.href];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      assert.match(stdout, `job ${number}: proven, ${STEPS} steps`, `SEED=${seed}`);
      const { proof, publicSignals } = (await server.queue.proof(number))!;
      const signals = publicSignals.map(String);
      assert.ok(verifyProof(key.verifyingKey, signals, proof), `SEED=${seed}`);
      assert.ok(await groth16.verify(key.verifyingKey, signals, proof), `SEED=${seed}`);
    }
  } finally {
    await server.close();
  }
});

test.run();
