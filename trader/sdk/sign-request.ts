import { sign } from "../../sequencer/signature/eddsa.ts";
import { requestMessage, type SignedRequest } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import type { RequestKey } from "./derive-key.ts";

export interface SignRequestOptions {
  /** Payload words first, the command last. */
  readonly words: readonly bigint[];
  readonly key: RequestKey;
  /** What ties the signature to one exchange: `signatureDomain(chainId, exchange)`. */
  readonly domain: bigint;
}

/**
 * Signs the words of one request.
 *
 * @example
 * import { ok } from "node:assert/strict";
 * import { randomBytes } from "node:crypto";
 * import { signatureDomain } from "../../sequencer/signature/domain.ts";
 * import { verify } from "../../sequencer/signature/eddsa.ts";
 * import { requestMessage } from "../../sequencer/signature/request.ts";
 * import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
 * import { cancelWord } from "./cancel-word.ts";
 * import { keyOfSecret } from "./derive-key.ts";
 * import { signRequest } from "./sign-request.ts";
 *
 * const key = await keyOfSecret(randomBytes(32));
 * const domain = signatureDomain(31337n, "0x5FbDB2315678afecb367f032d93F642f64180aa3");
 * const words = [cancelWord({ account: 7, nonce: 1, slot: 3 })];
 * const { publicKey, signature } = await signRequest({ words, key, domain });
 *
 * const poseidon = await loadPoseidon();
 * ok(verify(poseidon, requestMessage(poseidon.hash, domain, words), publicKey, signature));
 */
export async function signRequest({ words, key, domain }: SignRequestOptions): Promise<SignedRequest> {
  const poseidon = await loadPoseidon();
  const message = requestMessage(poseidon.hash, domain, words);
  return { words, publicKey: key.publicKey, signature: sign(poseidon, key.secret, message) };
}
