/** Where the constants of each width are, and how planned hashes name their values. */
import { ELEMENT, fromBytes } from "./field";

export const HALF_FULL_ROUNDS = 4;

/** By width: the place of its constants, and its partial rounds. */
const TABLES = memory.data(4 * (17 + 1));
const PARTIAL_ROUNDS = memory.data(4 * (17 + 1));

/** Takes over the constants of a width, numbers of 32 bytes in the order of poseidon.ts. */
export function setConstants(t: i32, partialRounds: i32, count: i32, from: usize): void {
  const table = heap.alloc(<usize>count * ELEMENT);
  for (let i = 0; i < count; i++) fromBytes(table + <usize>i * ELEMENT, from + (<usize>i << 5));
  store<usize>(TABLES + (<usize>t << 2), table);
  store<i32>(PARTIAL_ROUNDS + (<usize>t << 2), partialRounds);
}

@inline
export function constantsOf(t: i32): usize {
  return load<usize>(TABLES + (<usize>t << 2));
}

@inline
export function partialRoundsOf(t: i32): i32 {
  return load<i32>(PARTIAL_ROUNDS + (<usize>t << 2));
}

/** The value in the slot that is written at a place. */
@inline
export function slot(values: usize, at: usize): usize {
  return values + (load<usize>(at) << 5);
}
