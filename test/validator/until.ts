/** Waiting for something that must come. */
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeSet } from "./node-set.ts";

/** Who asks all nodes of a set takes their time: often enough to lose little, seldom enough to cost little. */
const POLL_MS = 250;
/** A machine that compiles circuits for other tests at the same time is slow, and a leader that is down costs its turns. */
const LIMIT_MS = 180_000;

/** Throws with what the nodes complained of when it does not come. */
export async function until(
  set: NodeSet,
  what: string,
  holds: () => boolean | Promise<boolean>,
  pollMs = POLL_MS,
): Promise<void> {
  for (const endMs = performance.now() + LIMIT_MS; !(await holds()); await sleep(pollMs))
    if (performance.now() > endMs) throw new Error(`${what}: it does not come\n${set.complaints()}`);
}
