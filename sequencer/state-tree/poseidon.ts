/** circomlib's Poseidon over BN254 with the capacity element as domain separation. */
import { buildPoseidon } from "circomlibjs";
import { HashDomain, type HashKind } from "../exchange/encode.ts";

/** Hashes 1 to 16 field elements under a kind. */
export type Hash = (kind: HashKind, inputs: readonly bigint[]) => bigint;

/** The same without a kind (capacity 0), as EdDSA-Poseidon of circomlib uses it. */
type PlainHash = (inputs: readonly bigint[]) => bigint;

export interface Poseidon {
  readonly hash: Hash;
  readonly plainHash: PlainHash;
}

let loading: Promise<Poseidon> | undefined;

/** Loads the WebAssembly once per process. */
export function loadPoseidon(): Promise<Poseidon> {
  loading ??= build();
  return loading;
}

async function build(): Promise<Poseidon> {
  const poseidon = await buildPoseidon();
  const { F } = poseidon;
  const domains = Object.fromEntries(Object.entries(HashDomain).map(([kind, value]) => [kind, F.e(value)]));
  return {
    hash: (kind, inputs) => F.toObject(poseidon(inputs, domains[kind])),
    plainHash: (inputs) => F.toObject(poseidon(inputs)),
  };
}
