import { Side, WordType } from "../../sequencer/exchange/word.ts";
import { encodeRequest } from "./encode-request.ts";
import { type MarketUnits, toLots, toTicks } from "./market-units.ts";
import { keyFields, type SignerFields } from "./signer-fields.ts";
import { TraderError } from "./trader-error.ts";

/** What an order is, in a trader's words. */
export interface OrderTerms {
  readonly side: "buy" | "sell";
  /** Decimal string; the worst price that is taken. */
  readonly price: string;
  /** Decimal string. */
  readonly size: string;
  /** `immediate` takes what it can and never rests: with a limit far enough this is a market order. */
  readonly time?: "resting" | "immediate" | undefined;
  /** Refused rather than matched at once. */
  readonly postOnly?: boolean | undefined;
  /** Only ever makes a position smaller. */
  readonly reduceOnly?: boolean | undefined;
  /** Unix seconds from which on the order is dead; left out: good till cancelled. */
  readonly expiry?: number | undefined;
}

export interface PlaceOptions extends SignerFields, OrderTerms {
  readonly units: MarketUnits;
  readonly slot: number;
}

/**
 * The word of an order. Throws on anything that the exchange could only refuse: off tick, off lot, wrong flags.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { decodeWord } from "../../sequencer/exchange/word.ts";
 * import { placeWord } from "./place-word.ts";
 *
 * const units = { market: 1, symbol: "ETH-USD", tickSize: "0.05", lotSize: "0.00002" };
 * const word = placeWord({
 *   account: 7, nonce: 1, slot: 0, units, side: "buy", price: "2500.05", size: "1", postOnly: true,
 * });
 * equal(decodeWord(word).price, 50_001);
 * equal(decodeWord(word).size, 50_000);
 */
export function placeWord(options: PlaceOptions): bigint {
  const { units, slot, side, expiry } = options;
  const immediate = options.time === "immediate";
  if (immediate && options.postOnly === true)
    throw new TraderError("BAD_FLAGS", {
      message: "an order cannot be both immediate and post-only",
      whatToDo: "Drop one of the two: a post-only order never takes, an immediate one never rests.",
    });
  return encodeRequest({
    ...keyFields(options),
    type: WordType.place,
    slot,
    market: units.market,
    side: side === "buy" ? Side.buy : Side.sell,
    immediateOrCancel: immediate ? 1 : 0,
    postOnly: options.postOnly === true ? 1 : 0,
    reduceOnly: options.reduceOnly === true ? 1 : 0,
    price: toTicks({ price: options.price, units }),
    size: toLots({ size: options.size, units }),
    expiry: expiry ?? 0,
  });
}
