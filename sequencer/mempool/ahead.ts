/** What waits in the mempool, to the door: it counts as if it had been executed. */
import { isFreshNonce, noncesOf, withNonce } from "../exchange/nonce.ts";
import { keySelectorOf, nonceOf, typeOf, WordType } from "../exchange/word.ts";
import type { RequestsAhead } from "../execution/standing.ts";
import type { Mempool } from "./mempool.ts";

export function requestsAhead(mempool: Pick<Mempool, "commandsOf">): RequestsAhead {
  const waiting = (account: number): bigint[] => [...mempool.commandsOf(account)];
  return {
    of: waiting,
    changesKey: (account) => waiting(account).some((command) => typeOf(command) === WordType.setTradingKey),
    isFreshNonce: (account, index, keySelector, nonce) => {
      const used = waiting(index)
        .filter((command) => keySelectorOf(command) === keySelector)
        .map(nonceOf)
        .reduce(withNonceIfFresh, noncesOf(account, keySelector));
      return isFreshNonce(used, nonce);
    },
  };
}

/** A nonce that waits may have been used meanwhile by a request that reached another node. */
const withNonceIfFresh: typeof withNonce = (used, nonce) =>
  isFreshNonce(used, nonce) ? withNonce(used, nonce) : used;
