/** The state as rows: what a block changed, and all of it back. */
import { cloneAccount } from "../batch/clone.ts";
import { LiveIndex } from "../exchange/book-index.ts";
import { type Exchange, readAccount, readOrder } from "../exchange/exchange.ts";
import type { Account, Machine, Market, OrderName } from "../exchange/state.ts";
import type { Database } from "./database.ts";
import { del, numbersOf, type Operation, put } from "./space.ts";
import { StoreError } from "./store-error.ts";
import { tables } from "./tables.ts";

/** Accounts and orders that steps have named, each once. */
export class Touched {
  readonly accounts = new Set<number>();
  private readonly names = new Map<number, OrderName>();

  add(name: OrderName | null): void {
    if (name === null) return;
    this.accounts.add(name.account);
    this.names.set(name.account * 256 + name.slot, name);
  }

  get orders(): IterableIterator<OrderName> {
    return this.names.values();
  }
}

/** Markets and machine always, of accounts and orders what was touched. */
export function stateOperations(exchange: Exchange, touched: Touched): Operation[] {
  const operations: Operation[] = [put(tables.machine, [0], exchange.machine)];
  exchange.markets.forEach((market, m) => {
    operations.push(put(tables.market, [m], market));
  });
  for (const index of touched.accounts)
    if (exchange.accounts.has(index))
      operations.push(put(tables.account, [index], cloneAccount(readAccount(exchange, index))));
  for (const name of touched.orders) {
    const order = readOrder(exchange, name);
    const key = [name.account, name.slot];
    operations.push(order === undefined ? del(tables.order, key) : put(tables.order, key, order));
  }
  return operations;
}

export interface StateRows {
  readonly accounts: Map<number, Account>;
  readonly markets: Market[];
  readonly machine: Machine;
}

export async function loadState(database: Database): Promise<StateRows> {
  const accounts = new Map<number, Account>();
  for (const { key, value } of await database.list(tables.account)) accounts.set(numbersOf(key)[0]!, value);
  for (const { key, value } of await database.list(tables.order)) {
    const [account, slot] = numbersOf(key) as [number, number];
    const owner = accounts.get(account);
    if (owner === undefined) throw new StoreError("missingValue", `the owner of ${key}`);
    owner.orders.set(slot, value);
  }
  const markets = (await database.list(tables.market)).map(({ value }) => value);
  return { accounts, markets, machine: await database.demand(tables.machine, 0) };
}

/** An exchange over loaded rows, with its book index built from the linked lists. */
export function exchangeOf(rows: StateRows): Exchange {
  try {
    const index = LiveIndex.fromState(rows.markets, ({ account, slot }) =>
      rows.accounts.get(account)?.orders.get(slot),
    );
    return { ...rows, index };
  } catch (error) {
    throw new StoreError("rootMismatch", `the book does not hang together: ${String(error)}`, {
      cause: error,
    });
  }
}
