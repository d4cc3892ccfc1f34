/**
 * From an agreed block to what is logged of it. A block carries inputs; what the machine gets is derived by every node
 * from the state that the block meets:
 *
 *   1. the words of the L1 queue, as they are;
 *   2. the tick, when one is due (block-tick.ts);
 *   3. expire words for dead orders near the heads: after the tick, which makes orders expire, and before the takers,
 *      who would pay a step for each;
 *   4. the signed requests in block order, without those that could not be made to pay where they stand
 *      (standing.ts): a faulty leader fills neither the log nor a batch for nothing.
 *
 * Each of these looks at the state that the entries before it have left, so entries are not a list made at the
 * beginning: whoever executes takes one, executes it to its end, and asks for the next.
 */

import type { Exchange } from "../exchange/exchange.ts";
import { encodeTick } from "../exchange/word.ts";
import { type Entry, l1Entries, signedEntry, unsignedEntry } from "../ordering/entry.ts";
import type { Payload } from "../ordering/payload.ts";
import type { SignedRequest } from "../signature/request.ts";
import { blockTick, type TickRules } from "./block-tick.ts";
import { expireWords } from "./dead-orders.ts";
import { type KeyHashes, type StandingFault, standingFault } from "./standing.ts";

/** The same for every node of a set: what is derived must be the same. */
export interface DerivationRules extends TickRules {
  /** Dead orders are looked for so deep in every book side. */
  readonly expiryDepth: number;
  readonly maxExpiriesPerBlock: number;
}

export type DerivedEntry =
  /** To be executed before the next is asked for; with the request that it comes from, if any. */
  | { readonly kind: "logged"; readonly entry: Entry; readonly request: SignedRequest | null }
  /** In the block, not in the log. */
  | { readonly kind: "leftOut"; readonly request: SignedRequest; readonly fault: StandingFault };

const unsigned = (words: readonly bigint[]): DerivedEntry => ({
  kind: "logged",
  entry: unsignedEntry(words),
  request: null,
});

/** The entries of a final block. The payload is a valid one, so the L1 words are the queue's and signatures verify. */
export function* entriesOf(
  payload: Pick<Payload, "l1" | "reports" | "requests">,
  timeMs: number,
  exchange: Exchange,
  keys: KeyHashes,
  rules: DerivationRules,
): Generator<DerivedEntry, void> {
  const { l1, reports, requests } = payload;
  if (l1.start !== exchange.machine.l1Consumed)
    throw new Error(`L1 word ${l1.start} came, ${exchange.machine.l1Consumed} is next`);
  for (const entry of l1Entries(l1.words)) yield { kind: "logged", entry, request: null };
  const tick = blockTick(exchange, { timeMs, reports }, rules);
  if (tick !== null) yield unsigned([encodeTick(tick)]);
  for (const word of expireWords(exchange, rules.expiryDepth, rules.maxExpiriesPerBlock))
    yield unsigned([word]);
  for (const request of requests) {
    const fault = standingFault(exchange, keys, request);
    if (fault !== null) yield { kind: "leftOut", request, fault };
    else {
      const { words, publicKey, signature } = request;
      yield { kind: "logged", entry: signedEntry(words, { publicKey, signature }), request };
    }
  }
}
