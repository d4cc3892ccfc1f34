/**
 * Explicit-state search of what runs.ts makes possible: all of it breadth first, where it is little enough; else by walks
 * at random that go, wherever they can, where none of them was before.
 */
import type { Random } from "../generate/random.ts";
import type { GlobalState, Runs } from "./runs.ts";

export interface Coverage {
  readonly states: number;
  readonly transitions: number;
  /** Events of the longest way, of a walk or to a state that is new. */
  readonly depth: number;
  /** Whether everything within the bound was seen. */
  readonly complete: boolean;
  readonly violation: string | null;
}

/** All states, the nearest first. */
export function search(runs: Runs, mostStates: number): Coverage {
  const seen = new Set<number>([runs.keyOf(runs.first)]);
  let frontier: GlobalState[] = [runs.first];
  let transitions = 0;
  let depth = 0;
  const coverage = (complete: boolean, violation: string | null): Coverage => ({
    ...{ states: seen.size, transitions, depth, complete, violation },
  });
  for (; frontier.length > 0; depth++) {
    const next: GlobalState[] = [];
    for (const global of frontier) {
      const successors = runs.after(global);
      if (typeof successors === "string") return coverage(false, successors);
      transitions += successors.length;
      for (const successor of successors) {
        const key = runs.keyOf(successor);
        if (seen.has(key)) continue;
        if (seen.size >= mostStates || runs.isFull) return coverage(false, null);
        seen.add(key);
        next.push(successor);
      }
    }
    frontier = next;
  }
  return coverage(true, null);
}

/** Of one walk. */
const MOST_CRASHES = 3;
/** Before an event: about two in a walk. */
const CRASH_CHANCE = 0.1;

/**
 * Each from the beginning until nothing can happen any more, which comes soon: but for what a crash makes a node forget,
 * nothing that happened is undone.
 */
export function walk(runs: Runs, walks: number, random: Random): Coverage {
  const seen = new Set<number>([runs.keyOf(runs.first)]);
  let transitions = 0;
  let depth = 0;
  const coverage = (violation: string | null): Coverage => ({
    ...{ states: seen.size, transitions, depth, complete: false, violation },
  });
  for (let walked = 0; walked < walks && !runs.isFull; walked++) {
    let global: GlobalState = runs.first;
    let crashes = 0;
    for (let event = 0; ; event++) {
      if (crashes < MOST_CRASHES && random.chance(CRASH_CHANCE)) {
        crashes += 1;
        global = runs.crashed(global, random.below(global.length));
      }
      const successors = runs.after(global);
      if (typeof successors === "string") return coverage(successors);
      depth = Math.max(depth, event);
      if (successors.length === 0) break;
      const unseen = successors.filter((successor) => !seen.has(runs.keyOf(successor)));
      global = random.pick(unseen.length > 0 ? unseen : successors);
      seen.add(runs.keyOf(global));
      transitions += 1;
    }
  }
  return coverage(null);
}
