import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as snarkjs from "snarkjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hashFile } from "../../circuits/compile/file-hash.ts";
import { ensureDevelopmentKey, isDevelopmentKey } from "../../prover/keys/development.ts";
import { deriveSecret, publishedSeed } from "../../prover/keys/secret.ts";
import { checkVerifyingKey, readVerifyingKey, type VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { useOneThread } from "./one-thread.ts";
import { compileChain, withDirectory } from "./small-circuit.ts";

const test = suite("development keys");

await useOneThread();
const circuit = await compileChain();
const key = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name: circuit.name });
const input = { a: 3, b: 5 };
const { proof, publicSignals } = await snarkjs.groth16.fullProve(input, circuit.wasmPath, key.zkeyPath);

test("prove and verify with snarkjs unchanged", async () => {
  assert.is(publicSignals.length, 3);
  assert.equal(publicSignals.slice(1), ["15", "5"]);
  assert.ok(await snarkjs.groth16.verify(key.verifyingKey, publicSignals, proof));
});

test("yield the verifying key that snarkjs reads from them", async () => {
  assert.equal(await snarkjs.zKey.exportVerificationKey(key.zkeyPath), key.verifyingKey);
});

test("refuse a proof for other public signals", async () => {
  for (const i of publicSignals.keys()) {
    const changed = publicSignals.with(i, String(BigInt(publicSignals[i] as string) + 1n));
    assert.not(await snarkjs.groth16.verify(key.verifyingKey, changed, proof));
  }
});

test("refuse a proof of which any element is replaced", async () => {
  const { vk_alpha_1, vk_beta_2 } = key.verifyingKey;
  for (const tampered of [
    { ...proof, pi_a: proof.pi_c },
    { ...proof, pi_a: vk_alpha_1 },
    { ...proof, pi_b: vk_beta_2 },
    { ...proof, pi_c: proof.pi_a },
  ]) {
    assert.not(await snarkjs.groth16.verify(key.verifyingKey, publicSignals, tampered));
  }
});

test("yield no proof that verifies from a witness edited in any of several places", () =>
  withDirectory(async (directory) => {
    const witnessPath = join(directory, "witness.wtns");
    await snarkjs.wtns.calculate(input, circuit.wasmPath, witnessPath);
    const good = await readFile(witnessPath);
    const signals = (await snarkjs.wtns.exportJson(witnessPath)).length;
    const honest = await snarkjs.groth16.prove(key.zkeyPath, witnessPath);
    assert.ok(await snarkjs.groth16.verify(key.verifyingKey, honest.publicSignals, honest.proof));
    for (const signal of [1, 2, 3, 4, signals >> 1, signals - 1]) {
      const edited = Buffer.from(good);
      const at = good.length - 32 * (signals - signal);
      edited.writeUInt8(edited.readUInt8(at) ^ 1, at);
      await writeFile(witnessPath, edited);
      const wrong = await snarkjs.groth16.prove(key.zkeyPath, witnessPath);
      const verdict = await snarkjs.groth16.verify(key.verifyingKey, wrong.publicSignals, wrong.proof);
      assert.not(verdict, `signal ${signal}`);
    }
  }));

test("are the same bytes for the same seed, whatever the number of threads, and others for another", () =>
  withDirectory(async (cacheDir) => {
    const make = async (threads: number, seed: string | undefined, name: string) => {
      const made = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name, seed, threads, cacheDir });
      assert.ok(made.built);
      return await hashFile(made.zkeyPath);
    };
    const first = await hashFile(key.zkeyPath);
    assert.is(await make(1, undefined, "one-thread"), first);
    assert.is(await make(3, publishedSeed, "three-threads"), first);
    assert.is.not(await make(2, "another seed", "another"), first);
  }));

test("are labelled in their manifest", async () => {
  const manifest = JSON.parse(await readFile(key.manifestPath, "utf8"));
  assert.is(manifest.kind, "development");
  assert.is(manifest.facts.seed, publishedSeed);
  assert.is(manifest.facts.circuitHash, circuit.circuitHash);
});

test("are recognised without the label, for another circuit, another seed and with one point replaced", async () => {
  assert.ok(isDevelopmentKey(key.verifyingKey, circuit.circuitHash));
  assert.ok(isDevelopmentKey(key.verifyingKey, "00".repeat(32)), "another circuit");
  assert.ok(isDevelopmentKey(key.verifyingKey, circuit.circuitHash, "another seed"));
  const replaced: VerifyingKey = { ...key.verifyingKey, vk_gamma_2: key.verifyingKey.vk_beta_2 };
  assert.ok(isDevelopmentKey(replaced, circuit.circuitHash), "gamma replaced");
});

test("pass the checks of verifying keys", async () => {
  checkVerifyingKey(await readVerifyingKey(key.zkeyPath));
});

test("have a secret of five different scalars that depends on seed and circuit", () => {
  const values = Object.values(deriveSecret("s", "c"));
  assert.is(new Set(values).size, 5);
  assert.is.not(deriveSecret("s", "c").delta, deriveSecret("s", "d").delta);
  assert.is.not(deriveSecret("s", "c").delta, deriveSecret("t", "c").delta);
  assert.is.not(deriveSecret("ab", "c").tau, deriveSecret("a", "bc").tau);
});

test.run();
