import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "./client.ts";
import { getReceipt } from "./reads.ts";
import type { Receipt, Stage } from "./replies.ts";
import { TraderError } from "./trader-error.ts";

const ORDER: readonly Stage[] = ["ordered", "committed", "proven"];
const POLL_MS = 500;
const TIMEOUT_MS = 10 * 60_000;

export interface WaitForStageOptions {
  /** Of the receipt. */
  readonly id: string;
  readonly stage: Stage;
  readonly timeoutMs?: number | undefined;
  readonly pollMs?: number | undefined;
}

/**
 * Waits until a request is as settled as wanted, and returns its receipt.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { createClient } from "./client.ts";
 * import { waitForStage } from "./wait-for-stage.ts";
 *
 * const answers = ["ordered", "committed", "proven"];
 * const fetch = async () => new Response(JSON.stringify({ settlement: answers.shift() }));
 * const client = createClient({ url: "http://127.0.0.1:8080", fetch });
 * const receipt = await waitForStage(client, { id: "0x05", stage: "proven", pollMs: 1 });
 * equal(receipt.settlement, "proven");
 */
export async function waitForStage(client: Client, options: WaitForStageOptions): Promise<Receipt> {
  const { id, stage, timeoutMs = TIMEOUT_MS, pollMs = POLL_MS } = options;
  for (const until = performance.now() + timeoutMs; ; ) {
    const receipt = await getReceipt(client, { id });
    if (ORDER.indexOf(receipt.settlement) >= ORDER.indexOf(stage)) return receipt;
    if (performance.now() > until)
      throw new TraderError("TIMEOUT", {
        message: `request ${id} is ${receipt.settlement}, not ${stage}, after ${timeoutMs} ms`,
        facts: { id, settlement: receipt.settlement, batch: receipt.batch },
      });
    await sleep(pollMs);
  }
}
