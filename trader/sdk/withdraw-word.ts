import type { Quanta } from "../../sequencer/exchange/state.ts";
import { amountFields, WordType } from "../../sequencer/exchange/word.ts";
import { encodeRequest } from "./encode-request.ts";
import { keyFields, type SignerFields } from "./signer-fields.ts";

export interface WithdrawOptions extends SignerFields {
  readonly quanta: Quanta;
}

/**
 * The word of a withdrawal. Once its batch is proven, the account's L1 owner can claim the amount.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { amountOf } from "../../sequencer/exchange/word.ts";
 * import { withdrawWord } from "./withdraw-word.ts";
 *
 * equal(amountOf(withdrawWord({ account: 7, nonce: 4, quanta: 2n ** 40n })), 2n ** 40n);
 */
export const withdrawWord = (options: WithdrawOptions): bigint =>
  encodeRequest({ ...keyFields(options), type: WordType.withdraw, ...amountFields(options.quanta) });
