/** Dead orders near the heads of the book: cleared by expire words, ahead of the takers who would pay a step for each. */
import { type Exchange, liveOrder, readAccount } from "../exchange/exchange.ts";
import { deathOf } from "../exchange/order.ts";
import { encodeWord, WordType } from "../exchange/word.ts";

/** Expire words for at most `most` dead orders among the first `depth` of every book side. */
export function expireWords(exchange: Exchange, depth: number, most: number): bigint[] {
  const words: bigint[] = [];
  for (const market of exchange.markets)
    for (const head of [market.bestBid, market.bestAsk]) {
      let link = head;
      for (let seen = 0; link !== null && seen < depth && words.length < most; seen++) {
        const order = liveOrder(exchange, link);
        const { account, slot } = link;
        if (deathOf(order, readAccount(exchange, account), exchange.machine.time) !== null)
          words.push(encodeWord({ type: WordType.expire, account, slot }));
        link = order.next;
      }
    }
  return words;
}
