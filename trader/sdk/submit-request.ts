import { wordToHex } from "../../sequencer/exchange/word.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import type { Client } from "./client.ts";
import { getReceipt } from "./reads.ts";
import type { Receipt } from "./replies.ts";
import { isLostAnswer, TraderError } from "./trader-error.ts";

/** After an answer was lost, so often is the same signed request sent again. It can be logged only once. */
const ATTEMPTS = 3;

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

const hasReason = (error: unknown, reason: string): boolean =>
  error instanceof TraderError && error.reason === reason;

/**
 * Hands a signed request in. Resolves with its receipt, whether a rule accepted or refused it, once it is on the
 * sequencer's disk; throws `REJECTED` when it was never logged. When an answer gets lost, the receipt is looked up and
 * the same request sent again if there is none: its nonce lets it happen once at most.
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
  for (let attempt = 1; ; attempt++)
    try {
      return await client.request<Receipt>({ path: "/v1/requests", body });
    } catch (error) {
      const repeated = (attempt > 1 || mayBeLogged) && hasReason(error, "usedNonce");
      if (!repeated && !(isLostAnswer(error) && attempt < ATTEMPTS)) throw error;
      const receipt = await findReceipt(client, id);
      if (receipt !== undefined) return receipt;
      if (repeated) throw error;
    }
}

async function findReceipt(client: Client, id: string): Promise<Receipt | undefined> {
  try {
    return await getReceipt(client, { id });
  } catch (error) {
    const isSilent = isLostAnswer(error) || hasReason(error, "behind") || hasReason(error, "closing");
    // A node that joined lately knows nothing of what was before: if there is a receipt, the nonce is used and will tell.
    const isUnknown = hasReason(error, "noSuchReceipt") || hasReason(error, "beforeHistory");
    if (isSilent || isUnknown) return undefined;
    throw error;
  }
}
