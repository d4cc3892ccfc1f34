/**
 * The state after one batch, and after the next one, and so on, hashed but not made: a block cuts many batches, and all that
 * has to be hashed for them is one plan. What is hashed may be a promise until then (hasher.ts).
 */
import { accountInputs, machineInputs, marketInputs, positionsInputs } from "../exchange/encode.ts";
import type { Account, Machine, Market, OrderName } from "../exchange/state.ts";
import type { HashInto } from "./hasher.ts";
import type { Hashed, StateTrees } from "./state-tree.ts";
import { type DraftPath, TreeDraft } from "./tree-draft.ts";

/** Accounts as a batch leaves them, with the leaves of those of their orders that it opened, by slot. */
export type TouchedAccounts = Map<
  number,
  { readonly account: Account; readonly leaves: Map<number, bigint> }
>;

/** The whole state as a batch leaves it, of which only what was touched is given. */
export interface StateAfter {
  readonly accounts: TouchedAccounts;
  readonly markets: readonly Market[];
  readonly machine: Machine;
}

export class StateDraft<T> {
  private readonly trees: StateTrees;
  private readonly hash: HashInto<T>;
  private readonly accounts: TreeDraft<T>;
  private readonly orders = new Map<number, TreeDraft<T>>();
  private readonly positions = new Map<number, Hashed<bigint | T>>();
  private readonly markets: Hashed<bigint | T>[];

  constructor(trees: StateTrees, hash: HashInto<T>) {
    this.trees = trees;
    this.hash = hash;
    this.accounts = new TreeDraft(trees.accounts, (children) => hash("accountNode", children));
    this.markets = [...trees.markets];
  }

  get accountsRoot(): bigint | T {
    return this.accounts.root;
  }

  accountPath = (account: number): DraftPath<T> => this.accounts.path(account);

  ordersRoot = (account: number): bigint | T => this.ordersOf(account).root;

  orderPath = ({ account, slot }: OrderName): DraftPath<T> => this.ordersOf(account).path(slot);

  /** Moves on to the state after a batch; its root. */
  advance({ accounts, markets, machine }: StateAfter): T {
    this.update(accounts);
    const marketHashes = markets.map((market, m) => {
      const own = hashedWith(this.hash, "market", marketInputs(market), this.markets[m]);
      this.markets[m] = own;
      return own.hash;
    });
    const machineHash = this.hash("machine", machineInputs(machine));
    return this.hash("state", [this.accountsRoot, this.hash("markets", marketHashes), machineHash]);
  }

  /** Takes over accounts and orders. */
  update(accounts: TouchedAccounts): void {
    const leaves = new Map<number, bigint | T>();
    for (const [index, { account, leaves: orderLeaves }] of accounts) {
      const orders = this.ordersOf(index);
      orders.update(orderLeaves);
      leaves.set(index, this.leafOf(index, account, orders.root));
    }
    this.accounts.update(leaves);
  }

  /** Makes all that was drafted; every hash is a number by now. */
  make(numberOf: (hash: T) => bigint): void {
    const known = (hash: bigint | T): bigint => (typeof hash === "bigint" ? hash : numberOf(hash));
    const { trees } = this;
    for (const orders of this.orders.values()) orders.make(known);
    for (const [index, { inputs, hash }] of this.positions)
      trees.positions.set(index, { inputs, hash: known(hash) });
    this.accounts.make(known);
    this.markets.forEach(({ inputs, hash }, m) => {
      trees.markets[m] = { inputs, hash: known(hash) };
    });
  }

  private leafOf(index: number, account: Account, ordersRoot: bigint | T): bigint | T {
    const kept = this.positions.get(index) ?? this.trees.positions.get(index);
    const own = hashedWith<T>(this.hash, "positions", positionsInputs(account), kept);
    if (own !== kept) this.positions.set(index, own);
    const inputs: (bigint | T)[] = [...accountInputs(account, 0n, 0n).slice(0, -2), ordersRoot, own.hash];
    // Account 0 is opened by every batch and always empty.
    const { emptyLeaf } = this.trees;
    return isSame(inputs, emptyLeaf.inputs) ? emptyLeaf.hash : this.hash("account", inputs);
  }

  private ordersOf(account: number): TreeDraft<T> {
    let draft = this.orders.get(account);
    if (draft === undefined) {
      draft = new TreeDraft(this.trees.ordersOf(account), (children) => this.hash("orderNode", children));
      this.orders.set(account, draft);
    }
    return draft;
  }
}

const isSame = (inputs: readonly unknown[], others: readonly unknown[]): boolean =>
  inputs.every((input, i) => input === others[i]);

/** A hash under a kind, or the one that was kept if it was made from the same. */
export function hashedWith<T>(
  hash: HashInto<T>,
  kind: "positions" | "market",
  inputs: readonly bigint[],
  kept: Hashed<bigint | T> | undefined,
): Hashed<bigint | T> {
  if (kept !== undefined && isSame(inputs, kept.inputs)) return kept;
  return { inputs, hash: hash(kind, inputs) };
}
