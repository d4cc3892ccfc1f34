/**
 * Sealing cut batches: paths from the tree as it was before each, the tree moved on, roots, headers, commitments and jobs.
 * Works on copies that were made at the cuts, so the exchange may be further by now; batches are sealed in their order.
 *
 * All that is hashed for the states of many batches is one plan, and so are their commitments, which need the roots: twice
 * the kernel is called, however many batches there are.
 */
import { orderLeaf } from "../exchange/encode.ts";
import { type Exchange, readAccount } from "../exchange/exchange.ts";
import type { Hasher } from "../state-tree/hasher.ts";
import type { Path } from "../state-tree/sparse-tree.ts";
import type { StateAfter, StateDraft } from "../state-tree/state-draft.ts";
import type { Dimensions, StateTree } from "../state-tree/state-tree.ts";
import type { DraftPath } from "../state-tree/tree-draft.ts";
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

/** Neighbours together, of at most so many steps or one batch. */
export function* inGroups(cuts: readonly CutBatch[], maxSteps: number): Generator<CutBatch[], void> {
  let group: CutBatch[] = [];
  let steps = 0;
  for (const cut of cuts) {
    const own = cut.open.steps.length;
    if (group.length > 0 && steps + own > maxSteps) {
      yield group;
      group = [];
      steps = 0;
    }
    group.push(cut);
    steps += own;
  }
  if (group.length > 0) yield group;
}

/** What a batch opens, before its first step; the nodes may be promises. */
interface DraftedOpening<T> {
  readonly accountsRoot: bigint | T;
  readonly opened: readonly {
    readonly index: number;
    readonly ordersRoot: bigint | T;
    readonly path: DraftPath<T>;
    readonly orders: readonly { readonly slot: number; readonly path: DraftPath<T> }[];
  }[];
}

/** What a batch commits to, by its own header. */
interface Committed<T> {
  readonly header: BatchHeader;
  readonly commitment: T;
}

/**
 * Batches on their way: drafted when this is made; moved on to when the hasher of states has run; sealed when that of
 * commitments has.
 */
export class Sealing<T> {
  private readonly cuts: readonly CutBatch[];
  private readonly dimensions: Dimensions;
  private readonly states: Hasher<T>;
  private readonly draft: StateDraft<T>;
  private readonly drafted: readonly { readonly opening: DraftedOpening<T>; readonly root: T }[];
  private committed: readonly Committed<T>[] = [];
  private sponges: Hasher<T> | null = null;

  constructor(cuts: readonly CutBatch[], tree: StateTree, states: Hasher<T>) {
    this.cuts = cuts;
    this.dimensions = tree.dimensions;
    this.states = states;
    const draft = tree.draft<T>(states.hash);
    this.draft = draft;
    this.drafted = cuts.map(({ open, after }) => ({
      opening: draftOpening(open, draft),
      root: draft.advance(after),
    }));
  }

  /** Makes the drafted states the tree's: more batches may be drafted. Their commitments are hashed by `sponges`. */
  moveOn(sponges: Hasher<T>): void {
    const { states } = this;
    this.draft.make((hash) => states.numberOf(hash));
    this.committed = this.cuts.map(({ open, next, header: facts }, i) => {
      next.preRoot = states.numberOf(this.drafted[i]!.root);
      if (open.preRoot === null) throw new Error(`batch ${open.number} is sealed before the one before it`);
      const header: BatchHeader = { ...facts, preRoot: open.preRoot, postRoot: next.preRoot };
      const stepWords = open.steps.map(({ word }) => word);
      while (stepWords.length < header.steps) stepWords.push(0n);
      return { header, commitment: spongeCommitment<T>(sponges.hash, headerWords(header), stepWords) };
    });
    this.sponges = sponges;
  }

  sealed(): Cut[] {
    const { states, sponges } = this;
    if (sponges === null) throw new Error("nothing is committed yet");
    const known = (hash: bigint | T): bigint => (typeof hash === "bigint" ? hash : states.numberOf(hash));
    return this.cuts.map(({ open }, i) => {
      const { header, commitment } = this.committed[i]!;
      return {
        batch: {
          header,
          words: open.steps.map(({ word }) => word).filter((word) => word !== 0n),
          commitment: sponges.numberOf(commitment),
          usedSteps: open.steps.length,
          fills: open.fills,
        },
        job: {
          dimensions: this.dimensions,
          header,
          machine: open.machine,
          markets: open.markets,
          ...knownOpening(open, this.drafted[i]!.opening, known),
          steps: open.steps,
        },
      };
    });
  }
}

/** The opened accounts with their paths, as they are before the batch. */
function draftOpening<T>({ opened }: OpenBatch, draft: StateDraft<T>): DraftedOpening<T> {
  return {
    accountsRoot: draft.accountsRoot,
    opened: [...opened].map(([index, { slots }]) => ({
      index,
      ordersRoot: draft.ordersRoot(index),
      path: draft.accountPath(index),
      orders: slots.map((slot) => ({ slot, path: draft.orderPath({ account: index, slot }) })),
    })),
  };
}

function knownOpening<T>(
  open: OpenBatch,
  { accountsRoot, opened }: DraftedOpening<T>,
  known: (hash: bigint | T) => bigint,
): { accountsRoot: bigint; opened: OpenedAccount[] } {
  const knownPath = (path: DraftPath<T>): Path => path.map((row) => row.map(known));
  return {
    accountsRoot: known(accountsRoot),
    opened: opened.map(({ index, ordersRoot, path, orders }) => ({
      index,
      account: open.opened.get(index)!.account,
      ordersRoot: known(ordersRoot),
      path: knownPath(path),
      orders: orders.map(({ slot, path: ownPath }) => ({ slot, path: knownPath(ownPath) })),
    })),
  };
}
