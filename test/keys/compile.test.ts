import { readFile, writeFile } from "node:fs/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CorruptArtefact } from "../../circuits/compile/artefact-errors.ts";
import { compileCircuit, mainText } from "../../circuits/compile/compile.ts";
import { hashFile } from "../../circuits/compile/file-hash.ts";
import { hashIncludedSources } from "../../circuits/compile/sources.ts";
import { refusalOf } from "./refusal.ts";
import { tinySource, withDirectory } from "./small-circuit.ts";

const test = suite("compiling circuits");

async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work)).code;
}

test("compiles once, then uses the cache, and names and rebuilds what is corrupt", () =>
  withDirectory(async (cacheDir) => {
    const phases = new Set<string>();
    const corrupt: CorruptArtefact[] = [];
    const compile = () =>
      compileCircuit({
        source: tinySource,
        name: "tiny",
        cacheDir,
        onProgress: ({ phase }) => phases.add(phase),
        onCorrupt: (error) => corrupt.push(error),
      });
    const first = await compile();
    assert.ok(first.built);
    assert.equal([...phases], ["compile"]);
    assert.is(first.circuitHash, await hashFile(first.r1csPath));
    assert.not((await compile()).built);

    const wasm = await readFile(first.wasmPath);
    wasm.writeUInt8(wasm.readUInt8(wasm.length >> 1) ^ 1, wasm.length >> 1);
    await writeFile(first.wasmPath, wasm);
    const third = await compile();
    assert.ok(third.built);
    assert.equal(
      corrupt.map((error) => error.path),
      [first.wasmPath],
    );
    assert.is(third.circuitHash, first.circuitHash, "the compiler is deterministic");
  }));

test("writes the main component of a template", () => {
  const text = mainText({
    template: "Batch",
    include: "batch.circom",
    args: [4, 20],
    publicInputs: ["c", "z"],
  });
  assert.match(text, 'include "batch.circom";');
  assert.match(text, "component main {public [c, z]} = Batch(4, 20);");
  assert.match(mainText({ template: "T", include: "t.circom", args: [] }), "component main = T();");
});

test("hashes every source that is included, directly or not, but none that a comment mentions", async () => {
  const text = `// include "nowhere.circom";
/* include "nowhere.circom"; */
include "circomlib/circuits/poseidon.circom";
template T() {}`;
  const sources = await hashIncludedSources(text);
  assert.equal(Object.keys(sources), [
    "node_modules/circomlib/circuits/poseidon.circom",
    "node_modules/circomlib/circuits/poseidon_constants.circom",
  ]);
});

test("says what is missing, malformed or badly named", () =>
  withDirectory(async (cacheDir) => {
    const compile = (source: string, name = "bad") => codeOf(compileCircuit({ source, name, cacheDir }));
    assert.is(await compile('include "nowhere.circom";'), "include-not-found");
    assert.is(await compile(tinySource, "../escape"), "bad-name");
    assert.is(await compile("this is not circom"), "circom-failed");
  }));

test.run();
