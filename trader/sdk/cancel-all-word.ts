import { WordType } from "../../sequencer/exchange/word.ts";
import { encodeRequest } from "./encode-request.ts";
import { keyFields, type SignerFields } from "./signer-fields.ts";

/**
 * The word that kills all open orders of an account at once, by moving its generation on.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { decodeWord, WordType } from "../../sequencer/exchange/word.ts";
 * import { cancelAllWord } from "./cancel-all-word.ts";
 *
 * equal(decodeWord(cancelAllWord({ account: 7, nonce: 3 })).type, WordType.cancelAll);
 */
export const cancelAllWord = (options: SignerFields): bigint =>
  encodeRequest({ ...keyFields(options), type: WordType.cancelAll });
