/**
 * EdDSA-Poseidon on BabyJubJub, checked by exactly the circuit's equation, no batched or cofactored shortcut: what
 * passes here must pass there, or one request makes a batch unprovable.
 *
 *   curve        168700 x^2 + y^2 = 1 + 168696 x^2 y^2 over the BN254 scalar field (EIP-2494)
 *   B8           base point of the subgroup of prime order n; the curve has 8 n points
 *   key          A = (k / 8) B8, k = 2^254 + ... pruned as in RFC 8032 from blake512(secret), as circomlibjs does
 *   signature    R8 = r B8, S = r + h k mod n, h = Poseidon(R8x, R8y, Ax, Ay, M)
 *   valid        S B8 = R8 + h (8A), S < n, coordinates and M < p, A and R8 on the curve, x(8A) not 0
 *
 * Called B8 here and in circomlib, B in EIP-2494. The curve's arithmetic is the kernel's (../kernel).
 *
 * Time and secrets: multiples of B8 take the same time for every scalar. The arithmetic of scalars - k and r read from
 * bytes, S = r + h k mod n - is JavaScript's, whose time varies with the lengths of numbers, and secrets stay in memory
 * until it is collected. Sign where no stranger can measure to the nanosecond.
 */
import { blake512 } from "@noble/hashes/blake1.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { FIELD_MODULUS } from "../exchange/field.ts";
import { type Kernel, SUBGROUP_ORDER } from "../kernel/kernel.ts";
import type { KeyTables } from "./key-tables.ts";
import type { Point, Signature } from "./request.ts";

/** Whoever has a kernel: `loadPoseidon()`. */
interface WithKernel {
  readonly kernel: Kernel;
}

/** Both coordinates canonical and on the curve. */
export const isOnCurve = ({ kernel }: WithKernel, point: Point): boolean => kernel.isOnCurve(point);

/** Whether a key can sign at all. */
export const isUsableKey = ({ kernel }: WithKernel, publicKey: Point): boolean =>
  kernel.isUsableKey(publicKey);

/** Checks one signature; `tables` belong to the same kernel. */
export function verify(
  { kernel }: WithKernel,
  message: bigint,
  publicKey: Point,
  signature: Signature,
  tables?: KeyTables,
): boolean {
  return kernel.verify(message, publicKey, signature, tables?.of(publicKey));
}

interface SecretScalar {
  /** A multiple of 8. */
  readonly scalar: bigint;
  /** Feeds the nonce of every signature. */
  readonly prefix: Uint8Array;
}

function expand(secret: Uint8Array): SecretScalar {
  const digest = blake512(secret);
  const low = digest.slice(0, 32);
  low[0]! &= 0xf8;
  low[31]! &= 0x7f;
  low[31]! |= 0x40;
  return { scalar: fromLittleEndian(low), prefix: digest.slice(32) };
}

/** The public key of 32 secret bytes. */
export const publicKeyOf = ({ kernel }: WithKernel, secret: Uint8Array): Point =>
  kernel.multiplyBase((expand(secret).scalar >> 3n) % SUBGROUP_ORDER);

/** Signs a field element; the same bytes as circomlibjs' signPoseidon. */
export function sign({ kernel }: WithKernel, secret: Uint8Array, message: bigint): Signature {
  if (message < 0n || message >= FIELD_MODULUS) throw new RangeError("a message is a field element");
  const { scalar, prefix } = expand(secret);
  const nonce = blake512(concatBytes(prefix, toLittleEndian(message)));
  const r = fromLittleEndian(nonce) % SUBGROUP_ORDER;
  const r8 = kernel.multiplyBase(r);
  const publicKey = kernel.multiplyBase((scalar >> 3n) % SUBGROUP_ORDER);
  const h = kernel.hash(0n, [...r8, ...publicKey, message]);
  return { r8, s: (r + h * scalar) % SUBGROUP_ORDER };
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  const words = new BigUint64Array(bytes.slice().buffer);
  return words.reduceRight((number, word) => (number << 64n) | word, 0n);
}

/** 32 bytes. */
function toLittleEndian(number: bigint): Uint8Array {
  const words = BigUint64Array.from([0n, 64n, 128n, 192n], (shift) => BigInt.asUintN(64, number >> shift));
  return new Uint8Array(words.buffer);
}
