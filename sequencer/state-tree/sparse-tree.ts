/** A 4-ary Merkle tree in which only what differs from the empty tree is stored. */
export const ARITY = 4;

export type NodeHash = (children: readonly bigint[]) => bigint;

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
    let touched = new Set<number>();
    for (const [index, leaf] of leaves) {
      if (this.node(0, index) === leaf) continue;
      this.set(0, index, leaf);
      touched.add(Math.floor(index / ARITY));
    }
    for (let level = 1; level <= this.depth; level++) {
      const parents = new Set<number>();
      for (const index of touched) {
        this.set(level, index, this.hashNode(this.children(level, index)));
        parents.add(Math.floor(index / ARITY));
      }
      touched = parents;
    }
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

  private set(level: number, index: number, hash: bigint): void {
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
