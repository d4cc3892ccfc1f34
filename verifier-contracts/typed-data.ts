/** What validators sign, as EIP-712 typed data. See src/libraries/Quorum.sol and src/libraries/Offences.sol. */
import { getAddress, recoverAddress, type TypedDataDomain, TypedDataEncoder } from "ethers";

/** The order of one batch. `previousDigest` is the contract's `committedDigest`: zero before the first batch. */
export interface BatchStatement {
  readonly epoch: number;
  readonly number: number;
  readonly previousDigest: string;
  readonly commitment: bigint;
  readonly dataHash: string;
}

/** The wish to take back an unproven batch, named by its digest, and everything after it. */
export interface RevertStatement {
  readonly epoch: number;
  readonly from: number;
  readonly digest: string;
}

const BATCH_TYPES: Record<string, { name: string; type: string }[]> = {
  Batch: [
    { name: "epoch", type: "uint64" },
    { name: "number", type: "uint64" },
    { name: "previousDigest", type: "bytes32" },
    { name: "commitment", type: "uint256" },
    { name: "dataHash", type: "bytes32" },
  ],
};

const REVERT_TYPES: Record<string, { name: string; type: string }[]> = {
  Revert: [
    { name: "epoch", type: "uint64" },
    { name: "from", type: "uint64" },
    { name: "digest", type: "bytes32" },
  ],
};

/** A vote of the consensus for a block. */
export interface BlockVote {
  readonly epoch: number;
  readonly view: number;
  readonly blockHash: string;
}

/** A vote of the consensus to leave a view without a block. */
export interface NullifyVote {
  readonly epoch: number;
  readonly view: number;
}

/** A signer's consent that somebody stakes for it. */
export interface JoinStatement {
  readonly owner: string;
  readonly peerKey: string;
}

const NULLIFY_FIELDS = [
  { name: "epoch", type: "uint64" },
  { name: "view", type: "uint64" },
];
const BLOCK_VOTE_FIELDS = [...NULLIFY_FIELDS, { name: "blockHash", type: "bytes32" }];
const JOIN_TYPES: Record<string, { name: string; type: string }[]> = {
  Join: [
    { name: "owner", type: "address" },
    { name: "peerKey", type: "bytes32" },
  ],
};

/** The domain of a deployed exchange: a signature for one is of no use on another. */
export const exchangeDomain = (chainId: bigint, address: string): TypedDataDomain => ({
  name: "Proofbook",
  version: "1",
  chainId,
  verifyingContract: getAddress(address),
});

/** The 32 bytes that a validator signs for a batch. */
export const batchDigest = (domain: TypedDataDomain, statement: BatchStatement): string =>
  TypedDataEncoder.hash(domain, BATCH_TYPES, statement);

/** The 32 bytes that a validator signs for a revert. */
export const revertDigest = (domain: TypedDataDomain, statement: RevertStatement): string =>
  TypedDataEncoder.hash(domain, REVERT_TYPES, statement);

export const notarizeDigest = (domain: TypedDataDomain, vote: BlockVote): string =>
  TypedDataEncoder.hash(domain, { Notarize: BLOCK_VOTE_FIELDS }, vote);

export const finalizeDigest = (domain: TypedDataDomain, vote: BlockVote): string =>
  TypedDataEncoder.hash(domain, { Finalize: BLOCK_VOTE_FIELDS }, vote);

export const nullifyDigest = (domain: TypedDataDomain, vote: NullifyVote): string =>
  TypedDataEncoder.hash(domain, { Nullify: NULLIFY_FIELDS }, vote);

/** The 32 bytes that a signer signs to be staked for. */
export const joinDigest = (domain: TypedDataDomain, statement: JoinStatement): string =>
  TypedDataEncoder.hash(domain, JOIN_TYPES, statement);

/** Signatures as the contract wants them: ascending by signer, one of each. Throws on one that is malformed. */
export function orderSignatures(digest: string, signatures: readonly string[]): string[] {
  const bySigner = new Map<string, string>();
  for (const signature of signatures)
    bySigner.set(recoverAddress(digest, signature).toLowerCase(), signature);
  return [...bySigner].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, signature]) => signature);
}
