/**
 * Where a validator is reached, said by itself and passed on by others: the registry holds its peer key, not its
 * addresses. Signed with the key that votes as EIP-712 data in the domain of the votes (consensus/vote.ts):
 *
 *     Announcement(uint64 timeMs,string multiaddrs)
 *
 * multiaddrs are joined with spaces. Of one signer the newest counts. A wrong address does no harm but to its signer:
 * who answers there has to have the registered peer key.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Peer, Signature } from "../consensus/messages.ts";
import { recoverSigner, signDigest } from "../consensus/secp256k1.ts";

export interface Announcement {
  /** When it was signed. */
  readonly timeMs: number;
  /** At most `MAX_ADDRESSES_PER_PEER`, each of at most `MAX_ADDRESS_LENGTH`, without spaces. */
  readonly multiaddrs: readonly string[];
  readonly signature: Signature;
}

const TYPE = keccak_256(utf8ToBytes("Announcement(uint64 timeMs,string multiaddrs)"));

function announcementDigest(separator: Uint8Array, { timeMs, multiaddrs }: Omit<Announcement, "signature">) {
  const time = hexToBytes(timeMs.toString(16).padStart(64, "0"));
  const struct = keccak_256(concatBytes(TYPE, time, keccak_256(utf8ToBytes(multiaddrs.join(" ")))));
  return keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), separator, struct));
}

export function signAnnouncement(
  separator: Uint8Array,
  secretKey: Uint8Array,
  said: Omit<Announcement, "signature">,
): Announcement {
  return { ...said, signature: signDigest(announcementDigest(separator, said), secretKey) };
}

/** Whose it is; undefined for nobody's. */
export const announcerOf = (separator: Uint8Array, announcement: Announcement): Peer | undefined =>
  recoverSigner(announcementDigest(separator, announcement), announcement.signature);
