/**
 * Sealing a cut batch: paths from the tree as it was, the tree moved on, root, header, commitment and job. Works on
 * copies that were made at the cut, so the exchange may be further by now; batches are sealed in their order.
 */
import { orderLeaf } from "../exchange/encode.ts";
import { type Exchange, readAccount } from "../exchange/exchange.ts";
import type { Hasher } from "../state-tree/hasher.ts";
import type { StateAfter, StateTree } from "../state-tree/state-tree.ts";
import type { StoredBatch } from "../store/settlement.ts";
import { cloneAccount } from "./clone.ts";
import { spongeCommitment } from "./commitment.ts";
import { type BatchHeader, headerWords } from "./header.ts";
import type { BatchJob, OpenedAccount } from "./job.ts";
import type { OpenBatch } from "./open-batch.ts";

/** A batch whose steps are complete and whose roots are not known. */
export interface CutBatch {
  readonly open: OpenBatch;
  /** Its state before is the state after this one. */
  readonly next: OpenBatch;
  readonly header: Omit<BatchHeader, "preRoot" | "postRoot">;
  readonly after: StateAfter;
}

export interface Cut {
  readonly batch: StoredBatch;
  readonly job: BatchJob;
}

/** What the opened accounts and orders are now. */
export function stateAfter(exchange: Exchange, open: OpenBatch, next: OpenBatch): StateAfter {
  const accounts = new Map(
    [...open.opened].map(([index, { slots }]) => {
      const account = readAccount(exchange, index);
      const leaves = new Map(slots.map((slot) => [slot, orderLeaf(account.orders.get(slot))]));
      return [index, { account: cloneAccount(account), leaves }];
    }),
  );
  return { accounts, markets: next.markets, machine: next.machine };
}

/** Seals one batch. Each hasher that it yields has to be run before it goes on. */
export function* sealing<T, H extends Hasher<T>>(
  { open, next, header: facts, after }: CutBatch,
  tree: StateTree,
  newHasher: () => H,
): Generator<H, Cut, void> {
  if (open.preRoot === null) throw new Error(`batch ${open.number} is sealed before the one before it`);
  const opened = [...open.opened.keys()].map((index) => describe(open, tree, index));
  const { accountsRoot } = tree;
  const stateHasher = newHasher();
  const prepared = tree.prepareState<T>(after, stateHasher.hash);
  yield stateHasher;
  prepared.make((hash) => stateHasher.numberOf(hash));
  next.preRoot = stateHasher.numberOf(prepared.root);
  const header: BatchHeader = { ...facts, preRoot: open.preRoot, postRoot: next.preRoot };

  const stepWords = open.steps.map(({ word }) => word);
  while (stepWords.length < header.steps) stepWords.push(0n);
  const spongeHasher = newHasher();
  const commitment = spongeCommitment<T>(spongeHasher.hash, headerWords(header), stepWords);
  yield spongeHasher;
  return {
    batch: {
      header,
      words: stepWords.filter((word) => word !== 0n),
      commitment: spongeHasher.numberOf(commitment),
      usedSteps: open.steps.length,
      fills: open.fills,
    },
    job: {
      dimensions: tree.dimensions,
      header,
      machine: open.machine,
      markets: open.markets,
      accountsRoot,
      opened,
      steps: open.steps,
    },
  };
}

/** An opened account with its paths, from the tree as it was before the batch. */
function describe(open: OpenBatch, tree: StateTree, index: number): OpenedAccount {
  const { account, slots } = open.opened.get(index)!;
  return {
    index,
    account,
    ordersRoot: tree.ordersRoot(index),
    path: tree.accountPath(index),
    orders: slots.map((slot) => ({ slot, path: tree.orderPath({ account: index, slot }) })),
  };
}
