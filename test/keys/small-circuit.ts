/** A circuit for tests: several public signals, a hash chain, some two hundred constraints a link. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CompiledCircuit, compileCircuit } from "../../circuits/compile/compile.ts";

/** Public: `out`, `product`, then `b`; private: `a`. */
export function chainSource(links: number): string {
  return `pragma circom 2.1.0;
include "circomlib/circuits/poseidon.circom";
template Chain(n) {
  signal input a;
  signal input b;
  signal output out;
  signal output product;
  component link[n];
  for (var i = 0; i < n; i++) {
    link[i] = Poseidon(2);
    link[i].inputs[0] <== i == 0 ? a : link[i - 1].out;
    link[i].inputs[1] <== b + i;
  }
  out <== link[n - 1].out;
  product <== a * b;
}
component main {public [b]} = Chain(${links});
`;
}

/** The smallest circuit that is one: fits 2^8 powers of tau with room. */
export const tinySource = `pragma circom 2.1.0;
template Tiny() {
  signal input a;
  signal input b;
  signal output product;
  signal square <== a * a;
  product <== square * b;
}
component main {public [b]} = Tiny();
`;

/** Runs a test with a directory of its own, removed afterwards. */
export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "proofbook-test-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The tests' circuit; from the project's cache, so that it is compiled once for all test files. */
export function compileChain(links = 2, cacheDir?: string): Promise<CompiledCircuit> {
  return compileCircuit({ source: chainSource(links), name: `test-chain${links}`, cacheDir });
}
