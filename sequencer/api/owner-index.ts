/** Accounts by owner key. Account numbers only grow and owners never change, so the index catches up when asked. */
import { setImmediate } from "node:timers/promises";
import { MAX_ACCOUNTS_PER_OWNER, OWNERS_PER_SLICE } from "./limits.ts";
import type { SequencerPort } from "./ports.ts";

export class OwnerIndex {
  private readonly accounts = new Map<bigint, number[]>();
  private next = 1;

  /** The first accounts registered to a key hash, in order. */
  async accountsOf(sequencer: Pick<SequencerPort, "account">, ownerKey: bigint): Promise<readonly number[]> {
    // The first call after a start may have a million accounts to go through: others get their turn in between.
    while (!this.catchUp(sequencer)) await setImmediate();
    return this.accounts.get(ownerKey) ?? [];
  }

  private catchUp(sequencer: Pick<SequencerPort, "account">): boolean {
    for (let i = 0; i < OWNERS_PER_SLICE; i++) {
      const view = sequencer.account(this.next);
      if (view === undefined) return true;
      const known = this.accounts.get(view.ownerKey);
      if (known === undefined) this.accounts.set(view.ownerKey, [this.next]);
      else if (known.length < MAX_ACCOUNTS_PER_OWNER) known.push(this.next);
      this.next += 1;
    }
    return false;
  }
}
