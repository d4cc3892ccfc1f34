import { WordType } from "../../sequencer/exchange/word.ts";
import { encodeRequest } from "./encode-request.ts";
import { keyFields, type SignerFields } from "./signer-fields.ts";

export interface CancelOptions extends SignerFields {
  readonly slot: number;
}

/**
 * The word that cancels the order in one slot.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { decodeWord } from "../../sequencer/exchange/word.ts";
 * import { cancelWord } from "./cancel-word.ts";
 *
 * equal(decodeWord(cancelWord({ account: 7, nonce: 2, slot: 3 })).slot, 3);
 */
export const cancelWord = (options: CancelOptions): bigint =>
  encodeRequest({ ...keyFields(options), type: WordType.cancel, slot: options.slot });
