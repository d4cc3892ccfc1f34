/**
 * Accounts in groups of the tree: a group is all below one node of a low level, so it is checked by itself against that
 * node's hash, as soon as it is here and whoever sent it. The hashes of all groups make the accounts' root.
 */
import { type Account, emptyAccount, type Market } from "../exchange/state.ts";
import type { Hash } from "../state-tree/poseidon.ts";
import { ARITY } from "../state-tree/sparse-tree.ts";
import { type Dimensions, StateTree } from "../state-tree/state-tree.ts";
import { MAX_GROUP_LEVEL } from "./limits.ts";
import type { AccountGroup } from "./snapshot.ts";

/** The level of a group's node; below the root, also in small trees. */
export const groupLevel = ({ accountDepth }: Dimensions): number =>
  Math.min(MAX_GROUP_LEVEL, accountDepth - 1);

export const groupSize = (dimensions: Dimensions): number => ARITY ** groupLevel(dimensions);

/** Groups that hold the accounts below a number. */
export const groupCount = (dimensions: Dimensions, nextAccount: number): number =>
  Math.ceil(nextAccount / groupSize(dimensions));

/** The root over groups, all others empty. */
export const accountsRootOf = (dimensions: Dimensions, hash: Hash, groups: readonly bigint[]): bigint =>
  new StateTree(dimensions, hash).rootOver(groupLevel(dimensions), groups);

/** An account that the tree does not tell from one that never was. */
export const isBlank = (account: Account): boolean =>
  account.orders.size === 0 && sameShape(account, emptyAccount(account.sizes.length));

function sameShape(account: Account, blank: Account): boolean {
  const text = ({ orders: _, ...rest }: Account): string =>
    JSON.stringify(rest, (_, value) => (typeof value === "bigint" ? String(value) : value));
  return text(account) === text(blank);
}

export interface GroupRules {
  readonly dimensions: Dimensions;
  readonly hash: Hash;
  readonly markets: readonly Market[];
}

/** Whether a group is the one with this hash, in the one form that groups have. */
export function isGroup(
  group: AccountGroup,
  number: number,
  expected: bigint,
  { dimensions, hash, markets }: GroupRules,
): boolean {
  const size = groupSize(dimensions);
  const first = number * size;
  let last = first - 1;
  for (const { index, account } of group) {
    if (index <= last || index >= first + size || isBlank(account)) return false;
    if (account.sizes.length !== dimensions.markets || account.fundings.length !== dimensions.markets)
      return false;
    const slots = [...account.orders.keys()];
    if (slots.some((slot) => slot >= ARITY ** dimensions.orderDepth)) return false;
    if ([...account.orders.values()].some(({ market }) => market >= dimensions.markets)) return false;
    last = index;
  }
  const tree = new StateTree(dimensions, hash);
  const accounts = new Map(group.map(({ index, account }) => [index, account]));
  const orders = group.flatMap(({ index, account }) =>
    [...account.orders.keys()].map((slot) => ({ account: index, slot })),
  );
  tree.update({ accounts, markets: [...markets] }, accounts.keys(), orders);
  return tree.accountNode(groupLevel(dimensions), number) === expected;
}
