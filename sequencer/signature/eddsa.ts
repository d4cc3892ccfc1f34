/**
 * EdDSA-Poseidon on BabyJubJub, checked by exactly the circuit's equation, no batched or cofactored shortcut: what
 * passes here must pass there, or one request makes a batch unprovable.
 *
 *   curve        168700 x^2 + y^2 = 1 + 168696 x^2 y^2 over the BN254 scalar field (EIP-2494)
 *   B8           base point of the subgroup of prime order n; the curve has 8 n points
 *   key          A = (k / 8) B8, k = 2^254 + ... pruned as in RFC 8032 from blake512(secret), as circomlibjs does
 *   signature    R8 = r B8, S = r + h k mod n, h = Poseidon(R8x, R8y, Ax, Ay, M)
 *   valid        S B8 = R8 + h (8 A), S < n, coordinates and M < p, A and R8 on the curve, x(8A) not 0
 *
 * Called B8 here and in circomlib, B in EIP-2494; noble's BASE is the same point.
 */
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { babyjubjub } from "@noble/curves/misc.js";
import { bytesToNumberLE, concatBytes, numberToBytesLE } from "@noble/curves/utils.js";
import { blake512 } from "@noble/hashes/blake1.js";
import { FIELD_MODULUS } from "../exchange/field.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import type { KeyTables } from "./key-tables.ts";
import type { Point, Signature } from "./request.ts";

const Curve = babyjubjub.Point;
const { n: SUBGROUP_ORDER, a: CURVE_A, d: CURVE_D } = Curve.CURVE();
/** 32 additions a multiplication; the table takes some 4,000 points once per process. */
Curve.BASE.precompute(8);

export { SUBGROUP_ORDER };

const isCanonical = (value: bigint): boolean => value >= 0n && value < FIELD_MODULUS;

/** Both coordinates canonical and on the curve. */
export function isOnCurve([x, y]: Point): boolean {
  if (!isCanonical(x) || !isCanonical(y)) return false;
  const x2 = (x * x) % FIELD_MODULUS;
  const y2 = (y * y) % FIELD_MODULUS;
  return (CURVE_A * x2 + y2 - 1n - CURVE_D * ((x2 * y2) % FIELD_MODULUS)) % FIELD_MODULUS === 0n;
}

const curvePoint = ([x, y]: Point): EdwardsPoint => Curve.fromAffine({ x, y });

/** 8A, or undefined when A is no key: off the curve, not canonical, or of low order. */
function clearedKey(publicKey: Point): EdwardsPoint | undefined {
  if (!isOnCurve(publicKey)) return undefined;
  const cleared = curvePoint(publicKey).double().double().double();
  // In the prime-order subgroup only the identity has x = 0.
  return cleared.is0() ? undefined : cleared;
}

/** Whether a key can sign at all. */
export const isUsableKey = (publicKey: Point): boolean => clearedKey(publicKey) !== undefined;

/** Checks one signature. */
export function verify(
  poseidon: Pick<Poseidon, "plainHash">,
  message: bigint,
  publicKey: Point,
  signature: Signature,
  tables?: KeyTables,
): boolean {
  const { r8, s } = signature;
  if (s < 0n || s >= SUBGROUP_ORDER || !isCanonical(message) || !isOnCurve(r8)) return false;
  const key = tables?.get(publicKey, clearedKey) ?? clearedKey(publicKey);
  if (key === undefined) return false;
  // 8A has order n, so reducing h changes nothing.
  const h = poseidon.plainHash([...r8, ...publicKey, message]) % SUBGROUP_ORDER;
  const right = curvePoint(r8).add(key.multiplyUnsafe(h));
  return Curve.BASE.multiplyUnsafe(s).equals(right);
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
  return { scalar: bytesToNumberLE(low), prefix: digest.slice(32) };
}

const affine = (point: EdwardsPoint): Point => {
  const { x, y } = point.toAffine();
  return [x, y];
};

const keyOf = (scalar: bigint): Point => affine(Curve.BASE.multiply((scalar >> 3n) % SUBGROUP_ORDER));

/** The public key of 32 secret bytes. */
export const publicKeyOf = (secret: Uint8Array): Point => keyOf(expand(secret).scalar);

/** Signs a field element; the same bytes as circomlibjs' signPoseidon. */
export function sign(poseidon: Pick<Poseidon, "plainHash">, secret: Uint8Array, message: bigint): Signature {
  if (!isCanonical(message)) throw new RangeError("a message is a field element");
  const { scalar, prefix } = expand(secret);
  const nonce = blake512(concatBytes(prefix, numberToBytesLE(message, 32)));
  const r = bytesToNumberLE(nonce) % SUBGROUP_ORDER;
  const r8 = affine(Curve.BASE.multiply(r));
  const h = poseidon.plainHash([...r8, ...keyOf(scalar), message]);
  return { r8, s: (r + h * scalar) % SUBGROUP_ORDER };
}
