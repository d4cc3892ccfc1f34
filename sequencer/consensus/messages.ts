/** What validators say to each other. Hashes and signatures are lower-case hex with 0x; their encoding is the wire's. */

/** 32 bytes. */
export type Hash = `0x${string}`;
/** 65 bytes: r, s, v (27 or 28). */
export type Signature = `0x${string}`;
/** A validator or another node, by the address of its key; opaque here. */
export type Peer = string;

export type VoteKind = "notarize" | "nullify" | "finalize";

/** What a vote is about. Views begin at 1 in every epoch and never restart inside one. */
export interface Subject {
  readonly kind: VoteKind;
  readonly epoch: number;
  readonly view: number;
  /** Null for nullify, and only there. */
  readonly block: Hash | null;
}

export interface Vote extends Subject {
  /** Index in the epoch's validators. */
  readonly signer: number;
  readonly signature: Signature;
}

export interface SignatureOf {
  readonly signer: number;
  readonly signature: Signature;
}

/** A quorum's votes for one subject: notarization, nullification or finalization. Signers strictly ascend. */
export interface Certificate extends Subject {
  readonly signatures: readonly SignatureOf[];
}

export interface Header {
  readonly epoch: number;
  /** Where it was proposed first; the last block of an epoch may be proposed again in later views. */
  readonly view: number;
  readonly height: number;
  readonly parent: Hash;
  readonly timeMs: number;
  /** Deferred execution: the state root after an earlier height, which is named. */
  readonly stateRootHeight: number;
  readonly stateRoot: Hash;
  readonly payloadHash: Hash;
  /** Once it is final, the epoch is over. */
  readonly lastOfEpoch: boolean;
}

export interface Block {
  readonly header: Header;
  /** What is ordered; opaque here. */
  readonly payload: Uint8Array;
}

/** A leader's block, and why it may stand where it stands. */
export interface Proposal {
  readonly epoch: number;
  readonly view: number;
  readonly block: Block;
  /** View in which the parent was certified; 0 for the block before the epoch. */
  readonly parentView: number;
  /** The parent's notarization or finalization, and nullifications of the views after it, latest first. */
  readonly certificates: readonly Certificate[];
  /** The leader's own vote for the block: it signs the proposal, and makes two of them two votes. */
  readonly vote: Vote;
}

export type Message =
  | { readonly kind: "vote"; readonly vote: Vote }
  | { readonly kind: "certificate"; readonly certificate: Certificate }
  | { readonly kind: "proposal"; readonly proposal: Proposal }
  | CertificateRequest
  | { readonly kind: "certificates"; readonly certificates: readonly Certificate[] }
  | { readonly kind: "blockRequest"; readonly hashes: readonly Hash[] }
  | { readonly kind: "blocks"; readonly blocks: readonly Block[] }
  /** Final blocks from this height on, of the requester's epoch, please. */
  | { readonly kind: "chainRequest"; readonly epoch: number; readonly fromHeight: number }
  /** Consecutive final blocks of one epoch; the finalization is the last one's. */
  | { readonly kind: "chain"; readonly blocks: readonly Block[]; readonly finalization: Certificate }
  /** A node without its log asks where everybody is. */
  | { readonly kind: "statusRequest"; readonly epoch: number; readonly nonce: number }
  | Status;

export interface CertificateRequest {
  readonly kind: "certificateRequest";
  readonly epoch: number;
  /** Where the asking node is: who is further sends what led there. */
  readonly view: number;
  /** Of its last final block: who is in a later epoch sends blocks from there on. */
  readonly height: number;
  /** The views whose certificates it lacks. */
  readonly views: readonly number[];
}

export interface Status {
  readonly kind: "status";
  readonly epoch: number;
  readonly nonce: number;
  /** What led into the sender's view; null in view 1. */
  readonly certificate: Certificate | null;
}

/** Two votes of one signer that no honest validator ever signs both; the registry slashes for them. */
export interface Evidence {
  /** By the names of the registry (verifier-contracts/evidence.ts). */
  readonly kind: "notarizeTwice" | "finalizeTwice" | "finalizeAndNullify";
  /** For finalizeAndNullify the finalize vote, then the nullify vote. */
  readonly first: Vote;
  readonly second: Vote;
}
