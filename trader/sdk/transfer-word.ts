import { ACCOUNT_BITS } from "../../sequencer/exchange/limits.ts";
import type { Quanta } from "../../sequencer/exchange/state.ts";
import { amountFields, WordType } from "../../sequencer/exchange/word.ts";
import { encodeRequest } from "./encode-request.ts";
import { keyFields, type SignerFields } from "./signer-fields.ts";
import { TraderError } from "./trader-error.ts";

export interface TransferOptions extends SignerFields {
  readonly quanta: Quanta;
  /** The receiving account. */
  readonly to: number;
}

/**
 * The word of a transfer to another account of the exchange.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { targetOf } from "../../sequencer/exchange/word.ts";
 * import { transferWord } from "./transfer-word.ts";
 *
 * equal(targetOf(transferWord({ account: 7, nonce: 5, quanta: 1n, to: 9 })), 9);
 */
export function transferWord(options: TransferOptions): bigint {
  const { to } = options;
  if (to >= 2 ** ACCOUNT_BITS)
    throw new TraderError("OUT_OF_RANGE", { message: `there is no account ${to}`, facts: { to } });
  const fields = { ...keyFields(options), type: WordType.transfer, ...amountFields(options.quanta) };
  return encodeRequest({ ...fields, expiry: to });
}
