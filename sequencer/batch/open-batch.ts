/**
 * The batch under construction: its steps so far, and everything they opened as it was before the first of them.
 * A value is copied when it is touched first, because the live state goes on changing.
 */
import { type Exchange, readAccount, readOrder } from "../exchange/exchange.ts";
import type { Account, Machine, Market, OrderName } from "../exchange/state.ts";
import { cloneAccount, cloneMachine, cloneMarkets, cloneOrder } from "./clone.ts";
import type { JobStep } from "./job.ts";

/** An account as it was, with those of its opened orders that existed. */
export interface PreImage {
  readonly account: Account;
  /** Opened slots, occupied or not, in the order of opening. */
  readonly slots: number[];
}

/** A step that names nobody opens this. */
const NOBODY: OrderName = { account: 0, slot: 0 };

export class OpenBatch {
  readonly number: number;
  /** Null until the batch before this one is sealed. */
  preRoot: bigint | null;
  readonly machine: Machine;
  readonly markets: readonly Market[];
  readonly opened = new Map<number, PreImage>();
  readonly steps: JobStep[] = [];
  fills = 0;

  /** Begins where the state stands now. */
  constructor(number: number, preRoot: bigint | null, exchange: Pick<Exchange, "machine" | "markets">) {
    this.number = number;
    this.preRoot = preRoot;
    this.machine = cloneMachine(exchange.machine);
    this.markets = cloneMarkets(exchange.markets);
  }

  /** Copies what the names point at, if no step before did. Returns the accounts whose pre-image grew. */
  open(exchange: Exchange, names: readonly (OrderName | null)[]): number[] {
    const grown: number[] = [];
    for (const name of names) if (name !== null && this.openOne(exchange, name)) grown.push(name.account);
    return grown;
  }

  openNobody(exchange: Exchange): void {
    this.openOne(exchange, NOBODY);
  }

  private openOne(exchange: Exchange, name: OrderName): boolean {
    let image = this.opened.get(name.account);
    if (image === undefined) {
      image = { account: cloneAccount(readAccount(exchange, name.account)), slots: [] };
      this.opened.set(name.account, image);
    }
    if (image.slots.includes(name.slot)) return false;
    image.slots.push(name.slot);
    const order = readOrder(exchange, name);
    if (order !== undefined) image.account.orders.set(name.slot, cloneOrder(order));
    return true;
  }

  get touchedOrders(): OrderName[] {
    return [...this.opened].flatMap(([account, { slots }]) => slots.map((slot) => ({ account, slot })));
  }
}
