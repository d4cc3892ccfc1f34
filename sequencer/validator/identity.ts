/** A validator's one secret, and what follows from it: who it is to contracts and to peers. */
import { createHash } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import type { Hash } from "../consensus/messages.ts";
import { addressOf } from "../consensus/secp256k1.ts";
import { hexOf } from "../consensus/vote.ts";
import { peerIdOf } from "../network/libp2p-node.ts";
import type { ValidatorCard } from "./set-config.ts";

/** The key of connections is another one than that of votes: it is used for every connection. */
export const identitySeed = (secretKey: Uint8Array): Uint8Array =>
  createHash("sha256").update("Proofbook peer identity v1").update(secretKey).digest();

/** Its public half, 32 bytes in hex, as the registry keeps it; the peer id is made from it. */
export const peerKeyOf = (secretKey: Uint8Array): Hash =>
  hexOf(ed25519.getPublicKey(identitySeed(secretKey)));

/** What the others put into their configuration. */
export async function cardOf(secretKey: Uint8Array, multiaddrs: readonly string[]): Promise<ValidatorCard> {
  return {
    address: addressOf(secretKey),
    peerId: await peerIdOf(identitySeed(secretKey)),
    multiaddrs: [...multiaddrs],
  };
}

/** 32 bytes from hex with or without 0x; throws RangeError. */
export function secretKeyFromHex(hex: string): Uint8Array {
  const digits = hex.replace(/^0x/, "");
  if (!/^[0-9a-fA-F]{64}$/.test(digits)) throw new RangeError("a validator's key is 32 bytes in hex");
  return new Uint8Array(Buffer.from(digits, "hex"));
}
