import { PAYLOAD_BITS, pow2 } from "../../sequencer/exchange/limits.ts";
import { encodePayload, Scope, WordType } from "../../sequencer/exchange/word.ts";
import { encodeRequest } from "./encode-request.ts";

export type ScopeName = keyof typeof Scope;

export interface TradingKeyOptions {
  readonly account: number;
  readonly nonce: number;
  /** Hash of the new trading key's public key. */
  readonly keyHash: bigint;
  /** What it may sign; `place` and `cancel` when left out, so that a stolen trading key cannot move money away. */
  readonly scope?: readonly ScopeName[] | undefined;
  /** Unix seconds from which on it signs nothing; left out: never expires. */
  readonly expiry?: number | undefined;
}

const scopeBits = (names: readonly ScopeName[]): number =>
  names.reduce((bits, name) => bits | Scope[name], 0);

/**
 * The three words that give an account a new trading key: two halves of the key's hash, then the command. Only the
 * owner's key may sign them.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { decodeWord, payloadOf } from "../../sequencer/exchange/word.ts";
 * import { tradingKeyWords } from "./trading-key-words.ts";
 *
 * const [high, low, command] = tradingKeyWords({ account: 7, nonce: 6, keyHash: 5n, scope: ["place"] });
 * equal(payloadOf(high), 0n);
 * equal(payloadOf(low), 5n);
 * equal(decodeWord(command).slot, 1);
 */
export function tradingKeyWords(options: TradingKeyOptions): [high: bigint, low: bigint, command: bigint] {
  const { account, nonce, keyHash, expiry, scope = ["place", "cancel"] } = options;
  const half = pow2(PAYLOAD_BITS);
  return [
    encodePayload(WordType.payloadHigh, keyHash / half, false),
    encodePayload(WordType.payloadLow, keyHash % half, false),
    encodeRequest({
      type: WordType.setTradingKey,
      account,
      nonce,
      slot: scopeBits(scope),
      expiry: expiry ?? 0,
    }),
  ];
}
