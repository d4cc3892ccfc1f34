/** Traders that have to stop while they wait. */
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BatchWatch } from "../../trader/devnet/batch-watch.ts";
import { driveFlow } from "../../trader/devnet/flow-driver.ts";
import type { Client } from "../../trader/sdk/client.ts";

const LIMIT_MS = 10_000;

const nobody: Client = {
  url: "",
  receiptWaitMs: 0,
  request: () => Promise.reject(new Error("nobody is asked")),
};

/** A look at an exchange whose batches wait for proofs, and that does not answer any more. */
const lastLook = {
  health: { sequence: 0, lag: { batches: 1_000 } },
  nextLook: () => new Promise<void>(() => undefined),
} as unknown as BatchWatch;

test("they stop at once, though the exchange that they wait for is gone", async () => {
  const stop = new AbortController();
  const driving = driveFlow({
    ...{ client: nobody, traders: [], markets: [], seed: 1 },
    ...{ watch: lastLook, signal: stop.signal },
  });
  stop.abort();
  const ended = new AbortController();
  const tooLong = sleep(LIMIT_MS, false, { signal: ended.signal }).catch(() => false);
  assert.ok(await Promise.race([driving.then(() => true), tooLong]), "they wait for ever");
  ended.abort();
});

test.run();
