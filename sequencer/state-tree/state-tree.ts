/**
 * The state's hash: stateRoot = H(accountsRoot, marketsHash, machineHash). Accounts are leaves of one tree; each
 * owns a tree of orders. Touched paths are hashed once per update, not once per change.
 */
import {
  accountInputs,
  machineInputs,
  marketInputs,
  orderLeaf,
  positionsInputs,
} from "../exchange/encode.ts";
import { type Exchange, readAccount } from "../exchange/exchange.ts";
import { type Account, emptyAccount, type Machine, type Market, type OrderName } from "../exchange/state.ts";
import type { HashInto } from "./hasher.ts";
import type { Hash } from "./poseidon.ts";
import { emptyHashes, type NodeHash, type Path, SparseTree } from "./sparse-tree.ts";
import { hashedWith, StateDraft, type TouchedAccounts } from "./state-draft.ts";

/** Compile-time sizes of a circuit and of the trees it opens. */
export interface Dimensions {
  readonly accountDepth: number;
  readonly orderDepth: number;
  readonly markets: number;
}

/** 2^20 accounts, 256 orders each, 8 markets. */
export const FULL_DIMENSIONS: Dimensions = { accountDepth: 10, orderDepth: 4, markets: 8 };

/** A hash with what it was made from. */
export interface Hashed<T = bigint> {
  readonly inputs: readonly bigint[];
  readonly hash: T;
}

/** The parts that a draft changes (state-draft.ts). */
export interface StateTrees {
  readonly accounts: SparseTree;
  ordersOf(account: number): SparseTree;
  /** Most steps move no position and touch one market: their hashes are kept with what they were made from. */
  readonly positions: Map<number, Hashed>;
  readonly markets: Hashed[];
  /** Of the empty account, which is no hash of a draft's. */
  readonly emptyLeaf: Hashed;
}

export class StateTree {
  readonly dimensions: Dimensions;
  private readonly hash: Hash;
  private readonly accounts: SparseTree;
  private readonly orders = new Map<number, SparseTree>();
  private readonly orderNode: NodeHash;
  private readonly emptyOrders: bigint[];
  private readonly trees: StateTrees;

  constructor(dimensions: Dimensions, hash: Hash) {
    this.dimensions = dimensions;
    this.hash = hash;
    const accountNode: NodeHash = (children) => hash("accountNode", children);
    this.orderNode = (children) => hash("orderNode", children);
    this.emptyOrders = emptyHashes(dimensions.orderDepth, 0n, this.orderNode);
    const emptyLeaf = this.emptyLeaf();
    const empty = emptyHashes(dimensions.accountDepth, emptyLeaf.hash, accountNode);
    this.accounts = new SparseTree(dimensions.accountDepth, accountNode, empty);
    const ordersOf = (account: number): SparseTree => this.ordersOf(account);
    this.trees = { accounts: this.accounts, ordersOf, positions: new Map(), markets: [], emptyLeaf };
  }

  get accountsRoot(): bigint {
    return this.accounts.root;
  }

  /** A node of the accounts' tree; level 0 are the leaves. */
  accountNode = (level: number, index: number): bigint => this.accounts.node(level, index);

  /** The accounts' root over these nodes of a level, all others empty. */
  rootOver = (level: number, nodes: readonly bigint[]): bigint => this.accounts.rootOver(level, nodes);

  ordersRoot(account: number): bigint {
    return this.orders.get(account)?.root ?? this.emptyOrders.at(-1)!;
  }

  accountPath = (account: number): Path => this.accounts.path(account);

  orderPath = ({ account, slot }: OrderName): Path => this.ordersOf(account).path(slot);

  /** Changes to come, hashed by `hash`. One draft at a time. */
  draft<T>(hash: HashInto<T>): StateDraft<T> {
    return new StateDraft(this.trees, hash);
  }

  /** Takes over the present values of the touched accounts and orders. */
  update(
    exchange: Pick<Exchange, "accounts" | "markets">,
    accounts: Iterable<number>,
    orders: Iterable<OrderName>,
  ): void {
    const touched: TouchedAccounts = new Map();
    const of = (index: number) => {
      const found = touched.get(index) ?? { account: readAccount(exchange, index), leaves: new Map() };
      touched.set(index, found);
      return found;
    };
    for (const index of accounts) of(index);
    for (const { account: index, slot } of orders) {
      const { account, leaves } = of(index);
      leaves.set(slot, orderLeaf(account.orders.get(slot)));
    }
    const draft = this.draft<bigint>(this.hash);
    draft.update(touched);
    draft.make((hash) => hash);
  }

  /** Takes over everything, for a state that was loaded. */
  rebuild(exchange: Exchange): void {
    const orders = [...exchange.accounts].flatMap(([account, { orders }]) =>
      [...orders.keys()].map((slot) => ({ account, slot })),
    );
    this.update(exchange, exchange.accounts.keys(), orders);
  }

  stateRoot(exchange: Exchange): bigint {
    return this.hash("state", [
      this.accounts.root,
      this.marketsHash(exchange.markets),
      this.machineHash(exchange.machine),
    ]);
  }

  /** Replaces one account and one of its order leaves: a single change of a step, as a circuit makes it. */
  write(name: OrderName, account: Account, leaf: bigint): void {
    this.ordersOf(name.account).update(new Map([[name.slot, leaf]]));
    this.accounts.update(new Map([[name.account, this.accountLeaf(account, this.ordersRoot(name.account))]]));
  }

  /** An order leaf as the tree has it. */
  leafAt = ({ account, slot }: OrderName): bigint => this.ordersOf(account).node(0, slot);

  /** Makes an opened account and order known to a tree of which nothing else is. */
  graft(name: OrderName, orderPath: Path, ordersRoot: bigint, accountPath: Path, accountsRoot: bigint): void {
    this.ordersOf(name.account).graft(name.slot, orderPath, ordersRoot);
    this.accounts.graft(name.account, accountPath, accountsRoot);
  }

  marketsHash = (markets: readonly Market[]): bigint => {
    const kept = this.trees.markets;
    return this.hash(
      "markets",
      markets.map((market, m) => {
        kept[m] = hashedWith(this.hash, "market", marketInputs(market), kept[m]);
        return kept[m].hash;
      }),
    );
  };

  machineHash = (machine: Machine): bigint => this.hash("machine", machineInputs(machine));

  accountLeaf(account: Account, ordersRoot: bigint): bigint {
    const positions = this.hash("positions", positionsInputs(account));
    return this.hash("account", accountInputs(account, ordersRoot, positions));
  }

  private emptyLeaf(): Hashed {
    const account = emptyAccount(this.dimensions.markets);
    const positions = this.hash("positions", positionsInputs(account));
    const inputs = accountInputs(account, this.emptyOrders.at(-1)!, positions);
    return { inputs, hash: this.hash("account", inputs) };
  }

  private ordersOf(account: number): SparseTree {
    let tree = this.orders.get(account);
    if (tree === undefined) {
      tree = new SparseTree(this.dimensions.orderDepth, this.orderNode, this.emptyOrders);
      this.orders.set(account, tree);
    }
    return tree;
  }
}
