/**
 * The kernel for Node: compiled once, kept in the cache by the hash of what made it, instantiated once per thread. Nothing
 * binary is in the repository.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureArtefacts } from "../../circuits/compile/artefacts.ts";
import { cacheDirectory } from "../../circuits/compile/cache-directory.ts";
import { sha256 } from "../../circuits/compile/file-hash.ts";
import { compileKernel, kernelSources } from "./compile.ts";
import { instantiateKernel, type Kernel } from "./kernel.ts";
import { allConstants } from "./poseidon-constants.ts";

const WASM = "kernel.wasm";
const CONSTANTS = "poseidon.bin";

let loading: Promise<Kernel> | undefined;

/** The kernel of this thread. */
export function loadKernel(): Promise<Kernel> {
  loading ??= kernelFiles().then(({ wasm, constants }) => instantiateKernel(wasm, constants));
  return loading;
}

/** The compiled kernel and its constants: what a page needs, too. */
export async function kernelFiles(): Promise<{ wasm: Uint8Array; constants: Uint8Array }> {
  const hash = sha256(JSON.stringify(["kernel", 1, await kernelSources()]));
  const directory = join(cacheDirectory(), "kernel", hash.slice(0, 16));
  await ensureArtefacts({
    directory,
    kind: "kernel",
    name: "kernel",
    hash,
    build: async (into) => {
      await compileKernel(join(into, WASM));
      await writeFile(join(into, CONSTANTS), numbersAsBytes(allConstants()));
      return {};
    },
  });
  const [wasm, constants] = await Promise.all([
    readFile(join(directory, WASM)),
    readFile(join(directory, CONSTANTS)),
  ]);
  return { wasm, constants };
}

/** 32 bytes a number, little end first. */
function numbersAsBytes(numbers: readonly bigint[]): Uint8Array {
  const words = new BigUint64Array(numbers.length * 4);
  numbers.forEach((number, i) => {
    for (let word = 0; word < 4; word++) words[4 * i + word] = number >> BigInt(64 * word);
  });
  return new Uint8Array(words.buffer);
}
