/**
 * Points of secp256k1 for the verifiable random function: the native binding of libsecp256k1 where it loads, else
 * @noble/curves, as for signatures (consensus/secp256k1.ts). Points are 33 bytes, compressed; scalars are 32 bytes,
 * big-endian, above zero and below the order. Both libraries answer alike, or two validators would judge a block
 * differently (test/ordering/vrf.test.ts).
 */
import { createRequire } from "node:module";
import { secp256k1 as noble } from "@noble/curves/secp256k1.js";
import { bytesToNumberBE } from "@noble/curves/utils.js";

export interface Points {
  readonly name: string;
  /** Whether these bytes name a point. */
  isPoint(bytes: Uint8Array): boolean;
  baseTimes(scalar: Uint8Array): Uint8Array;
  times(point: Uint8Array, scalar: Uint8Array): Uint8Array;
  /** The same in a time that does not tell the scalar. */
  timesSecret(point: Uint8Array, secret: Uint8Array): Uint8Array;
  /** Null where both are the same point: infinity has no bytes. */
  minus(a: Uint8Array, b: Uint8Array): Uint8Array | null;
  /** a + b * c, of secret scalars. */
  addProduct(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array;
  /** 65 bytes. */
  uncompressed(point: Uint8Array): Uint8Array;
}

/** Those of the last three that change their first argument return it. */
interface NativeBinding {
  publicKeyVerify(point: Uint8Array): boolean;
  publicKeyCreate(scalar: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyConvert(point: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyNegate(point: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyCombine(points: readonly Uint8Array[], compressed: boolean): Uint8Array;
  publicKeyTweakMul(point: Uint8Array, scalar: Uint8Array, compressed: boolean): Uint8Array;
  ecdh(
    point: Uint8Array,
    secret: Uint8Array,
    options: { hashfn(x: Uint8Array, y: Uint8Array): Uint8Array },
    output: Uint8Array,
  ): Uint8Array;
  privateKeyTweakMul(scalar: Uint8Array, by: Uint8Array): Uint8Array;
  privateKeyTweakAdd(scalar: Uint8Array, more: Uint8Array): Uint8Array;
}

const POINT_BYTES = 33;

/** What ecdh hands out instead of a hash: it is the library's multiplication that takes the same time always. */
function compress(x: Uint8Array, y: Uint8Array): Uint8Array {
  const point = new Uint8Array(POINT_BYTES);
  point[0] = 2 + (y.at(-1)! & 1);
  point.set(x, 1);
  return point;
}

export function loadNativePoints(): Points | null {
  try {
    const native = createRequire(import.meta.url)("secp256k1/bindings.js") as NativeBinding;
    return {
      name: "native",
      isPoint: (bytes) => bytes.length === POINT_BYTES && native.publicKeyVerify(bytes),
      baseTimes: (scalar) => native.publicKeyCreate(scalar, true),
      times: (point, scalar) => native.publicKeyTweakMul(point, scalar, true),
      timesSecret: (point, secret) =>
        native.ecdh(point, secret, { hashfn: compress }, new Uint8Array(POINT_BYTES)),
      minus: (a, b) =>
        Buffer.compare(a, b) === 0
          ? null
          : native.publicKeyCombine([a, native.publicKeyNegate(b, true)], true),
      addProduct: (a, b, c) => native.privateKeyTweakAdd(native.privateKeyTweakMul(b.slice(), c), a),
      uncompressed: (point) => native.publicKeyConvert(point, false),
    };
  } catch {
    return null;
  }
}

const { Point } = noble;
const { Fn } = Point;

export const purePoints: Points = {
  name: "noble",
  isPoint: (bytes) => {
    try {
      return bytes.length === POINT_BYTES && Point.fromBytes(bytes) !== undefined;
    } catch {
      return false;
    }
  },
  baseTimes: (scalar) => Point.BASE.multiply(bytesToNumberBE(scalar)).toBytes(true),
  times: (point, scalar) => Point.fromBytes(point).multiplyUnsafe(bytesToNumberBE(scalar)).toBytes(true),
  timesSecret: (point, secret) => Point.fromBytes(point).multiply(bytesToNumberBE(secret)).toBytes(true),
  minus: (a, b) => {
    const difference = Point.fromBytes(a).subtract(Point.fromBytes(b));
    return difference.is0() ? null : difference.toBytes(true);
  },
  addProduct: (a, b, c) => Fn.toBytes(Fn.add(Fn.fromBytes(a), Fn.mul(Fn.fromBytes(b), Fn.fromBytes(c)))),
  uncompressed: (point) => Point.fromBytes(point).toBytes(false),
};

export const points: Points = loadNativePoints() ?? purePoints;

/** The order less one. */
const LARGEST = Fn.toBytes(Fn.neg(1n));

/** Above zero and below the order; of 32 bytes that are looked at all alike, as they may be secret. */
export function isScalar(bytes: Uint8Array): boolean {
  let [any, borrow] = [0, 0];
  for (let i = LARGEST.length - 1; i >= 0; i--) {
    any |= bytes[i]!;
    borrow = ((LARGEST[i]! - bytes[i]! - borrow) >> 8) & 1;
  }
  return any !== 0 && borrow === 0;
}

/** A hash as a scalar: what RFC 6979 calls bits2octets. */
export const reduced = (hash: Uint8Array): Uint8Array => Fn.toBytes(Fn.create(bytesToNumberBE(hash)));
