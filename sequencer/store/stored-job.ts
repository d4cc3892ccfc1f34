/**
 * A job as it is stored. Paths of neighbours are the same near the root, and most siblings in a tree of orders are empty: each
 * node is kept once, and paths are places in that list. A third of the size, of which every request pays its share.
 */
import { list, mapped, object, unsigned } from "../batch/codec.ts";
import type { BatchJob, OpenedAccount } from "../batch/job.ts";
import {
  checkShape,
  jobFields,
  MAX_OPENED,
  MAX_PATH_NODES,
  openedIndex,
  openedSlot,
} from "../batch/job-codec.ts";
import { MalformedValue } from "../batch/malformed-value.ts";
import { accountCodec, fieldElement } from "../batch/state-codec.ts";
import { SLOT_BITS } from "../exchange/limits.ts";
import { ARITY, type Path } from "../state-tree/sparse-tree.ts";

/** An opened account without its paths. */
type StoredAccount = Omit<OpenedAccount, "path" | "orders"> & { readonly slots: readonly number[] };

interface StoredJob extends Omit<BatchJob, "opened"> {
  readonly opened: readonly StoredAccount[];
  readonly nodes: readonly bigint[];
  /** Of every opened account its path, then the paths of its orders, as places in `nodes`. */
  readonly paths: readonly number[];
}

const opened = object<StoredAccount>({
  index: openedIndex,
  account: accountCodec,
  ordersRoot: fieldElement,
  slots: list(openedSlot, 0, 2 ** SLOT_BITS),
});

export const storedJobCodec = mapped<BatchJob, StoredJob>(
  object({
    ...jobFields,
    opened: list(opened, 1, MAX_OPENED),
    nodes: list(fieldElement, 0, MAX_PATH_NODES),
    paths: list(unsigned(32), 0, MAX_PATH_NODES),
  }),
  withoutPaths,
  withPaths,
);

function withoutPaths(job: BatchJob): StoredJob {
  const places = new Map<bigint, number>();
  const paths: number[] = [];
  const note = (path: Path): void => {
    for (const row of path)
      for (const node of row) {
        let place = places.get(node);
        if (place === undefined) {
          place = places.size;
          places.set(node, place);
        }
        paths.push(place);
      }
  };
  const stored = job.opened.map(({ index, account, ordersRoot, path, orders }) => {
    note(path);
    for (const order of orders) note(order.path);
    return { index, account, ordersRoot, slots: orders.map(({ slot }) => slot) };
  });
  return { ...job, opened: stored, nodes: [...places.keys()], paths };
}

/** Puts the paths back; what comes out is checked as every job is. */
function withPaths({ nodes, paths, ...rest }: StoredJob, at: string): BatchJob {
  const { accountDepth, orderDepth } = rest.dimensions;
  let next = 0;
  const node = (): bigint => {
    const found = nodes[paths[next++] ?? nodes.length];
    if (found === undefined) throw new MalformedValue("inconsistent", `${at}.paths`);
    return found;
  };
  const path = (depth: number): Path =>
    Array.from({ length: depth }, () => Array.from({ length: ARITY }, node));
  const whole = rest.opened.map(({ index, account, ordersRoot, slots }) => ({
    index,
    account,
    ordersRoot,
    path: path(accountDepth),
    orders: slots.map((slot) => ({ slot, path: path(orderDepth) })),
  }));
  if (next !== paths.length) throw new MalformedValue("wrongLength", `${at}.paths`);
  const job = { ...rest, opened: whole };
  checkShape(job);
  return job;
}
