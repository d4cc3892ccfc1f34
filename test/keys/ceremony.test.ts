import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as snarkjs from "snarkjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileCircuit } from "../../circuits/compile/compile.ts";
import { applyBeacon, beginCeremony, contribute, finishCeremony } from "../../prover/keys/ceremony.ts";
import { readCeremony, zkeyPath } from "../../prover/keys/ceremony-record.ts";
import { readContributions } from "../../prover/keys/contributions.ts";
import { ensureDevelopmentKey, isDevelopmentKey } from "../../prover/keys/development.ts";
import { readSection, readSections } from "../../prover/keys/section-file.ts";
import { verifyCeremony } from "../../prover/keys/verify-ceremony.ts";
import { checkVerifyingKey, readVerifyingKey } from "../../prover/keys/verifying-key.ts";
import { forgeGammaEqualsDelta } from "./forge-proof.ts";
import { useOneThread } from "./one-thread.ts";
import { refusalOf } from "./refusal.ts";
import { tinySource, withDirectory } from "./small-circuit.ts";

const test = suite("ceremony");

await useOneThread();

async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work)).code;
}

/** Powers of tau of 2^4 from one contribution and a beacon. */
async function makePowersOfTau(directory: string): Promise<string> {
  const path = (step: number) => join(directory, `powers${step}.ptau`);
  const curve = await snarkjs.curves.getCurveFromName("bn128");
  await snarkjs.powersOfTau.newAccumulator(curve, 4, path(0));
  await snarkjs.powersOfTau.contribute(path(0), path(1), "first", "some entropy");
  await snarkjs.powersOfTau.beacon(path(1), path(2), "beacon", "0102030405060708", 10);
  await snarkjs.powersOfTau.preparePhase2(path(2), path(3));
  return path(3);
}

async function coefficients(zkey: string): Promise<Buffer> {
  const file = await open(zkey);
  try {
    return await readSection(file, await readSections(file, "zkey"), 4);
  } finally {
    await file.close();
  }
}

test("goes from powers of tau to a verified key, in order only, and every change is found", () =>
  withDirectory(async (root) => {
    const ptauPath = await makePowersOfTau(root);
    const { r1csPath, wasmPath, circuitHash } = await compileCircuit({
      source: tinySource,
      name: "test-tiny",
    });
    const directory = join(root, "ceremony");
    await mkdir(directory);
    const files = { directory, r1csPath, ptauPath };
    const beacon = () => applyBeacon({ directory, beacon: "0a0b0c0d", iterationsExponent: 10 });
    const finish = () => finishCeremony({ ...files, contract: "Groth16Verifier1" });

    assert.is(await codeOf(beacon()), "ceremony-out-of-order");
    const begun = await beginCeremony({ ...files, name: "tiny" });
    assert.is(begun.r1cs.sha256, circuitHash);
    assert.is(await codeOf(beginCeremony({ ...files, name: "tiny" })), "ceremony-out-of-order");

    // The key of this moment is the one that real deployments were robbed through.
    const early = await readVerifyingKey(zkeyPath(directory, 0));
    const lie = [99n, 98n];
    assert.ok(await snarkjs.groth16.verify(early, lie.map(String), forgeGammaEqualsDelta(early, lie)));
    assert.throws(
      () => checkVerifyingKey(early),
      (error: { code: string }) => error.code === "gamma-equals-delta",
    );

    assert.is(await codeOf(beacon()), "ceremony-out-of-order");
    await contribute({ directory, name: "Ada", entropy: "nobody guesses this" });
    await contribute({ directory, name: "Bob", entropy: "nor that" });
    assert.is(await codeOf(finish()), "ceremony-out-of-order");
    await beacon();
    assert.is(await codeOf(contribute({ directory, name: "Eve", entropy: "late" })), "ceremony-out-of-order");
    const { result, contributions } = await finish();
    assert.ok(result);
    assert.equal(
      contributions.map(({ kind, name }) => [kind, name]),
      [
        ["contribution", "Ada"],
        ["contribution", "Bob"],
        ["beacon", "beacon"],
      ],
    );

    const zkey = zkeyPath(directory, 3);
    const vkey = await readVerifyingKey(zkey);
    assert.equal(vkey, await snarkjs.zKey.exportVerificationKey(zkey));
    assert.not(isDevelopmentKey(vkey, circuitHash));
    const { proof, publicSignals } = await snarkjs.groth16.fullProve({ a: 2, b: 3 }, wasmPath, zkey);
    assert.ok(await snarkjs.groth16.verify(vkey, publicSignals, proof));
    assert.not(await snarkjs.groth16.verify(vkey, lie.map(String), forgeGammaEqualsDelta(vkey, lie)));

    const development = await ensureDevelopmentKey({ r1csPath, name: "test-tiny" });
    assert.equal(
      await coefficients(development.zkeyPath),
      await coefficients(zkey),
      "as snarkjs writes them",
    );

    const checks = await verifyCeremony(files);
    assert.equal(
      checks.filter((check) => !check.ok),
      [],
    );
    await everyChangeIsFound(files);
  }));

async function everyChangeIsFound(files: {
  directory: string;
  r1csPath: string;
  ptauPath: string;
}): Promise<void> {
  const { directory } = files;
  const failing = async () =>
    (await verifyCeremony(files)).filter((check) => !check.ok).map((check) => check.what);
  const whileChanged = async (name: string, change: (text: string) => string) => {
    const path = join(directory, name);
    const before = await readFile(path, "latin1");
    await writeFile(path, change(before), "latin1");
    try {
      return await failing();
    } finally {
      await writeFile(path, before, "latin1");
    }
  };
  assert.equal(await whileChanged("Groth16Verifier1.sol", (text) => text.replace("lt(v, r)", "lt(v, q)")), [
    "Solidity verifier, stored",
  ]);
  assert.equal(await whileChanged("verifying-key.json", (text) => `${text} `), ["verifying key, stored"]);
  assert.equal(await whileChanged("ceremony.json", (text) => text.replace('"Bob"', '"Bop"')), [
    "contribution 2",
  ]);
  const { contributions } = await readContributions(zkeyPath(directory, 3));
  const hash = contributions[0]?.hash as string;
  assert.equal(await whileChanged("ceremony.json", (text) => text.replace(hash, hash.replace(/./, "x"))), [
    "contribution 1",
  ]);
  // The second contribution's key in place of the final one: a chain that is valid, but not the recorded one.
  const second = await readFile(zkeyPath(directory, 2), "latin1");
  const replaced = await whileChanged("0003.zkey", () => second);
  assert.ok(replaced.includes("final zkey sha256"));
  assert.ok(replaced.includes("contribution 3"));
  assert.ok(replaced.includes("verifying key, rebuilt"));
  assert.ok(replaced.includes("Solidity verifier, rebuilt"));
  // A byte of the final key's H points: hashes differ, and snarkjs finds it too.
  const broken = await whileChanged("0003.zkey", (text) => {
    const at = text.length - 2500;
    return `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`;
  });
  assert.ok(broken.includes("final zkey sha256"));
  assert.ok(broken.includes("zkey follows from r1cs, powers of tau and contributions"));
  assert.ok((await readCeremony(directory)).result);
}

test.run();
