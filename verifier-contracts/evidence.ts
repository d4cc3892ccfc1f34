/**
 * Two statements of one validator that contradict each other, as the registry takes them. See
 * src/libraries/Offences.sol for what an honest validator signs at most once.
 */
import { type TypedDataDomain, ZeroHash } from "ethers";
import {
  type BatchStatement,
  batchDigest,
  finalizeDigest,
  notarizeDigest,
  nullifyDigest,
} from "./typed-data.ts";

/** A vote of the consensus with its signature, 65 bytes r, s, v. */
export interface SignedVote {
  readonly kind: "notarize" | "nullify" | "finalize";
  readonly epoch: number;
  readonly view: number;
  /** Null for nullify, and only there. */
  readonly block: string | null;
  readonly signature: string;
}

export interface SignedBatch extends BatchStatement {
  readonly signature: string;
}

/** In the contract's order: the index is its number there. */
const OFFENCES = ["notarizeTwice", "finalizeTwice", "finalizeAndNullify", "batchTwice"] as const;
export type Offence = (typeof OFFENCES)[number];

export const offenceOf = (index: number): Offence => {
  const offence = OFFENCES[index];
  if (offence === undefined) throw new RangeError(`no offence has the number ${index}`);
  return offence;
};

/** What is particular to one of the two statements. */
interface Statement {
  /** The block's hash, or the hash of the batch's data; zero for a nullification. */
  readonly content: string;
  /** Of a batch, else zero. */
  readonly commitment: bigint;
  readonly signature: string;
}

export interface Evidence {
  readonly offence: Offence;
  readonly epoch: number;
  /** The view, or the batch's number. */
  readonly position: number;
  /** Of batches, else zero. */
  readonly previousDigest: string;
  readonly first: Statement;
  readonly second: Statement;
}

/** Evidence in two votes of one signer, in either order; undefined when an honest signer may cast both. */
export function voteEvidence(a: SignedVote, b: SignedVote): Evidence | undefined {
  if (a.epoch !== b.epoch || a.view !== b.view) return undefined;
  const common = { epoch: a.epoch, position: a.view, previousDigest: ZeroHash };
  if (a.kind === b.kind) {
    if (a.kind === "nullify" || a.block === b.block) return undefined;
    const offence = a.kind === "notarize" ? "notarizeTwice" : "finalizeTwice";
    return { ...common, offence, first: voted(a), second: voted(b) };
  }
  const [finalize, nullify] = a.kind === "finalize" ? [a, b] : [b, a];
  if (finalize.kind !== "finalize" || nullify.kind !== "nullify") return undefined;
  return { ...common, offence: "finalizeAndNullify", first: voted(finalize), second: voted(nullify) };
}

/**
 * Evidence in two batches that one signer signed. Not the number alone counts: after a revert the chain of digests
 * goes on from the revert's own, and the same number is signed again.
 */
export function batchEvidence(a: SignedBatch, b: SignedBatch): Evidence | undefined {
  if (a.epoch !== b.epoch || a.number !== b.number || a.previousDigest !== b.previousDigest) return undefined;
  if (a.commitment === b.commitment && a.dataHash === b.dataHash) return undefined;
  return {
    offence: "batchTwice",
    epoch: a.epoch,
    position: a.number,
    previousDigest: a.previousDigest,
    first: { content: a.dataHash, commitment: a.commitment, signature: lowS(a.signature) },
    second: { content: b.dataHash, commitment: b.commitment, signature: lowS(b.signature) },
  };
}

/** What both statements' signatures are over. */
export function evidenceDigests(
  domain: TypedDataDomain,
  evidence: Evidence,
): [first: string, second: string] {
  const { offence, epoch, position, previousDigest, first, second } = evidence;
  const vote = (block: string) => ({ epoch, view: position, blockHash: block });
  switch (offence) {
    case "notarizeTwice":
      return [notarizeDigest(domain, vote(first.content)), notarizeDigest(domain, vote(second.content))];
    case "finalizeTwice":
      return [finalizeDigest(domain, vote(first.content)), finalizeDigest(domain, vote(second.content))];
    case "finalizeAndNullify":
      return [finalizeDigest(domain, vote(first.content)), nullifyDigest(domain, { epoch, view: position })];
    case "batchTwice": {
      const batch = ({ commitment, content }: Statement) =>
        batchDigest(domain, { epoch, number: position, previousDigest, commitment, dataHash: content });
      return [batch(first), batch(second)];
    }
  }
}

/** The contract's spelling. */
export const encodeEvidence = (evidence: Evidence): Readonly<Record<string, unknown>> => ({
  ...evidence,
  offence: OFFENCES.indexOf(evidence.offence),
});

const voted = ({ block, signature }: SignedVote): Statement => ({
  content: block ?? ZeroHash,
  commitment: 0n,
  signature: lowS(signature),
});

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The one spelling that the contract takes. A liar who signs in the other one is caught all the same. */
function lowS(signature: string): string {
  const s = BigInt(`0x${signature.slice(66, 130)}`);
  if (s <= ORDER / 2n) return signature;
  const v = Number.parseInt(signature.slice(130), 16) === 27 ? "1c" : "1b";
  return `${signature.slice(0, 66)}${(ORDER - s).toString(16).padStart(64, "0")}${v}`;
}
