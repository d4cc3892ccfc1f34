/**
 * C: the Poseidon sponge over header and request words of a batch, padded with zero words to the circuit's
 * number of steps. Steps that consume nothing absorb the word 0, at their own place.
 */
import { HEADER_WORDS } from "../exchange/limits.ts";
import type { HashInto } from "../state-tree/hasher.ts";

/** Words taken in by one permutation. */
const SPONGE_RATE = 15;

/** `stepWords` has one entry per step of the tier: the word the step consumed, or zero. */
export function spongeCommitment<T = bigint>(
  hash: HashInto<T>,
  header: readonly bigint[],
  stepWords: readonly bigint[],
): T {
  if (header.length !== HEADER_WORDS) throw new Error(`a header has ${HEADER_WORDS} words`);
  const words = [...header, ...stepWords];
  let state: bigint | T = 0n;
  for (let at = 0; at < words.length; at += SPONGE_RATE) {
    const chunk = words.slice(at, at + SPONGE_RATE);
    while (chunk.length < SPONGE_RATE) chunk.push(0n);
    state = hash("sponge", [state, ...chunk]);
  }
  return state as T;
}
