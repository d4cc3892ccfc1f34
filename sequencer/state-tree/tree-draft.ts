/**
 * Changes to a tree that are not made yet: what is hashed may still be a promise (hasher.ts). Updates build on one another, so
 * many batches are hashed as one plan.
 */
import { ARITY, type NodeHash, type SparseTree } from "./sparse-tree.ts";

/** A path whose nodes may be promises. */
export type DraftPath<T> = (bigint | T)[][];

export class TreeDraft<T> {
  private readonly tree: SparseTree;
  private readonly hashNode: NodeHash<T>;
  /** By level: what differs from the tree. */
  private readonly levels: Map<number, bigint | T>[];

  constructor(tree: SparseTree, hashNode: NodeHash<T>) {
    this.tree = tree;
    this.hashNode = hashNode;
    this.levels = Array.from({ length: tree.depth + 1 }, () => new Map());
  }

  node(level: number, index: number): bigint | T {
    return this.levels[level]!.get(index) ?? this.tree.node(level, index);
  }

  get root(): bigint | T {
    return this.node(this.tree.depth, 0);
  }

  /** Sets leaves and hashes every touched node once; nothing where they are as they were. */
  update(leaves: Iterable<readonly [index: number, hash: bigint | T]>): void {
    let touched = new Set<number>();
    for (const [index, hash] of leaves) {
      if (this.node(0, index) === hash) continue;
      this.levels[0]!.set(index, hash);
      touched.add(index);
    }
    for (let level = 1; level <= this.tree.depth; level++) {
      const parents = new Set<number>();
      for (const index of touched) parents.add(Math.floor(index / ARITY));
      for (const parent of parents)
        this.levels[level]!.set(parent, this.hashNode(this.children(level, parent)));
      touched = parents;
    }
  }

  path(index: number): DraftPath<T> {
    const rows: DraftPath<T> = [];
    for (let level = 1; level <= this.tree.depth; level++) {
      index = Math.floor(index / ARITY);
      rows.push(this.children(level, index));
    }
    return rows;
  }

  /** Makes all changes; every hash is a number by now. */
  make(numberOf: (hash: bigint | T) => bigint): void {
    this.levels.forEach((nodes, level) => {
      for (const [index, hash] of nodes) this.tree.set(level, index, numberOf(hash));
    });
  }

  private children(level: number, index: number): (bigint | T)[] {
    const first = index * ARITY;
    return [
      this.node(level - 1, first),
      this.node(level - 1, first + 1),
      this.node(level - 1, first + 2),
      this.node(level - 1, first + 3),
    ];
  }
}
