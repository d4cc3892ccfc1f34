/**
 * Where the order inside a class comes from: a seed that each leader moves on with a value fixed before the epoch.
 *
 *   secret_e   of a validator for epoch e; never leaves it
 *   value_k    = H(secret_e, k), revealed with the validator's k-th turn to lead (turns count from 0)
 *   root       = Merkle root over all value_k; committed before the epoch begins
 *   seed_b     = H(seed of b's parent, value revealed in b)
 *
 * A leader cannot choose its value, only withhold its block, which costs it the block. A trader who picks account
 * numbers cannot know the seed of a block before its leader proposes. The leader itself does: it is the one who picks
 * what the block holds, so the order gives it no power that it lacks otherwise; drawing the order from the next
 * leader's value would take this away too, at the price of executing every block one block later.
 *
 * A signature over the view would be shorter, but ECDSA signatures are not unique: a signer may try many. A chain of
 * hashes would be shorter, too; but checking a validator's first value after a long silence, or after an own restart,
 * would take as many hashes as turns have passed, which a faulty one can make everybody pay again and again. A path
 * of the tree costs the same always.
 */
import { hash } from "node:crypto";
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Hash } from "../consensus/messages.ts";

/**
 * 2^18 turns: with 4 validators a million views, 14 hours at 20 views a second; making the tree takes about a second.
 * Epochs are meant to end sooner. Past it, leaders reveal nothing and the seed can be foreseen, but the chain goes on.
 */
export const REVEAL_DEPTH = 18;

export interface Reveal {
  readonly value: Hash;
  /** Siblings from the leaf up to below the root. */
  readonly path: readonly Hash[];
}

const VALUE_LABEL = utf8ToBytes("Proofbook reveal v1");
const SECRET_LABEL = utf8ToBytes("Proofbook reveal secret v1");
const SEED_LABEL = utf8ToBytes("Proofbook seed v1");
/** Leaves and nodes are hashed apart, or an inner node could be shown as a value. */
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const NOTHING = new Uint8Array(32);

/** In one call: a tree takes 800,000 of them, and making a hash object costs more than hashing. */
const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  hash("sha256", Buffer.concat(parts), "buffer");

export const bytesOf = (hex: Hash): Uint8Array => hexToBytes(hex.slice(2));
export const hashOf = (bytes: Uint8Array): Hash => `0x${Buffer.from(bytes).toString("hex")}`;

/** Made again after a restart from the validator's key alone, so there is nothing to lose. */
export function revealSecret(validatorKey: Uint8Array, epoch: number): Uint8Array {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(epoch));
  return sha256(SECRET_LABEL, validatorKey, number);
}

/** How many turns a validator had before its turn in this view: everybody leads once in n views. */
export const turnOf = (view: number, validators: number): number => Math.floor((view - 1) / validators);

/**
 * Whether a leader reveals what it must. One that committed to nothing, or whose values are used up, reveals nothing:
 * it adds nothing to the seed, and the chain goes on.
 */
export function isDueReveal(
  commitment: Hash | null,
  turn: number,
  reveal: Reveal | null,
  depth = REVEAL_DEPTH,
): boolean {
  if (commitment === null || turn >= 2 ** depth) return reveal === null;
  if (reveal === null || reveal.path.length !== depth) return false;
  let node = sha256(LEAF, bytesOf(reveal.value));
  reveal.path.forEach((sibling, level) => {
    const isRight = Math.floor(turn / 2 ** level) % 2 === 1;
    node = isRight ? sha256(NODE, bytesOf(sibling), node) : sha256(NODE, node, bytesOf(sibling));
  });
  return hashOf(node) === commitment;
}

/** The seed of a block, from that of its parent and what its leader reveals. */
export const seedAfter = (parentSeed: Hash, reveal: Reveal | null): Hash =>
  hashOf(sha256(SEED_LABEL, bytesOf(parentSeed), reveal === null ? NOTHING : bytesOf(reveal.value)));

/**
 * The values of one validator in one epoch. Kept are the roots of subtrees of 512 values and the subtree that is in
 * use: 48 kB; the rest is made again when needed.
 */
export class RevealTree {
  readonly commitment: Hash;
  private readonly secret: Uint8Array;
  private readonly depth: number;
  private readonly lowDepth: number;
  /** Levels above the subtrees, the subtrees' roots first. */
  private readonly high: Uint8Array[][];
  private recent: { readonly number: number; readonly levels: Uint8Array[][] } | null = null;

  constructor(secret: Uint8Array, depth = REVEAL_DEPTH) {
    this.secret = secret;
    this.depth = depth;
    this.lowDepth = Math.min(depth, 9);
    const roots = Array.from({ length: 2 ** (depth - this.lowDepth) }, (_, i) => this.subtree(i).at(-1)![0]!);
    this.high = levelsOver(roots);
    this.commitment = hashOf(this.high.at(-1)![0]!);
  }

  /** What is revealed in a turn; null when the values are used up. */
  reveal(turn: number): Reveal | null {
    if (turn >= 2 ** this.depth) return null;
    const number = Math.floor(turn / 2 ** this.lowDepth);
    if (this.recent?.number !== number) this.recent = { number, levels: this.subtree(number) };
    const path = [...siblings(this.recent.levels, turn % 2 ** this.lowDepth), ...siblings(this.high, number)];
    return { value: hashOf(this.value(turn)), path: path.map(hashOf) };
  }

  private value(turn: number): Uint8Array {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(turn);
    return sha256(VALUE_LABEL, this.secret, number);
  }

  private subtree(number: number): Uint8Array[][] {
    const first = number * 2 ** this.lowDepth;
    return levelsOver(
      Array.from({ length: 2 ** this.lowDepth }, (_, i) => sha256(LEAF, this.value(first + i))),
    );
  }
}

function levelsOver(leaves: Uint8Array[]): Uint8Array[][] {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; levels.push(level))
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      sha256(NODE, level[2 * i]!, level[2 * i + 1]!),
    );
  return levels;
}

const siblings = (levels: Uint8Array[][], position: number): Uint8Array[] =>
  levels.slice(0, -1).map((level, height) => level[Math.floor(position / 2 ** height) ^ 1]!);
