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
import { emptyHashes, type NodeChange, type NodeHash, type Path, SparseTree } from "./sparse-tree.ts";

/** Compile-time sizes of a circuit and of the trees it opens. */
export interface Dimensions {
  readonly accountDepth: number;
  readonly orderDepth: number;
  readonly markets: number;
}

/** 2^20 accounts, 256 orders each, 8 markets. */
export const FULL_DIMENSIONS: Dimensions = { accountDepth: 10, orderDepth: 4, markets: 8 };

interface Hashed<T = bigint> {
  readonly inputs: readonly bigint[];
  readonly hash: T;
}

/** Accounts and orders as an update leaves them. */
export interface TouchedState {
  /** By account; leaves of its orders by slot. */
  readonly accounts: ReadonlyMap<number, { readonly account: Account; readonly leaves: Map<number, bigint> }>;
}

/** The whole state as a batch leaves it, of which only what was touched is given. */
export interface StateAfter extends TouchedState {
  readonly markets: readonly Market[];
  readonly machine: Machine;
}

/** Values of hashes, once they are known. */
type NumberOf<T> = (hash: T) => bigint;

/** An update that is hashed but not made yet. */
interface Prepared<T> {
  readonly accountsRoot: bigint | T;
  /** Makes it; `numberOf` knows every hash by now. */
  make(numberOf: NumberOf<T>): void;
}

export class StateTree {
  readonly dimensions: Dimensions;
  private readonly hash: Hash;
  private readonly accounts: SparseTree;
  private readonly orders = new Map<number, SparseTree>();
  private readonly orderNode: NodeHash;
  private readonly emptyOrders: bigint[];
  /** Most steps move no position and touch one market: their hashes are kept with what they were made from. */
  private readonly positions = new Map<number, Hashed>();
  private readonly markets: Hashed[] = [];

  constructor(dimensions: Dimensions, hash: Hash) {
    this.dimensions = dimensions;
    this.hash = hash;
    const accountNode: NodeHash = (children) => hash("accountNode", children);
    this.orderNode = (children) => hash("orderNode", children);
    this.emptyOrders = emptyHashes(dimensions.orderDepth, 0n, this.orderNode);
    const emptyLeaf = this.accountLeaf(emptyAccount(dimensions.markets), this.emptyOrders.at(-1)!);
    const empty = emptyHashes(dimensions.accountDepth, emptyLeaf, accountNode);
    this.accounts = new SparseTree(dimensions.accountDepth, accountNode, empty);
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

  /** Takes over the present values of the touched accounts and orders. */
  update(
    exchange: Pick<Exchange, "accounts" | "markets">,
    accounts: Iterable<number>,
    orders: Iterable<OrderName>,
  ): void {
    const touched: Map<number, { account: Account; leaves: Map<number, bigint> }> = new Map();
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
    this.prepare({ accounts: touched }, this.hash).make((hash) => hash);
  }

  /** Hashes the state after a batch, nothing of it made yet: that is for `make`. */
  prepareState<T>(after: StateAfter, hash: HashInto<T>): Prepared<T> & { readonly root: T } {
    const prepared = this.prepare(after, hash);
    const markets = after.markets.map((market, m) =>
      hashedWith(hash, "market", marketInputs(market), this.markets[m]),
    );
    const marketsHash = hash(
      "markets",
      markets.map((market) => market.hash),
    );
    const root = hash("state", [
      prepared.accountsRoot,
      marketsHash,
      hash("machine", machineInputs(after.machine)),
    ]);
    return {
      ...prepared,
      root,
      make: (numberOf) => {
        prepared.make(numberOf);
        markets.forEach((market, m) => {
          this.markets[m] = known(market, numberOf);
        });
      },
    };
  }

  private prepare<T>({ accounts }: TouchedState, hash: HashInto<T>): Prepared<T> {
    const orders = new Map<number, NodeChange<bigint | T>[]>();
    const positions = new Map<number, Hashed<bigint | T>>();
    const leaves = new Map<number, T>();
    for (const [index, { account, leaves: orderLeaves }] of accounts) {
      const changes = this.ordersOf(index).changes<T>(orderLeaves, (children) => hash("orderNode", children));
      orders.set(index, changes);
      const ordersRoot = changes.at(-1)?.hash ?? this.ordersRoot(index);
      const own = hashedWith(hash, "positions", positionsInputs(account), this.positions.get(index));
      positions.set(index, own);
      leaves.set(index, hash("account", accountInputsWith(account, ordersRoot, own.hash)));
    }
    const changes = this.accounts.changes<T>(leaves, (children) => hash("accountNode", children));
    return {
      accountsRoot: changes.at(-1)?.hash ?? this.accounts.root,
      make: (numberOf) => {
        for (const [index, nodes] of orders) this.ordersOf(index).apply(knownNodes(nodes, numberOf));
        for (const [index, own] of positions) this.positions.set(index, known(own, numberOf));
        this.accounts.apply(knownNodes(changes, numberOf));
      },
    };
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

  marketsHash = (markets: readonly Market[]): bigint =>
    this.hash(
      "markets",
      markets.map((market, m) => {
        const kept = hashedWith(this.hash, "market", marketInputs(market), this.markets[m]);
        this.markets[m] = kept;
        return kept.hash;
      }),
    );

  machineHash = (machine: Machine): bigint => this.hash("machine", machineInputs(machine));

  accountLeaf(account: Account, ordersRoot: bigint): bigint {
    const positions = this.hash("positions", positionsInputs(account));
    return this.hash("account", accountInputs(account, ordersRoot, positions));
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

const accountInputsWith = <T>(account: Account, ordersRoot: T, positions: T): (bigint | T)[] => [
  ...accountInputs(account, 0n, 0n).slice(0, -2),
  ordersRoot,
  positions,
];

function hashedWith<T>(
  hash: HashInto<T>,
  kind: "positions" | "market",
  inputs: readonly bigint[],
  kept: Hashed | undefined,
): Hashed<bigint | T> {
  if (kept?.inputs.every((input, i) => input === inputs[i])) return kept;
  return { inputs, hash: hash(kind, inputs) };
}

/** A hash that was kept is a number already, also where numbers are planned. */
const numberWith = <T>(hash: bigint | T, numberOf: NumberOf<T>): bigint =>
  typeof hash === "bigint" ? hash : numberOf(hash as T);

const known = <T>({ inputs, hash }: Hashed<bigint | T>, numberOf: NumberOf<T>): Hashed => ({
  inputs,
  hash: numberWith(hash, numberOf),
});

const knownNodes = <T>(
  changes: readonly NodeChange<bigint | T>[],
  numberOf: NumberOf<T>,
): NodeChange<bigint>[] =>
  changes.map(({ level, index, hash }) => ({ level, index, hash: numberWith(hash, numberOf) }));
