/**
 * Brings back the state after a stop of any kind, and believes none of it unseen:
 *
 *   1. load the state as of the last block, and the batch under construction with its pre-images;
 *   2. put the pre-images back: that is the state at the last cut; its recomputed root must be the stored one;
 *   3. run the open batch's steps again from there: that must give exactly the loaded state.
 *
 * So a changed balance, order, register or log word shows, whichever row it is in.
 */

import { cloneAccount, cloneMachine, cloneMarkets, cloneOrder } from "../batch/clone.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import { apply } from "../exchange/apply.ts";
import { decide } from "../exchange/decide.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { type Account, emptyAccount } from "../exchange/state.ts";
import { Outcome, outcomeOf } from "../exchange/word.ts";
import type { StateTree } from "../state-tree/state-tree.ts";
import type { Database } from "./database.ts";
import { loadOpenBatch } from "./open-batch-operations.ts";
import { type Put, payloadOf, put } from "./space.ts";
import { exchangeOf, loadState, type StateRows } from "./state-operations.ts";
import { StoreError } from "./store-error.ts";
import { FORMAT_VERSION, type Format, type Progress, tables } from "./tables.ts";

export interface Recovered {
  readonly exchange: Exchange;
  readonly open: OpenBatch;
  readonly progress: Progress;
}

/** Undefined when the database is new. `tree` is empty before and as of the last cut afterwards. */
export async function recover(
  database: Database,
  tree: StateTree,
  genesisRoot: bigint,
): Promise<Recovered | undefined> {
  const format = await database.get(tables.format, 0);
  if (format === undefined) return undefined;
  checkFormat(format, expectedFormat(tree, genesisRoot));
  const progress = await database.demand(tables.progress, 0);
  const open = await loadOpenBatch(database, progress);
  const rows = await loadState(database);
  const exchange = exchangeOf(stateBefore(rows, open));
  tree.rebuild(exchange);
  const root = tree.stateRoot(exchange);
  if (root !== open.preRoot)
    throw new StoreError(
      "rootMismatch",
      `the state before batch ${open.number} hashes to ${root}, not ${open.preRoot}`,
    );
  replay(exchange, open);
  const difference = firstDifference(exchange, rows);
  if (difference !== undefined)
    throw new StoreError("replayMismatch", `the steps of batch ${open.number} do not lead to ${difference}`);
  return { exchange, open, progress };
}

export const expectedFormat = (tree: StateTree, genesisRoot: bigint): Format => ({
  version: FORMAT_VERSION,
  genesisRoot,
  accountDepth: tree.dimensions.accountDepth,
  orderDepth: tree.dimensions.orderDepth,
});

function checkFormat(found: Format, wanted: Format): void {
  if (found.version !== wanted.version)
    throw new StoreError(
      "unknownFormat",
      `the database has format ${found.version}, this program ${wanted.version}`,
    );
  if (found.genesisRoot !== wanted.genesisRoot || found.accountDepth !== wanted.accountDepth)
    throw new StoreError(
      "wrongGenesis",
      `the database begins at root ${found.genesisRoot}, not ${wanted.genesisRoot}`,
    );
}

/** The state at the last cut: everything that the open batch touched, as its pre-images have it. */
function stateBefore(rows: StateRows, open: OpenBatch): StateRows {
  const accounts = new Map<number, Account>();
  for (const [index, account] of rows.accounts) {
    const copy = cloneAccount(account);
    for (const [slot, order] of account.orders) copy.orders.set(slot, cloneOrder(order));
    accounts.set(index, copy);
  }
  for (const [index, { account, slots }] of open.opened) {
    const restored = cloneAccount(account);
    for (const [slot, order] of accounts.get(index)?.orders ?? []) restored.orders.set(slot, order);
    for (const slot of slots) {
      const order = account.orders.get(slot);
      if (order === undefined) restored.orders.delete(slot);
      else restored.orders.set(slot, cloneOrder(order));
    }
    accounts.set(index, restored);
  }
  return { accounts, markets: cloneMarkets(open.markets), machine: cloneMachine(open.machine) };
}

function replay(exchange: Exchange, open: OpenBatch): void {
  open.steps.forEach(({ word }, i) => {
    const authentic = outcomeOf(word) !== Outcome.dropped;
    const step = decide(exchange, word === 0n ? undefined : word, authentic);
    const consumed = step.word === 0n ? 0n : word;
    if (consumed !== word || step.outcome !== outcomeOf(word))
      throw new StoreError("replayMismatch", `step ${i} of batch ${open.number} comes out differently`);
    apply(exchange, step);
  });
}

/** Compares by what would be stored. Accounts that nothing was ever written to may exist on one side only. */
function firstDifference(exchange: Exchange, rows: StateRows): string | undefined {
  const left = stateBytes(exchange);
  const right = stateBytes(rows);
  for (const [key, json] of left) if (right.get(key) !== json) return key;
  for (const key of right.keys()) if (!left.has(key)) return key;
  return undefined;
}

function stateBytes(rows: StateRows): Map<string, string> {
  const found = new Map<string, string>();
  const add = (operation: Put): unknown => found.set(operation.key, hexOf(operation.payload));
  add(put(tables.machine, [0], rows.machine));
  rows.markets.forEach((market, m) => {
    add(put(tables.market, [m], market));
  });
  const blank = hexOf(payloadOf(tables.account, emptyAccount(rows.markets.length)));
  for (const [index, account] of rows.accounts) {
    const row = put(tables.account, [index], cloneAccount(account));
    if (hexOf(row.payload) !== blank) add(row);
    for (const [slot, order] of account.orders) add(put(tables.order, [index, slot], order));
  }
  return found;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
