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
import { HASH_BYTES, ShortSha256 } from "./short-sha256.ts";

/**
 * 2^18 turns: with 4 validators a million views, 14 hours at 20 views a second; making the tree takes half a second.
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
  private readonly hasher = new ShortSha256();
  /** Levels above the subtrees, the subtrees' roots first. */
  private readonly high: readonly Level[];
  private recent: { readonly number: number; readonly levels: readonly Level[] } | null = null;

  constructor(secret: Uint8Array, depth = REVEAL_DEPTH) {
    this.secret = secret;
    this.depth = depth;
    this.lowDepth = Math.min(depth, 9);
    const roots = levelOf(2 ** (depth - this.lowDepth));
    for (let i = 0; i < sizeOf(roots); i++) roots.set(this.subtree(i).at(-1)!, i * HASH_BYTES);
    this.high = this.levelsOver(roots);
    this.commitment = hashOf(this.high.at(-1)!);
  }

  /** What is revealed in a turn; null when the values are used up. */
  reveal(turn: number): Reveal | null {
    if (turn >= 2 ** this.depth) return null;
    const number = Math.floor(turn / 2 ** this.lowDepth);
    if (this.recent?.number !== number) this.recent = { number, levels: this.subtree(number) };
    const path = [...siblings(this.recent.levels, turn % 2 ** this.lowDepth), ...siblings(this.high, number)];
    const value = levelOf(1);
    this.writeValue(turn, value, 0);
    return { value: hashOf(value), path: path.map(hashOf) };
  }

  private writeValue(turn: number, into: Level, place: number): void {
    const { secret } = this;
    this.hasher.hashInto(into, place, VALUE_LABEL.length + secret.length + 4, (message, view) => {
      message.set(VALUE_LABEL);
      message.set(secret, VALUE_LABEL.length);
      view.setUint32(VALUE_LABEL.length + secret.length, turn);
    });
  }

  private subtree(number: number): Level[] {
    const leaves = levelOf(2 ** this.lowDepth);
    const first = number * sizeOf(leaves);
    const value = levelOf(1);
    for (let i = 0; i < sizeOf(leaves); i++) {
      this.writeValue(first + i, value, 0);
      this.hasher.hashInto(leaves, i, LEAF.length + HASH_BYTES, (message) => {
        message.set(LEAF);
        message.set(value, LEAF.length);
      });
    }
    return this.levelsOver(leaves);
  }

  private levelsOver(leaves: Level): Level[] {
    const levels = [leaves];
    for (let below = leaves; sizeOf(below) > 1; ) {
      const level = levelOf(sizeOf(below) / 2);
      for (let i = 0; i < sizeOf(level); i++)
        this.hasher.hashInto(level, i, NODE.length + 2 * HASH_BYTES, (message) => {
          message.set(NODE);
          message.set(below.subarray(2 * i * HASH_BYTES, 2 * (i + 1) * HASH_BYTES), NODE.length);
        });
      levels.push(level);
      below = level;
    }
    return levels;
  }
}

/** Hashes of one level of a tree, one after the other. */
type Level = Uint8Array;

const levelOf = (hashes: number): Level => new Uint8Array(hashes * HASH_BYTES);
const sizeOf = (level: Level): number => level.length / HASH_BYTES;

const siblings = (levels: readonly Level[], position: number): Uint8Array[] =>
  levels.slice(0, -1).map((level, height) => {
    const at = (Math.floor(position / 2 ** height) ^ 1) * HASH_BYTES;
    return level.subarray(at, at + HASH_BYTES);
  });
