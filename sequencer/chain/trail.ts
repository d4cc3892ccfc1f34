/**
 * The last blocks that were looked at, from the final one to the head. A reorganisation shows as a block whose hash
 * is no longer the stored one; the fork point is the newest that still is.
 */
export interface BlockMark {
  readonly number: number;
  readonly hash: string;
}

/** A block as the chain has it now, with its parent's hash. */
export interface LinkedBlock extends BlockMark {
  readonly parentHash: string;
}

/**
 * Newest mark that the chain still has; undefined when it has another block in the place of even the oldest. Throws when
 * it has none there: an endpoint that began anew from an older state, or catches up, may come to the same block again.
 */
export async function findFork(
  trail: readonly BlockMark[],
  hashAt: (number: number) => Promise<string | undefined>,
): Promise<BlockMark | undefined> {
  let hash: string | undefined;
  for (const mark of trail.toReversed()) {
    hash = await hashAt(mark.number);
    if (hash === mark.hash) return mark;
  }
  if (hash === undefined) throw new Error(`the endpoint has no block ${trail[0]!.number} any more`);
  return undefined;
}

/**
 * The trail after new blocks were read on top of the fork point; undefined when they do not hang together, because
 * the chain moved while they were read. Keeps what is not deeper than `depth` below the newest.
 */
export function extendTrail(
  trail: readonly BlockMark[],
  fork: BlockMark,
  blocks: readonly LinkedBlock[],
  depth: number,
): BlockMark[] | undefined {
  const kept = trail.filter(({ number }) => number <= fork.number);
  for (const { number, hash, parentHash } of blocks) {
    const last = kept.at(-1)!;
    if (number <= last.number || (number === last.number + 1 && parentHash !== last.hash)) return undefined;
    kept.push({ number, hash });
  }
  const oldest = kept.at(-1)!.number - depth;
  return kept.filter((mark, i) => mark.number >= oldest || i === kept.length - 1);
}
