/**
 * Signing votes and finding their signer: the native binding of libsecp256k1 where it loads (0.1 ms), else
 * @noble/curves (about 1 ms). Signatures are deterministic (RFC 6979), low-s, 65 bytes r, s, v as `ecrecover` wants.
 */
import { createRequire } from "node:module";
import { secp256k1 as noble } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import type { Signature } from "./messages.ts";
import { hexOf } from "./vote.ts";

/** The part of either library that is used; bytes in, bytes out. */
export interface Secp256k1 {
  readonly name: string;
  sign(
    digest: Uint8Array,
    secretKey: Uint8Array,
  ): { readonly compact: Uint8Array; readonly recovery: number };
  /** The uncompressed public key, 65 bytes; throws if there is none. */
  recover(digest: Uint8Array, compact: Uint8Array, recovery: number): Uint8Array;
  publicKey(secretKey: Uint8Array): Uint8Array;
}

interface NativeBinding {
  ecdsaSign(digest: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number };
  ecdsaRecover(signature: Uint8Array, recid: number, digest: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyCreate(key: Uint8Array, compressed: boolean): Uint8Array;
}

export function loadNative(): Secp256k1 | null {
  try {
    const native = createRequire(import.meta.url)("secp256k1/bindings.js") as NativeBinding;
    return {
      name: "native",
      sign: (digest, key) => {
        const { signature, recid } = native.ecdsaSign(digest, key);
        return { compact: signature, recovery: recid };
      },
      recover: (digest, compact, recovery) => native.ecdsaRecover(compact, recovery, digest, false),
      publicKey: (key) => native.publicKeyCreate(key, false),
    };
  } catch {
    return null;
  }
}

export const pureSecp256k1: Secp256k1 = {
  name: "noble",
  sign: (digest, key) => {
    const bytes = noble.sign(digest, key, { prehash: false, lowS: true, format: "recovered" });
    return { compact: bytes.subarray(1), recovery: bytes[0]! };
  },
  recover: (digest, compact, recovery) => {
    const recovered = new Uint8Array(65);
    recovered[0] = recovery;
    recovered.set(compact, 1);
    const key = noble.recoverPublicKey(recovered, digest, { prehash: false });
    return noble.Point.fromBytes(key).toBytes(false);
  },
  publicKey: (key) => noble.getPublicKey(key, false),
};

const secp256k1: Secp256k1 = loadNative() ?? pureSecp256k1;

const HALF_ORDER = noble.Point.Fn.ORDER >> 1n;

export function signDigest(digest: Uint8Array, secretKey: Uint8Array, library = secp256k1): Signature {
  const { compact, recovery } = library.sign(digest, secretKey);
  const bytes = new Uint8Array(65);
  bytes.set(compact);
  bytes[64] = 27 + recovery;
  return hexOf(bytes);
}

/** The signer's address, lower case; undefined if nobody can have signed this. Only the low-s form counts. */
export function recoverSigner(
  digest: Uint8Array,
  signature: Signature,
  library = secp256k1,
): `0x${string}` | undefined {
  if (!/^0x[0-9a-f]{130}$/.test(signature)) return undefined;
  const bytes = hexToBytes(signature.slice(2));
  const recovery = bytes[64]! - 27;
  if (recovery !== 0 && recovery !== 1) return undefined;
  if (BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER) return undefined;
  try {
    return addressOfPublicKey(library.recover(digest, bytes.subarray(0, 64), recovery));
  } catch {
    return undefined;
  }
}

export const addressOf = (secretKey: Uint8Array, library = secp256k1): `0x${string}` =>
  addressOfPublicKey(library.publicKey(secretKey));

export const addressOfPublicKey = (uncompressed: Uint8Array): `0x${string}` =>
  hexOf(keccak_256(uncompressed.subarray(1)).subarray(12));
