/**
 * A job as it is stored. Paths of neighbours are the same near the root, and most siblings in a tree of orders are empty: each
 * node is kept once, and paths are places in that list. A third of the size, of which every request pays its share.
 */
import { type Json, MalformedValue } from "../batch/codec.ts";
import type { BatchJob } from "../batch/job.ts";
import { decodeJob, encodeJob } from "../batch/job-codec.ts";
import { ARITY, type Path } from "../state-tree/sparse-tree.ts";

/** Of every opened account its path, then the paths of its orders, as places in `nodes`. */
interface StoredJob {
  readonly job: Json;
  readonly nodes: readonly string[];
  readonly paths: readonly number[];
}

export function encodeStoredJob(job: BatchJob): Json {
  const places = new Map<bigint, number>();
  const paths: number[] = [];
  const note = (path: Path): void => {
    for (const row of path)
      for (const node of row) {
        const place = places.get(node) ?? places.size;
        places.set(node, place);
        paths.push(place);
      }
  };
  const opened = job.opened.map((entry) => {
    note(entry.path);
    for (const { path } of entry.orders) note(path);
    return { ...entry, path: [], orders: entry.orders.map(({ slot }) => ({ slot, path: [] })) };
  });
  return { job: encodeJob({ ...job, opened }), nodes: Array.from(places.keys(), String), paths };
}

/** Puts the paths back; what comes out is checked as every job is. */
export function decodeStoredJob(json: unknown, at: string): BatchJob {
  if (!isStoredJob(json)) throw new MalformedValue("notAnObject", at);
  const { job, nodes, paths } = json;
  const { dimensions, opened } = job as unknown as OpenShape;
  let next = 0;
  const take = (depth: number): (string | undefined)[][] =>
    Array.from({ length: depth }, () => Array.from({ length: ARITY }, () => nodes[paths[next++]!]));
  const whole = opened.map((entry) => ({
    ...entry,
    path: take(dimensions.accountDepth),
    orders: entry.orders.map(({ slot }) => ({ slot, path: take(dimensions.orderDepth) })),
  }));
  if (next !== paths.length) throw new MalformedValue("wrongLength", `${at}.paths`);
  return decodeJob({ ...(job as object), opened: whole });
}

/** As much of a job's JSON as has to be there to put paths into it. */
interface OpenShape {
  readonly dimensions: { readonly accountDepth: number; readonly orderDepth: number };
  readonly opened: readonly { readonly orders: readonly { readonly slot: number }[] }[];
}

/** The row has passed its checksum: this tells of another program's row, not of a hostile one. */
function isStoredJob(json: unknown): json is StoredJob {
  const { job, nodes, paths } = (json ?? {}) as Partial<StoredJob>;
  const { dimensions, opened } = (job ?? {}) as Partial<OpenShape>;
  const lists: unknown[] = [nodes, paths, opened];
  return (
    lists.every(Array.isArray) && dimensions !== undefined && opened!.every((e) => Array.isArray(e.orders))
  );
}
