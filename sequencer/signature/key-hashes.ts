/** Hashes of public keys, remembered: a busy account shows the same key with every request. */
import type { KeyHashes } from "../execution/standing.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import { isOnCurve } from "./eddsa.ts";
import { keyHash, nameOfKey, type Point } from "./request.ts";

/** Keys remembered, of 0.3 kB each. */
const MAX_REMEMBERED = 8192;

/** What the door and every block ask of keys. Only keys on the curve are remembered. */
export function rememberedKeyHashes(poseidon: Poseidon, most: number = MAX_REMEMBERED): KeyHashes {
  const hashes = new Map<bigint, bigint>();

  function remember(name: bigint, hash: bigint): void {
    // Last in the order of the map is what was used last.
    hashes.delete(name);
    hashes.set(name, hash);
    if (hashes.size > most) hashes.delete(hashes.keys().next().value!);
  }

  const known = (key: Point): bigint | undefined => hashes.get(nameOfKey(key) ?? -1n);

  return {
    isOnCurve: (key) => known(key) !== undefined || isOnCurve(poseidon, key),
    keyHash(key) {
      const hash = known(key) ?? keyHash(poseidon.hash, key);
      const name = nameOfKey(key);
      if (name !== undefined && (hashes.has(name) || isOnCurve(poseidon, key))) remember(name, hash);
      return hash;
    },
  };
}
