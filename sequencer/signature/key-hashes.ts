/** Hashes of public keys, remembered: a busy account shows the same key with every request. */
import type { KeyHashes } from "../execution/standing.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import { isOnCurve } from "./eddsa.ts";
import { keyHash } from "./request.ts";

/** Keys remembered, of 0.3 kB each. */
const MAX_REMEMBERED = 8192;

/** What the door and every block ask of keys. */
export function rememberedKeyHashes(poseidon: Poseidon, most: number = MAX_REMEMBERED): KeyHashes {
  const hashes = new Map<string, bigint>();
  return {
    isOnCurve: (key) => isOnCurve(poseidon, key),
    keyHash(key) {
      const name = `${key[0].toString(36)},${key[1].toString(36)}`;
      const hash = hashes.get(name) ?? keyHash(poseidon.hash, key);
      // Last in the order of the map is what was used last.
      hashes.delete(name);
      hashes.set(name, hash);
      if (hashes.size > most) hashes.delete(hashes.keys().next().value!);
      return hash;
    },
  };
}
