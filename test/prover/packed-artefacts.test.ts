/** A directory of circuits and keys that travels: used when whole, named when damaged. */
import { mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProverError } from "../../prover/backend/prover-error.ts";
import { packArtefacts, packedArtefacts } from "../../prover/job/packed-artefacts.ts";
import { runOnce } from "../../prover/job/run-once.ts";
import { batchName } from "../../prover/keys/batch-circuit.ts";
import { sampleJob } from "./sample-job.ts";
import { statementArtefacts } from "./statement-circuit.ts";
import { backendThat, bench, withServer } from "./worker-bench.ts";

const { circuit, key } = await statementArtefacts();
const { dimensions, header } = sampleJob();
const tier = { ...dimensions, steps: header.steps };
const name = batchName(tier);
const directory = await mkdtemp(join(tmpdir(), "proofbook-test-"));
const folder = join(directory, name);

test.before.each(async () => {
  await rm(folder, { recursive: true, force: true });
  await packArtefacts(directory, { name, wasmPath: circuit.wasmPath, zkeyPath: key.zkeyPath });
});
test.after(() => rm(directory, { recursive: true, force: true }));

async function refusal(): Promise<{ code: string; path: unknown } | "usable"> {
  try {
    await packedArtefacts(directory)(tier);
    return "usable";
  } catch (error) {
    if (error instanceof ProverError) return { code: error.code, path: error.facts.path };
    throw error;
  }
}

async function flipByte(path: string): Promise<void> {
  const file = await open(path, "r+");
  const { size } = await file.stat();
  const at = Math.floor(size / 2);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([buffer[0]! ^ 1]), 0, 1, at);
  await file.close();
}

test("a tier is named by its dimensions, those of a deployment by its steps alone", () => {
  assert.is(name, "batch4-3-2-2");
  assert.is(batchName({ accountDepth: 10, orderDepth: 4, markets: 8, steps: 16 }), "batch16");
});

test("what was packed is used, with the verifying key of the zkey", async () => {
  const { wasm, zkey, verifyingKey } = await packedArtefacts(directory)(tier);
  assert.equal(await readFile(wasm), await readFile(circuit.wasmPath));
  assert.equal(await readFile(zkey), await readFile(key.zkeyPath));
  assert.equal(verifyingKey, key.verifyingKey);
});

test("packing again changes nothing", async () => {
  const before = await readFile(join(folder, "manifest.json"), "utf8");
  await packArtefacts(directory, { name, wasmPath: circuit.wasmPath, zkeyPath: key.zkeyPath });
  assert.is(await readFile(join(folder, "manifest.json"), "utf8"), before);
});

for (const file of ["circuit.wasm", "circuit.zkey", "verifying-key.json", "manifest.json"])
  test(`one flipped bit in ${file} is found and named`, async () => {
    await flipByte(join(folder, file));
    assert.equal(await refusal(), { code: "corruptArtefact", path: join(folder, file) });
  });

test("a file that is gone is named", async () => {
  await rm(join(folder, "circuit.zkey"));
  assert.equal(await refusal(), { code: "corruptArtefact", path: join(folder, "circuit.zkey") });
});

test("artefacts of another tier are not taken for these", async () => {
  const options = { name: "batch8", wasmPath: circuit.wasmPath, zkeyPath: key.zkeyPath };
  await rm(folder, { recursive: true });
  await rename(await packArtefacts(directory, options), folder);
  assert.equal(await refusal(), { code: "corruptArtefact", path: folder });
});

test("a tier that was never packed is missing", async () => {
  await rm(folder, { recursive: true });
  assert.equal(await refusal(), { code: "missingArtefact", path: undefined });
});

test("what is no proving key is not packed", async () => {
  const zkeyPath = join(directory, "not-a.zkey");
  await writeFile(zkeyPath, "hello");
  let refused = false;
  await packArtefacts(directory, { name: "batch9", wasmPath: circuit.wasmPath, zkeyPath }).catch(() => {
    refused = true;
  });
  assert.ok(refused);
  assert.is((await refusalOf("batch9")).code, "missingArtefact");
});

async function refusalOf(missing: string): Promise<{ code: string }> {
  const steps = Number(missing.slice(5));
  const full = { accountDepth: 10, orderDepth: 4, markets: 8, steps };
  const error: unknown = await packedArtefacts(directory)(full).catch((thrown: unknown) => thrown);
  return { code: error instanceof ProverError ? error.code : "usable" };
}

test("a damaged key never reaches the prover, and the job stays free", async () => {
  await flipByte(join(folder, "circuit.zkey"));
  await withServer([sampleJob(1)], async ({ url, queue }) => {
    let proved = false;
    const backend = backendThat(async () => {
      proved = true;
      throw new Error("a damaged key was used");
    });
    const { setting } = bench(url, "one", { artefacts: packedArtefacts(directory), backend });
    const error: unknown = await runOnce(setting).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ProverError);
    assert.is(error.code, "corruptArtefact");
    assert.match(error.message, join(folder, "circuit.zkey"));
    assert.not(proved);
    assert.equal(queue.state(1), { state: "waiting" });
  });
});

test.run();
