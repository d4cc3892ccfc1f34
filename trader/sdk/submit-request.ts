import { setTimeout as sleep } from "node:timers/promises";
import { wordToHex } from "../../sequencer/exchange/word.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import type { Client } from "./client.ts";
import { getReceipt } from "./reads.ts";
import type { Receipt } from "./replies.ts";
import { isLostAnswer, mayHaveArrived, TraderError } from "./trader-error.ts";

/** After an answer was lost, so often is the same signed request sent again. It can be logged only once. */
const ATTEMPTS = 3;
/** Between two looks for a receipt. */
const RECEIPT_POLL_MS = 500;

/** A signed request as the API takes it. */
export const requestBody = ({ words, publicKey, signature }: SignedRequest) => ({
  words: words.map(wordToHex),
  publicKey: { x: String(publicKey[0]), y: String(publicKey[1]) },
  signature: { r8x: String(signature.r8[0]), r8y: String(signature.r8[1]), s: String(signature.s) },
});

export interface SubmitOptions {
  readonly signed: SignedRequest;
  /** It was sent before, and the answer is not known: a used nonce may be its own. */
  readonly mayBeLogged?: boolean;
}

/**
 * Hands a signed request in. Resolves with its receipt, whether a rule accepted or refused it, once it is on the
 * sequencer's disk; throws `REJECTED` when it was never logged. When an answer gets lost, the receipt is looked up and
 * the same request sent again if there is none: its nonce lets it happen once at most.
 *
 * Whatever is answered to that second sending - that the nonce is used, because the first one still waits; by another
 * node, that it knows no such account - tells nothing of the first. So from then on there is a receipt, which is waited for
 * as long as the client says, or `LOST_ANSWER`.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { createClient } from "./client.ts";
 * import { submitRequest } from "./submit-request.ts";
 *
 * const fetch = async () => new Response('{"outcome":"refused","code":"belowMinimum"}');
 * const client = createClient({ url: "http://127.0.0.1:8080", fetch });
 * const signed = { words: [5n], publicKey: [1n, 2n], signature: { r8: [3n, 4n], s: 5n } };
 * const receipt = await submitRequest(client, { signed });
 * equal(receipt.code, "belowMinimum");
 */
export async function submitRequest(
  client: Client,
  { signed, mayBeLogged = false }: SubmitOptions,
): Promise<Receipt> {
  const body = requestBody(signed);
  const id = body.words.at(-1)!;
  let isInDoubt = mayBeLogged;
  for (let attempt = 1; ; attempt++)
    try {
      return await client.request<Receipt>({ path: "/v1/requests", body });
    } catch (error) {
      isInDoubt ||= mayHaveArrived(error);
      if (!isInDoubt) throw error;
      const isSentAgain = isLostAnswer(error) && attempt < ATTEMPTS;
      const receipt = await (isSentAgain ? findReceipt : waitForReceipt)(client, id);
      if (receipt !== undefined) return receipt;
      if (!isSentAgain) throw lostAnswer(client, id, error);
    }
}

async function waitForReceipt(client: Client, id: string): Promise<Receipt | undefined> {
  const untilMs = performance.now() + client.receiptWaitMs;
  for (;;) {
    const receipt = await findReceipt(client, id);
    const leftMs = untilMs - performance.now();
    if (receipt !== undefined || leftMs <= 0) return receipt;
    await sleep(Math.min(RECEIPT_POLL_MS, leftMs));
  }
}

/** Undefined where nobody has one, or nobody says so: no answer to this question is one to the request. */
async function findReceipt(client: Client, id: string): Promise<Receipt | undefined> {
  try {
    return await getReceipt(client, { id });
  } catch (error) {
    if (error instanceof TraderError) return undefined;
    throw error;
  }
}

function lostAnswer({ receiptWaitMs }: Client, id: string, cause: unknown): TraderError {
  return new TraderError("LOST_ANSWER", {
    message: `no answer to request ${id}, and no receipt of it within ${receiptWaitMs} ms`,
    facts: { id, receiptWaitMs },
    whatToDo:
      "It may have been executed, or may still be: look for its receipt or at the account before you ask for the same again.",
    cause,
  });
}
