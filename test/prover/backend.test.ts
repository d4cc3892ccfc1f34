/** Both backends: the same proof of the same statement, and every way to fail by its code. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { groth16 } from "snarkjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProofStage, ProverBackend } from "../../prover/backend/backend.ts";
import { externalBackend } from "../../prover/backend/external-backend.ts";
import { ProverError } from "../../prover/backend/prover-error.ts";
import { snarkjsBackend } from "../../prover/backend/snarkjs-backend.ts";
import { verifyProof } from "../../prover/backend/verify-proof.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { useOneThread } from "../keys/one-thread.ts";
import { sampleJob } from "./sample-job.ts";
import { makeStatement, statementArtefacts } from "./statement-circuit.ts";

await useOneThread();
const { circuit, key } = await statementArtefacts();
const { input, publicSignals } = await makeStatement(sampleJob());
const task = { wasm: circuit.wasmPath, zkey: key.zkeyPath, input };
const program = fileURLToPath(new URL("./foreign-prover.mjs", import.meta.url));
const scratchParent = await mkdtemp(join(tmpdir(), "proofbook-test-"));

test.after(() => rm(scratchParent, { recursive: true, force: true }));
test.after.each(() => {
  delete process.env.FOREIGN_PROVER;
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProverError) return error.code;
    throw error;
  }
  return "proven";
}

const backends: Record<string, (onStart?: (pid: number) => void) => ProverBackend> = {
  snarkjs: (onStart) => snarkjsBackend({ onStart }),
  external: (onStart) => externalBackend({ program, scratchParent, onStart }),
};

for (const [name, make] of Object.entries(backends)) {
  test(`${name} proves the statement, tells its stages and its memory`, async () => {
    const stages: ProofStage[] = [];
    const result = await make().prove(task, { onStage: (stage) => stages.push(stage) });
    assert.equal(result.publicSignals, publicSignals.map(String));
    assert.is(await groth16.verify(key.verifyingKey, result.publicSignals, result.proof), true);
    assert.is(verifyProof(key.verifyingKey, result.publicSignals, result.proof), true);
    assert.equal([...new Set(stages)], ["witness", "proof"]);
    assert.ok(result.seconds >= result.witnessSeconds && result.witnessSeconds > 0);
    assert.ok(result.peakMemoryMiB > 10, `${result.peakMemoryMiB} MiB`);
    assert.equal(await readdir(scratchParent), []);
  });

  test(`${name} names an input that the constraints refuse`, async () => {
    const bad = { ...task, input: { ...input, hint: 5n } };
    assert.is(await codeOf(make().prove(bad)), "witnessRefused");
  });

  test(`${name} names an input that lacks a signal`, async () => {
    const { hint: _, ...bad } = input;
    assert.is(await codeOf(make().prove({ ...task, input: bad })), "witnessRefused");
  });

  test(`${name} fails without the key`, async () => {
    const bad = { ...task, zkey: `${task.zkey}.none` };
    assert.is(await codeOf(make().prove(bad)), "backendFailed");
  });

  test(`${name} notices that its process was killed`, async () => {
    const backend = make((pid) => process.kill(pid, "SIGKILL"));
    assert.is(await codeOf(backend.prove(task)), "backendKilled");
  });

  test(`${name} stops when it is told to`, async () => {
    const stop = new AbortController();
    const proving = make().prove(task, { signal: stop.signal, onStage: () => stop.abort() });
    assert.is(await codeOf(proving), "stopped");
    assert.is(await codeOf(make().prove(task, { signal: stop.signal })), "stopped");
    assert.equal(await readdir(scratchParent), []);
  });
}

for (const [mood, code] of [
  ["fails", "backendFailed"],
  ["dies", "backendKilled"],
  ["babbles", "backendFailed"],
] as const)
  test(`a foreign prover that ${mood} is ${code}`, async () => {
    process.env.FOREIGN_PROVER = mood;
    assert.is(await codeOf(backends.external!().prove(task)), code);
  });

test("a foreign prover that does not exist is backendMissing", async () => {
  const backend = externalBackend({ program: `${program}.none`, scratchParent });
  assert.is(await codeOf(backend.prove(task)), "backendMissing");
});

test("a proof shows its own public signals and no others", async () => {
  const result = await snarkjsBackend().prove(task);
  const verified = (signals: readonly string[]) => verifyProof(key.verifyingKey, signals, result.proof);
  assert.is(verified(result.publicSignals), true);
  for (const [i, signal] of result.publicSignals.entries()) {
    const changed = (value: bigint) => result.publicSignals.with(i, String(value));
    assert.is(verified(changed(BigInt(signal) + 1n)), false);
    assert.is(verified(changed(BigInt(signal) + FIELD_MODULUS)), false, "the same residue, not reduced");
  }
  assert.is(verified(result.publicSignals.slice(1)), false);
  assert.is(verified([...result.publicSignals, "0"]), false);
  assert.is(verified(result.publicSignals.with(0, "0x1")), false);
});

test("a proof with any element replaced shows nothing", async () => {
  const { proof, publicSignals: signals } = await snarkjsBackend().prove(task);
  for (const tampered of [
    { ...proof, pi_a: proof.pi_c },
    { ...proof, pi_c: proof.pi_a },
    { ...proof, pi_b: key.verifyingKey.vk_beta_2 },
    { ...proof, pi_a: ["1", "3", "1"] as const },
    { ...proof, pi_c: ["0", "1", "0"] as const },
  ])
    assert.is(verifyProof(key.verifyingKey, signals, tampered), false);
});

test.run();
