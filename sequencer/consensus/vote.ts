/**
 * Votes as EIP-712 typed data, so that a contract recovers their signers. Domain: name "Proofbook", version "1",
 * chainId, verifyingContract - the exchange, as for everything that validators sign. Three struct types, one per kind
 * of vote:
 *
 *     Notarize(uint64 epoch,uint64 view,bytes32 blockHash)
 *     Nullify(uint64 epoch,uint64 view)
 *     Finalize(uint64 epoch,uint64 view,bytes32 blockHash)
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Hash, Subject, VoteKind } from "./messages.ts";

export interface VoteDomain {
  readonly chainId: bigint;
  readonly verifyingContract: `0x${string}`;
}

const typeHash = (type: string): Uint8Array => keccak_256(utf8ToBytes(type));

const DOMAIN_TYPE = typeHash(
  "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
);
const VOTE_TYPES: Record<VoteKind, Uint8Array> = {
  notarize: typeHash("Notarize(uint64 epoch,uint64 view,bytes32 blockHash)"),
  nullify: typeHash("Nullify(uint64 epoch,uint64 view)"),
  finalize: typeHash("Finalize(uint64 epoch,uint64 view,bytes32 blockHash)"),
};

export function domainSeparator(domain: VoteDomain): Uint8Array {
  return keccak_256(
    concatBytes(
      DOMAIN_TYPE,
      keccak_256(utf8ToBytes("Proofbook")),
      keccak_256(utf8ToBytes("1")),
      word(domain.chainId),
      word(BigInt(domain.verifyingContract)),
    ),
  );
}

/** What is signed: the 32 bytes that `ecrecover` takes. */
export function voteDigest(separator: Uint8Array, subject: Subject): Uint8Array {
  if ((subject.block === null) !== (subject.kind === "nullify"))
    throw new Error(`a ${subject.kind} vote ${subject.block === null ? "without" : "with"} a block`);
  const struct = concatBytes(
    VOTE_TYPES[subject.kind],
    word(BigInt(subject.epoch)),
    word(BigInt(subject.view)),
    ...(subject.block === null ? [] : [bytes32(subject.block)]),
  );
  return keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), separator, keccak_256(struct)));
}

function bytes32(hash: Hash): Uint8Array {
  const bytes = hexToBytes(hash.slice(2));
  if (bytes.length !== 32) throw new Error(`a hash of ${bytes.length} bytes`);
  return bytes;
}

const word = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(64, "0"));

export const hexOf = (bytes: Uint8Array): Hash => `0x${bytesToHex(bytes)}`;
