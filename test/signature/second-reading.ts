/**
 * EdDSA-Poseidon a second time, without anything of the kernel: the equations on noble's curve, with circomlibjs' Poseidon
 * and the blake512 that circomlibjs has. A millisecond a check, so it sees a hundred thousand of them. circomlibjs itself
 * takes 26 ms: it is asked about fewer, as `theirs`.
 */
import { createRequire } from "node:module";
import { babyjubjub } from "@noble/curves/misc.js";
import { buildEddsa } from "circomlibjs";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import type { Point, Signature } from "../../sequencer/signature/request.ts";

export const Curve = babyjubjub.Point;
export type CurvePoint = InstanceType<typeof Curve>;
const { a: CURVE_A, d: CURVE_D, n: N } = Curve.CURVE();
Curve.BASE.precompute(8);

/** EIP-2494's generator of the whole curve: its multiple by n has order 8. */
const GENERATOR = Curve.fromAffine({
  x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
  y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
});
export const TORSION = GENERATOR.multiplyUnsafe(N - 1n).add(GENERATOR);

export const affine = (point: CurvePoint): Point => {
  const { x, y } = point.toAffine();
  return [x, y];
};
export const times = (point: CurvePoint, scalar: bigint): CurvePoint =>
  scalar === 0n ? Curve.ZERO : point.multiplyUnsafe(scalar);
const pointOf = ([x, y]: Point): CurvePoint => Curve.fromAffine({ x, y });

const eddsa = await buildEddsa();
const { F } = eddsa;

/** circomlibjs' Poseidon. */
export const poseidonOf = (inputs: readonly bigint[]): bigint => F.toObject(eddsa.poseidon(inputs));

export const isOnCurve = ([x, y]: Point): boolean =>
  [x, y].every((c) => c >= 0n && c < P) &&
  (CURVE_A * x * x + y * y - 1n - CURVE_D * x * x * y * y) % P === 0n;

/** Both points of the curve that have this x; none for every other x. */
export function pointsWithX(x: bigint): Point[] {
  const { Fp } = Curve;
  const square = Fp.div(Fp.sub(1n, Fp.mul(CURVE_A, Fp.sqr(x))), Fp.sub(1n, Fp.mul(CURVE_D, Fp.sqr(x))));
  return rootsOf(square).map((y) => [x, y]);
}

/** Both points of the curve that have this y. */
export function pointsWithY(y: bigint): Point[] {
  const { Fp } = Curve;
  const square = Fp.div(Fp.sub(1n, Fp.sqr(y)), Fp.sub(CURVE_A, Fp.mul(CURVE_D, Fp.sqr(y))));
  return rootsOf(square).map((x) => [x, y]);
}

function rootsOf(square: bigint): bigint[] {
  const { Fp } = Curve;
  try {
    const root = Fp.sqrt(square);
    return [root, Fp.neg(root)];
  } catch {
    return [];
  }
}

const clearedOf = (key: Point): CurvePoint => pointOf(key).double().double().double();

export const isUsableKey = (key: Point): boolean => isOnCurve(key) && clearedOf(key).toAffine().x !== 0n;

/** The equation as it is written. */
export function verify(message: bigint, key: Point, { r8, s }: Signature): boolean {
  if (!isUsableKey(key) || !isOnCurve(r8) || s < 0n || s >= N || message < 0n || message >= P) return false;
  const h = poseidonOf([...r8, ...key, message]) % N;
  return times(Curve.BASE, s).equals(pointOf(r8).add(times(clearedOf(key), h)));
}

/** circomlibjs' dependency, not ours: it is resolved from there. */
const require = createRequire(createRequire(import.meta.url).resolve("circomlibjs"));
const createBlake = require("blake-hash") as (name: "blake512") => {
  update(data: Buffer): { digest(): Buffer };
};
const blake512 = (...parts: readonly Uint8Array[]): Buffer =>
  createBlake("blake512").update(Buffer.concat(parts)).digest();

const fromLittleEnd = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const toLittleEnd = (number: bigint): Buffer =>
  Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse();

/** The scalar k of a secret, a multiple of 8 with bit 254 set, and what feeds its nonces. */
function expand(secret: Uint8Array): readonly [k: bigint, prefix: Buffer] {
  const digest = blake512(secret);
  const low = fromLittleEnd(digest.subarray(0, 32));
  return [(((low % 2n ** 254n) >> 3n) << 3n) + 2n ** 254n, digest.subarray(32)];
}

export const publicKeyOf = (secret: Uint8Array): Point =>
  affine(times(Curve.BASE, (expand(secret)[0] >> 3n) % N));

export function sign(secret: Uint8Array, message: bigint): Signature {
  const [k, prefix] = expand(secret);
  const r = fromLittleEnd(blake512(prefix, toLittleEnd(message))) % N;
  const r8 = affine(times(Curve.BASE, r));
  const h = poseidonOf([...r8, ...publicKeyOf(secret), message]);
  return { r8, s: (r + h * k) % N };
}

const element = ([x, y]: Point): [Uint8Array, Uint8Array] => [F.e(x), F.e(y)];
const plain = ([x, y]: readonly Uint8Array[]): Point => [F.toObject(x!), F.toObject(y!)];

/** circomlibjs itself. */
export const theirs = {
  verify: (message: bigint, key: Point, { r8, s }: Signature): boolean =>
    eddsa.verifyPoseidon(F.e(message), { R8: element(r8), S: s }, element(key)),
  publicKeyOf: (secret: Uint8Array): Point => plain(eddsa.prv2pub(secret)),
  sign: (secret: Uint8Array, message: bigint): Signature => {
    const { R8, S } = eddsa.signPoseidon(secret, F.e(message));
    return { r8: plain(R8), s: S };
  },
};
