/**
 * Where the order inside a class comes from: a seed that each leader moves on with a value that is fixed before anybody
 * can know it.
 *
 *   turn     = (exchange, epoch, view) in which a validator leads
 *   value    = VRF(the validator's key, turn), shown with its proof in the block (vrf.ts)
 *   seed_b   = H(seed of b's parent, value shown in b)
 *
 * What a leader will show is settled when its key is: the set of an epoch names the signers, on L1 sealed for good, and
 * a key has one value for each turn. So nobody has to commit to anything, nobody can leave it out, and who joins cannot
 * choose a key by what others will show, which is known to nobody but them.
 *
 * A leader cannot choose its value, only withhold its block, which costs it the block. A trader who picks account
 * numbers cannot know the seed of a block before its leader proposes. The leader itself does: it is the one who picks
 * what the block holds, so the order gives it no power that it lacks otherwise; drawing the order from the next
 * leader's value would take this away too, at the price of executing every block one block later.
 *
 * README.md says why not hashes that are committed to before the epoch, and why not signatures.
 */
import { hash } from "node:crypto";
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Hash, Peer } from "../consensus/messages.ts";
import { addressOfPublicKey } from "../consensus/secp256k1.ts";
import { points } from "./points.ts";
import { isProof, outputOf, type Proven, prove } from "./vrf.ts";

/** What a leader shows in its block, in hex: its key, compressed, and the proof of its value. */
export interface Reveal {
  readonly publicKey: Hash;
  readonly proof: Hash;
}

/** A view and whoever leads it. */
export interface Turn {
  /** Of all that validators sign: binds to chain and contract. */
  readonly separator: Uint8Array;
  readonly epoch: number;
  readonly view: number;
}

const TURN_LABEL = utf8ToBytes("Proofbook reveal v2");
const SEED_LABEL = utf8ToBytes("Proofbook seed v1");

export const bytesOf = (hex: Hash): Uint8Array => hexToBytes(hex.slice(2));
export const hashOf = (bytes: Uint8Array): Hash => `0x${Buffer.from(bytes).toString("hex")}`;

function alphaOf({ separator, epoch, view }: Turn): Uint8Array {
  const numbers = Buffer.alloc(16);
  numbers.writeBigUInt64BE(BigInt(epoch));
  numbers.writeBigUInt64BE(BigInt(view), 8);
  return Buffer.concat([TURN_LABEL, separator, numbers]);
}

const provenOf = ({ publicKey, proof }: Reveal): Proven => ({
  publicKey: bytesOf(publicKey),
  proof: bytesOf(proof),
});

/** Made when the block is, and not before: what is not made cannot get out. */
export function revealOf(secretKey: Uint8Array, turn: Turn): Reveal {
  const { publicKey, proof } = prove(secretKey, alphaOf(turn));
  return { publicKey: hashOf(publicKey), proof: hashOf(proof) };
}

/** Whether a leader shows the value of its own key for this turn. */
export function isDueReveal(leader: Peer, turn: Turn, reveal: Reveal): boolean {
  const proven = provenOf(reveal);
  if (!points.isPoint(proven.publicKey)) return false;
  if (addressOfPublicKey(points.uncompressed(proven.publicKey)) !== leader) return false;
  return isProof(proven, alphaOf(turn));
}

/** The seed of a block, from that of its parent and what its leader reveals. */
export const seedAfter = (parentSeed: Hash, reveal: Reveal): Hash =>
  hashOf(
    hash(
      "sha256",
      Buffer.concat([SEED_LABEL, bytesOf(parentSeed), outputOf({ proof: bytesOf(reveal.proof) })]),
      "buffer",
    ),
  );
