/** Steps at an interval, pauses that grow while they fail, and faults that end it. */
import { test } from "uvu";
import { equal, is } from "uvu/assert";
import { backoffMs } from "../../sequencer/chain/backoff.ts";
import { ChainFaultError } from "../../sequencer/chain/fault.ts";
import { MAX_BACKOFF_MS, MIN_BACKOFF_MS } from "../../sequencer/chain/limits.ts";
import { loop } from "../../sequencer/chain/loop.ts";

/** Runs the outcomes one after the other, then aborts; the pauses between them. */
async function pausesOf(outcomes: readonly ("works" | "fails" | "fault")[]) {
  const stopping = new AbortController();
  const pauses: number[] = [];
  let at = 0;
  let errors = 0;
  const running = loop({
    step: async () => {
      const outcome = outcomes[at++];
      if (at === outcomes.length) stopping.abort();
      if (outcome === "fault") throw new ChainFaultError("refused", "enough");
      if (outcome === "fails") throw new Error("no answer");
    },
    intervalMs: 7,
    signal: stopping.signal,
    sleep: async (ms) => void pauses.push(ms),
    onError: () => {
      errors += 1;
    },
  });
  const fault = await running.then(
    () => null,
    (error: unknown) => (error as ChainFaultError).fault.code,
  );
  return { pauses, errors, fault };
}

test("pauses for the interval while steps work", async () => {
  equal((await pausesOf(["works", "works", "works"])).pauses, [7, 7]);
});

test("pauses twice as long after each failure in a row, and forgets them at the first success", async () => {
  const { pauses, errors } = await pausesOf(["fails", "fails", "fails", "works", "fails", "works"]);
  equal(pauses, [MIN_BACKOFF_MS, 2 * MIN_BACKOFF_MS, 4 * MIN_BACKOFF_MS, 7, MIN_BACKOFF_MS]);
  is(errors, 4);
});

test("never pauses longer than the limit", () => {
  is(backoffMs(1), MIN_BACKOFF_MS);
  is(backoffMs(30), MAX_BACKOFF_MS);
  is(backoffMs(10_000), MAX_BACKOFF_MS);
});

test("a fault ends the loop", async () => {
  const { pauses, fault } = await pausesOf(["works", "fault", "works"]);
  is(fault, "refused");
  equal(pauses, [7]);
});

test("what fails because the node stops is not told", async () => {
  is((await pausesOf(["works", "fails"])).errors, 0);
});

test.run();
