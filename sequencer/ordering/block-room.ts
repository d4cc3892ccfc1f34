/** The quotas of a block, counted request by request: for the proposer who fills it and for everybody who checks it. */
import { accountOf } from "./block-order.ts";
import { EntryClass, signedClass } from "./entry.ts";
import type { BlockLimits } from "./limits.ts";

export type RoomFault =
  /** More requests than a block holds. */
  | "blockFull"
  /** Post-only orders and takers in the room that is relief's. */
  | "reservedRoom"
  /** More relief of one account than its share. */
  | "reliefQuota"
  /** More requests of one account than its share. */
  | "accountQuota";

export class BlockRoom {
  private readonly limits: BlockLimits;
  private total = 0;
  private risk = 0;
  private readonly accounts = new Map<number, { total: number; relief: number }>();

  constructor(limits: BlockLimits) {
    this.limits = limits;
  }

  /** Takes room for a request, or says why there is none. What follows its own account's taker is relief all the same. */
  take(command: bigint): RoomFault | null {
    const { maxRequests, reservedForRelief, maxReliefPerAccount, maxPerAccount } = this.limits;
    const isRelief = signedClass(command) === EntryClass.relief;
    const account = accountOf(command);
    const of = this.accounts.get(account) ?? { total: 0, relief: 0 };
    if (this.total >= maxRequests) return "blockFull";
    if (!isRelief && this.risk >= maxRequests - reservedForRelief) return "reservedRoom";
    if (of.total >= maxPerAccount) return "accountQuota";
    if (isRelief && of.relief >= maxReliefPerAccount) return "reliefQuota";
    this.total += 1;
    if (!isRelief) this.risk += 1;
    this.accounts.set(account, { total: of.total + 1, relief: of.relief + (isRelief ? 1 : 0) });
    return null;
  }

  get isFull(): boolean {
    return this.total >= this.limits.maxRequests;
  }
}
