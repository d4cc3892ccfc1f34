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
import type { Hash } from "./poseidon.ts";
import { emptyHashes, type NodeHash, type Path, SparseTree } from "./sparse-tree.ts";

/** Compile-time sizes of a circuit and of the trees it opens. */
export interface Dimensions {
  readonly accountDepth: number;
  readonly orderDepth: number;
  readonly markets: number;
}

/** 2^20 accounts, 256 orders each, 8 markets. */
export const FULL_DIMENSIONS: Dimensions = { accountDepth: 10, orderDepth: 4, markets: 8 };

interface Hashed {
  readonly inputs: readonly bigint[];
  readonly hash: bigint;
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

  ordersRoot(account: number): bigint {
    return this.orders.get(account)?.root ?? this.emptyOrders.at(-1)!;
  }

  accountPath = (account: number): Path => this.accounts.path(account);

  orderPath = ({ account, slot }: OrderName): Path => this.ordersOf(account).path(slot);

  /** Takes over the present values of the touched accounts and orders. */
  update(exchange: Exchange, accounts: Iterable<number>, orders: Iterable<OrderName>): void {
    const touched = new Set(accounts);
    const leavesByAccount = new Map<number, Map<number, bigint>>();
    for (const { account, slot } of orders) {
      touched.add(account);
      let leaves = leavesByAccount.get(account);
      if (leaves === undefined) {
        leaves = new Map();
        leavesByAccount.set(account, leaves);
      }
      leaves.set(slot, orderLeaf(readAccount(exchange, account).orders.get(slot)));
    }
    for (const [account, leaves] of leavesByAccount) this.ordersOf(account).update(leaves);
    const accountLeaves = new Map<number, bigint>();
    for (const account of touched) accountLeaves.set(account, this.leafOf(exchange, account));
    this.accounts.update(accountLeaves);
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
        const kept = this.hashed("market", marketInputs(market), this.markets[m]);
        this.markets[m] = kept;
        return kept.hash;
      }),
    );

  machineHash = (machine: Machine): bigint => this.hash("machine", machineInputs(machine));

  accountLeaf(account: Account, ordersRoot: bigint): bigint {
    const positions = this.hash("positions", positionsInputs(account));
    return this.hash("account", accountInputs(account, ordersRoot, positions));
  }

  /** The same from the live state, with the hash of the positions kept. */
  private leafOf(exchange: Exchange, index: number): bigint {
    const account = readAccount(exchange, index);
    const positions = this.hashed("positions", positionsInputs(account), this.positions.get(index));
    this.positions.set(index, positions);
    return this.hash("account", accountInputs(account, this.ordersRoot(index), positions.hash));
  }

  private hashed(kind: "positions" | "market", inputs: readonly bigint[], kept: Hashed | undefined): Hashed {
    if (kept?.inputs.every((input, i) => input === inputs[i])) return kept;
    return { inputs, hash: this.hash(kind, inputs) };
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
