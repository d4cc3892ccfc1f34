/** A 4-ary Merkle tree in which only what differs from the empty tree is stored. */
import { TreeDraft } from "./tree-draft.ts";

export const ARITY = 4;

/** Hashes four children, to a number or to the promise of one (hasher.ts). */
export type NodeHash<T = bigint> = (children: readonly (bigint | T)[]) => T;

/** The four children met on the way up from a leaf, one row per level, leaf level first. */
export type Path = bigint[][];

export class SparseTree {
  readonly depth: number;
  private readonly hashNode: NodeHash;
  /** levels[0] are leaves, levels[depth] the root. */
  private readonly levels: Map<number, bigint>[];
  private readonly empty: bigint[];

  /** `empty` are the hashes of empty subtrees by level, see `emptyHashes`. */
  constructor(depth: number, hashNode: NodeHash, empty: bigint[]) {
    this.depth = depth;
    this.hashNode = hashNode;
    this.empty = empty;
    this.levels = Array.from({ length: depth + 1 }, () => new Map());
  }

  node(level: number, index: number): bigint {
    return this.levels[level]!.get(index) ?? this.empty[level]!;
  }

  get root(): bigint {
    return this.node(this.depth, 0);
  }

  /** Sets leaves and hashes every touched node once. */
  update(leaves: ReadonlyMap<number, bigint>): void {
    const draft = new TreeDraft<bigint>(this, this.hashNode);
    draft.update(leaves);
    draft.make((hash) => hash);
  }

  /** The root over these nodes of a level, all others empty. Stores nothing. */
  rootOver(level: number, nodes: readonly bigint[]): bigint {
    let row = nodes;
    for (let at = level; at < this.depth; at++) {
      const below = row;
      const child = (index: number): bigint => below[index] ?? this.empty[at]!;
      row = Array.from({ length: Math.ceil(below.length / ARITY) }, (_, parent) =>
        this.hashNode([0, 1, 2, 3].map((i) => child(parent * ARITY + i))),
      );
    }
    return row[0] ?? this.empty[this.depth]!;
  }

  path(index: number): Path {
    const rows: Path = [];
    for (let level = 1; level <= this.depth; level++) {
      index = Math.floor(index / ARITY);
      rows.push(this.children(level, index));
    }
    return rows;
  }

  /** Puts a path in as known nodes, for a tree of which only some leaves are known. Hashes nothing. */
  graft(index: number, path: Path, root: bigint): void {
    path.forEach((row, level) => {
      index = Math.floor(index / ARITY);
      row.forEach((child, i) => {
        this.set(level, index * ARITY + i, child);
      });
    });
    this.set(this.depth, 0, root);
  }

  private children(level: number, index: number): bigint[] {
    return [0, 1, 2, 3].map((i) => this.node(level - 1, index * ARITY + i));
  }

  set(level: number, index: number, hash: bigint): void {
    if (hash === this.empty[level]) this.levels[level]!.delete(index);
    else this.levels[level]!.set(index, hash);
  }
}

/** Hashes of empty subtrees: level 0 is the empty leaf. */
export function emptyHashes(depth: number, leaf: bigint, hashNode: NodeHash): bigint[] {
  const hashes = [leaf];
  for (let level = 0; level < depth; level++) {
    const child = hashes[level]!;
    hashes.push(hashNode([child, child, child, child]));
  }
  return hashes;
}
