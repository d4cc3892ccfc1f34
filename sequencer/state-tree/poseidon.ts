/** circomlib's Poseidon over BN254 with the capacity element as domain separation. */
import { HashDomain, type HashKind } from "../exchange/encode.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { loadKernel } from "../kernel/load.ts";

/** Hashes 1 to 16 field elements under a kind. */
export type Hash = (kind: HashKind, inputs: readonly bigint[]) => bigint;

/** The same without a kind (capacity 0), as EdDSA-Poseidon of circomlib uses it. */
type PlainHash = (inputs: readonly bigint[]) => bigint;

export interface Poseidon {
  readonly hash: Hash;
  readonly plainHash: PlainHash;
  /** What computes it, and signatures. */
  readonly kernel: Kernel;
}

/** Loads the WebAssembly once per thread. */
export async function loadPoseidon(): Promise<Poseidon> {
  const kernel = await loadKernel();
  return {
    hash: (kind, inputs) => kernel.hash(HashDomain[kind], inputs),
    plainHash: (inputs) => kernel.hash(0n, inputs),
    kernel,
  };
}
