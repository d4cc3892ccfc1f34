/** Requests that were admitted and not executed yet, by account: they count as if they had been executed. */
import { isFreshNonce, nextNonce, noncesOf, withNonce } from "../exchange/nonce.ts";
import type { Account, UsedNonces } from "../exchange/state.ts";
import { decodeWord, WordType } from "../exchange/word.ts";

interface PendingRequest {
  readonly keySelector: number;
  readonly nonce: number;
  readonly changesKey: boolean;
}

const NONE: readonly PendingRequest[] = [];

export class Pending {
  private readonly byAccount = new Map<number, PendingRequest[]>();

  of(account: number): readonly PendingRequest[] {
    return this.byAccount.get(account) ?? NONE;
  }

  add(command: bigint): void {
    const { account, keySelector, nonce, type } = decodeWord(command);
    const request = { keySelector, nonce, changesKey: type === WordType.setTradingKey };
    const requests = this.byAccount.get(account);
    if (requests === undefined) this.byAccount.set(account, [request]);
    else requests.push(request);
  }

  /** An account's requests execute in the order in which they were admitted. */
  removeFirst(account: number): void {
    const requests = this.byAccount.get(account);
    if (requests === undefined) throw new Error(`account ${account} has nothing pending`);
    requests.shift();
    if (requests.length === 0) this.byAccount.delete(account);
  }

  /** The nonces of one of an account's keys after all that waits. */
  private noncesAfter(account: Account, index: number, keySelector: number): UsedNonces {
    return this.of(index)
      .filter((request) => request.keySelector === keySelector)
      .reduce((used, { nonce }) => withNonce(used, nonce), noncesOf(account, keySelector));
  }

  /** Whether a key's nonce is still good after all that waits. */
  isFreshNonce(account: Account, index: number, keySelector: number, nonce: number): boolean {
    return isFreshNonce(this.noncesAfter(account, index, keySelector), nonce);
  }

  /** A key's lowest nonce above all used and waiting ones. */
  nextNonce(account: Account, index: number, keySelector: number): number {
    return nextNonce(this.noncesAfter(account, index, keySelector));
  }

  changesKey(index: number): boolean {
    return this.of(index).some(({ changesKey }) => changesKey);
  }
}
