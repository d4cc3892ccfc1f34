/** The exchange that `decide` reads and `apply` changes: accounts, markets, registers and the book's index. */
import type { BookIndex } from "./book-index.ts";
import {
  type Account,
  emptyAccount,
  type Genesis,
  genesisMachine,
  genesisMarkets,
  type Machine,
  type Market,
  type Order,
  type OrderName,
  type Seconds,
} from "./state.ts";

export interface Exchange {
  readonly accounts: Map<number, Account>;
  readonly markets: Market[];
  readonly machine: Machine;
  readonly index: BookIndex;
}

export const genesisExchange = (genesis: Genesis, index: BookIndex): Exchange => ({
  accounts: new Map(),
  markets: genesisMarkets(genesis),
  machine: genesisMachine(genesis),
  index,
});

/** The account for reading; one that was never written is the empty account, as in the tree. */
export function readAccount(exchange: Pick<Exchange, "accounts" | "markets">, index: number): Account {
  return exchange.accounts.get(index) ?? emptyAccount(exchange.markets.length);
}

/** The account for writing. */
export function writeAccount(exchange: Exchange, index: number): Account {
  let account = exchange.accounts.get(index);
  if (account === undefined) {
    account = emptyAccount(exchange.markets.length);
    exchange.accounts.set(index, account);
  }
  return account;
}

export const readOrder = (exchange: Exchange, name: OrderName): Order | undefined =>
  exchange.accounts.get(name.account)?.orders.get(name.slot);

/** An order that an invariant says exists: its absence is a bug or a corrupted state, never a refusal. */
export function orderIn(account: Account, name: OrderName): Order {
  const order = account.orders.get(name.slot);
  if (order === undefined) throw new Error(`no order at account ${name.account} slot ${name.slot}`);
  return order;
}

export const liveOrder = (exchange: Exchange, name: OrderName): Order =>
  orderIn(readAccount(exchange, name.account), name);

/** Without a fresh price a market takes on no risk and its positions cover nothing that leaves. */
export const isStale = ({ oracleTime, parameters }: Market, time: Seconds): boolean =>
  time - oracleTime > parameters.maxOracleAge;

/**
 * Whether an account holds a position in a market without a fresh price. What it is worth is not known then: it takes no
 * money out, neither straight nor by losing it to somebody else in another market.
 */
export function holdsStale({ markets, machine }: Exchange, { sizes }: Account): boolean {
  for (let m = 0; m < markets.length; m++)
    if (sizes[m] !== 0 && isStale(markets[m]!, machine.time)) return true;
  return false;
}

export function marketAt(exchange: Exchange, market: number): Market {
  const found = exchange.markets[market];
  if (found === undefined) throw new Error(`no market ${market}`);
  return found;
}
