/** Requests that were admitted and not executed yet, by account: they count as if they had been executed. */
import { burnNonce, isFreshNonce } from "../exchange/nonce.ts";
import type { Account } from "../exchange/state.ts";
import { decodeWord, WordType } from "../exchange/word.ts";

interface PendingRequest {
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
    const { account, nonce, type } = decodeWord(command);
    const request = { nonce, changesKey: type === WordType.setTradingKey };
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

  /** Whether a nonce is still good after all that waits. */
  isFreshNonce(account: Account, index: number, nonce: number): boolean {
    const state = {
      nonceWindow: account.nonceWindow,
      nonceBits: account.nonceBits,
      previousNonceBits: account.previousNonceBits,
    };
    for (const request of this.of(index)) burnNonce(state, request.nonce);
    return isFreshNonce(state, nonce);
  }

  /** The lowest nonce above all used and waiting ones. */
  nextNonce(account: Account, index: number): number {
    const used = account.nonceWindow * 32 + (32 - Math.clz32(account.nonceBits));
    return Math.max(used, ...this.of(index).map(({ nonce }) => nonce + 1));
  }

  changesKey(index: number): boolean {
    return this.of(index).some(({ changesKey }) => changesKey);
  }
}
