/**
 * A verifiable random function: ECVRF of RFC 9381 on secp256k1 with SHA-256 and try-and-increment, the suite that
 * others number 0xFE. From a key x with Y = x*B and an input alpha it makes one value that nobody else can know before,
 * and a proof by which everybody can check it:
 *
 *   H     = the first point of 02 || SHA256(FE 01 || Y || alpha || counter || 00), counter = 0, 1, ...
 *   Gamma = x*H,  value = SHA256(FE 03 || Gamma || 00)
 *   k     = nonce of RFC 6979 for x and SHA256(H)
 *   c     = first 16 bytes of SHA256(FE 02 || Y || H || Gamma || k*B || k*H || 00),  s = k + c*x
 *   proof = Gamma || c || s;  it holds if c comes out again from s*B - c*Y and s*H - c*Gamma
 *
 * Y and alpha allow no second Gamma, so no second value: whoever has the key has no choice. Other proofs of the same
 * value may exist. What is secret here is x and k; all that takes different times depends on H, Y and alpha only.
 */
import { createHmac, hash } from "node:crypto";
import { isScalar, type Points, points, reduced } from "./points.ts";

export const PUBLIC_KEY_BYTES = 33;
const GAMMA_BYTES = 33;
const CHALLENGE_BYTES = 16;
const SCALAR_BYTES = 32;
export const PROOF_BYTES = GAMMA_BYTES + CHALLENGE_BYTES + SCALAR_BYTES;

const SUITE = 0xfe;
const POINT_LABEL = Uint8Array.of(SUITE, 1);
const CHALLENGE_LABEL = Uint8Array.of(SUITE, 2);
const VALUE_LABEL = Uint8Array.of(SUITE, 3);
const END = Uint8Array.of(0);
const EVEN = Uint8Array.of(2);

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  hash("sha256", Buffer.concat(parts), "buffer");
const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  createHmac("sha256", key).update(Buffer.concat(parts)).digest();

export interface Proven {
  /** Compressed. */
  readonly publicKey: Uint8Array;
  readonly proof: Uint8Array;
}

export function prove(secretKey: Uint8Array, alpha: Uint8Array, curve: Points = points): Proven {
  const publicKey = curve.baseTimes(secretKey);
  const h = hashToPoint(publicKey, alpha, curve);
  const gamma = curve.timesSecret(h, secretKey);
  const nonce = nonceOf(secretKey, h);
  const challenge = challengeOf(publicKey, h, gamma, curve.baseTimes(nonce), curve.timesSecret(h, nonce));
  const s = curve.addProduct(nonce, secretKey, widened(challenge));
  return { publicKey, proof: new Uint8Array(Buffer.concat([gamma, challenge, s])) };
}

/** Whether a proof of the right length is the key's for this input. */
export function isProof({ publicKey, proof }: Proven, alpha: Uint8Array, curve: Points = points): boolean {
  const gamma = proof.subarray(0, GAMMA_BYTES);
  const challenge = proof.subarray(GAMMA_BYTES, GAMMA_BYTES + CHALLENGE_BYTES);
  const [c, s] = [widened(challenge), proof.subarray(GAMMA_BYTES + CHALLENGE_BYTES)];
  // A challenge of zero is one that no hash gives; the libraries would not multiply by it.
  if (proof.length !== PROOF_BYTES || !isScalar(c) || !isScalar(s)) return false;
  if (!curve.isPoint(publicKey) || !curve.isPoint(gamma)) return false;
  const h = hashToPoint(publicKey, alpha, curve);
  const u = curve.minus(curve.baseTimes(s), curve.times(publicKey, c));
  const v = curve.minus(curve.times(h, s), curve.times(gamma, c));
  if (u === null || v === null) return false;
  return Buffer.compare(challengeOf(publicKey, h, gamma, u, v), challenge) === 0;
}

/** What a proof that holds proves. */
export const outputOf = ({ proof }: Pick<Proven, "proof">): Uint8Array =>
  sha256(VALUE_LABEL, proof.subarray(0, GAMMA_BYTES), END);

function hashToPoint(publicKey: Uint8Array, alpha: Uint8Array, curve: Points): Uint8Array {
  // Every second counter gives a point, so that there is none below 256 happens to nobody.
  for (let counter = 0; counter < 256; counter++) {
    const x = sha256(POINT_LABEL, publicKey, alpha, Uint8Array.of(counter), END);
    const candidate = Buffer.concat([EVEN, x]);
    if (curve.isPoint(candidate)) return candidate;
  }
  throw new Error("no point belongs to this input");
}

const challengeOf = (...of: readonly Uint8Array[]): Uint8Array =>
  sha256(CHALLENGE_LABEL, ...of, END).subarray(0, CHALLENGE_BYTES);

function widened(challenge: Uint8Array): Uint8Array {
  const scalar = new Uint8Array(SCALAR_BYTES);
  scalar.set(challenge, SCALAR_BYTES - challenge.length);
  return scalar;
}

/** RFC 6979, section 3.2: of the key and the message H, by SHA-256. */
function nonceOf(secretKey: Uint8Array, h: Uint8Array): Uint8Array {
  const seed = Buffer.concat([secretKey, reduced(sha256(h))]);
  let v: Uint8Array = new Uint8Array(32).fill(1);
  let key: Uint8Array = new Uint8Array(32);
  for (const step of [0, 1]) {
    key = hmac(key, v, Uint8Array.of(step), seed);
    v = hmac(key, v);
  }
  for (;;) {
    v = hmac(key, v);
    if (isScalar(v)) return v;
    key = hmac(key, v, END);
    v = hmac(key, v);
  }
}
