/** Copies of state that later steps cannot change. */
import type { Account, Machine, Market, Order } from "../exchange/state.ts";

/** The account without its orders. Used nonces are replaced, never changed, so they may be shared. */
export const cloneAccount = (account: Account): Account => ({
  ...account,
  sizes: [...account.sizes],
  fundings: [...account.fundings],
  orders: new Map(),
});

/** Links and takers are replaced, never changed, so they may be shared. */
export const cloneOrder = (order: Order): Order => ({ ...order });
export const cloneMarkets = (markets: readonly Market[]): Market[] =>
  markets.map((market) => ({ ...market }));
export const cloneMachine = (machine: Machine): Machine => ({ ...machine });
