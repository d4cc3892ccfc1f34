/** Verifying keys: reading them from a .zkey, and the checks without which one must not be deployed. */
import { open } from "node:fs/promises";
import { bn254 } from "@noble/curves/bn254.js";
import type { Groth16Point1, Groth16Point2, Groth16VerifyingKey } from "snarkjs";
import { KeyError } from "./key-error.ts";
import { readSection, readSections } from "./section-file.ts";

export type VerifyingKey = Groth16VerifyingKey;
export type PointG1 = ReturnType<typeof bn254.G1.Point.fromAffine>;
export type PointG2 = ReturnType<typeof bn254.G2.Point.fromAffine>;

/** Offset of the first point in the header section: two field orders, their lengths, three counts. */
const headerPointsAt = 2 * (4 + 32) + 3 * 4;

type Json<T> = T extends bigint ? string : T extends readonly (infer U)[] ? readonly Json<U>[] : never;

function decimal<T>(value: T): Json<T> {
  return (Array.isArray(value) ? value.map(decimal) : String(value)) as Json<T>;
}

/** Reads the verifying key out of a .zkey; the same as snarkjs' `exportVerificationKey`, without threads. */
export async function readVerifyingKey(zkeyPath: string): Promise<VerifyingKey> {
  const file = await open(zkeyPath, "r");
  try {
    const sections = await readSections(file, "zkey");
    const header = await readSection(file, sections, 2);
    const points = await readSection(file, sections, 3);
    // Only here: checking a key or a proof in a thread must not start ffjavascript's own worker code.
    const { keptCurve } = await import("../backend/kept-curve.ts");
    const curve = await keptCurve(true);
    const inG1 = (from: Buffer, at: number) =>
      decimal(curve.G1.toObject(new Uint8Array(from.subarray(at, at + 64)))) as unknown as Groth16Point1;
    const inG2 = (at: number) =>
      decimal(curve.G2.toObject(new Uint8Array(header.subarray(at, at + 128)))) as unknown as Groth16Point2;
    const alpha = headerPointsAt;
    const beta2 = alpha + 2 * 64;
    const pairing = curve.pairing(
      new Uint8Array(header.subarray(alpha, alpha + 64)),
      new Uint8Array(header.subarray(beta2, beta2 + 128)),
    );
    return {
      protocol: "groth16",
      curve: "bn128",
      nPublic: header.readUInt32LE(headerPointsAt - 8),
      vk_alpha_1: inG1(header, alpha),
      vk_beta_2: inG2(beta2),
      vk_gamma_2: inG2(beta2 + 128),
      vk_delta_2: inG2(beta2 + 2 * 128 + 64),
      vk_alphabeta_12: decimal(curve.Gt.toObject(pairing)),
      IC: Array.from({ length: points.length / 64 }, (_, i) => inG1(points, 64 * i)),
    };
  } finally {
    await file.close();
  }
}

/** The text of a verifying key as a file: two verifying keys are the same if these bytes are. */
export function verifyingKeyText(vkey: VerifyingKey): string {
  return `${JSON.stringify(vkey, null, 1)}\n`;
}

function coordinate(text: unknown, what: string): bigint {
  if (typeof text !== "string" || !/^(0|[1-9][0-9]*)$/.test(text)) {
    throw new KeyError("bad-verifying-key", `${what} has a coordinate that is no decimal number`);
  }
  const value = BigInt(text);
  if (value >= bn254.fields.Fp.ORDER) throw new KeyError("coordinate-out-of-range", `${what}: ${text}`);
  return value;
}

/** The third, projective coordinate, which must say that the first two are affine. */
function checkAffine(third: unknown, what: string): void {
  const text = JSON.stringify(third);
  if (text === '"0"' || text === '["0","0"]') {
    throw new KeyError("point-at-infinity", `${what} is the point at infinity`);
  }
  if (text !== '"1"' && text !== '["1","0"]') {
    throw new KeyError("bad-verifying-key", `${what} has the third coordinate ${text}`);
  }
}

/** Parses a point of a verifying key; it must be a non-zero point of G1. */
export function parseG1(point: Groth16Point1, what: string): PointG1 {
  checkAffine(point?.[2], what);
  const { Point } = bn254.G1;
  const { Fp } = Point;
  const [x, y] = [coordinate(point[0], what), coordinate(point[1], what)];
  if (Fp.is0(x) && Fp.is0(y)) throw new KeyError("point-at-infinity", `${what} is the point at infinity`);
  if (!Fp.eql(Fp.sqr(y), Fp.add(Fp.pow(x, 3n), Point.CURVE().b))) {
    throw new KeyError("point-off-curve", `${what} is not on the curve`);
  }
  // G1 is the whole curve: there is no subgroup to leave.
  return Point.fromAffine({ x, y });
}

/** Parses a point of a verifying key; it must be a non-zero point of G2. */
export function parseG2(point: Groth16Point2, what: string): PointG2 {
  checkAffine(point?.[2], what);
  const { Point } = bn254.G2;
  const { Fp } = Point;
  const element = (pair: readonly [string, string] | undefined) => ({
    c0: coordinate(pair?.[0], what),
    c1: coordinate(pair?.[1], what),
  });
  const [x, y] = [element(point[0]), element(point[1])];
  if (Fp.is0(x) && Fp.is0(y)) throw new KeyError("point-at-infinity", `${what} is the point at infinity`);
  if (!Fp.eql(Fp.sqr(y), Fp.add(Fp.pow(x, 3n), Point.CURVE().b))) {
    throw new KeyError("point-off-curve", `${what} is not on the curve`);
  }
  const parsed = Point.fromAffine({ x, y });
  if (!parsed.isTorsionFree()) {
    throw new KeyError("point-outside-subgroup", `${what} is outside the subgroup`);
  }
  return parsed;
}

/** The points of a verifying key that passed every check. */
export interface CheckedVerifyingKey {
  readonly alpha: PointG1;
  readonly beta: PointG2;
  readonly gamma: PointG2;
  readonly delta: PointG2;
  readonly inputs: readonly PointG1[];
}

/**
 * Refuses a verifying key under which proofs could be forged or which is malformed, with a `KeyError`.
 *
 * Foremost gamma = delta (`gamma-equals-delta`): there A = alpha, B = beta, C = -(sum of the public inputs'
 * points) verifies for any public inputs. It is what snarkjs' set-up yields before the first contribution.
 */
export function checkVerifyingKey(vkey: VerifyingKey): CheckedVerifyingKey {
  if (vkey.protocol !== "groth16" || (vkey.curve !== "bn128" && vkey.curve !== "bn254")) {
    throw new KeyError(
      "bad-verifying-key",
      `${vkey.protocol} over ${vkey.curve}, expected groth16 over bn128`,
    );
  }
  if (!Array.isArray(vkey.IC) || vkey.IC.length !== vkey.nPublic + 1) {
    throw new KeyError(
      "bad-verifying-key",
      `${vkey.IC?.length} input points for ${vkey.nPublic} public signals`,
    );
  }
  const alpha = parseG1(vkey.vk_alpha_1, "alpha");
  const beta = parseG2(vkey.vk_beta_2, "beta");
  const gamma = parseG2(vkey.vk_gamma_2, "gamma");
  const delta = parseG2(vkey.vk_delta_2, "delta");
  const inputs = vkey.IC.map((point, i) => parseG1(point, `IC[${i}]`));
  if (gamma.equals(delta) || gamma.equals(delta.negate())) {
    throw new KeyError("gamma-equals-delta", "gamma and delta are the same point: anybody can forge proofs");
  }
  checkDegenerate({ alpha, beta, gamma, delta, inputs });
  return { alpha, beta, gamma, delta, inputs };
}

/** Secrets that are equal or 1 are no secrets: with a known relation of exponents proofs can be forged. */
function checkDegenerate({ alpha, beta, gamma, delta, inputs }: CheckedVerifyingKey): void {
  const generator2 = bn254.G2.Point.BASE;
  const same = (a: PointG2, b: PointG2) => a.equals(b) || a.equals(b.negate());
  const refuse = (what: string) => {
    throw new KeyError("degenerate-key", what);
  };
  if (alpha.equals(bn254.G1.Point.BASE) || alpha.equals(bn254.G1.Point.BASE.negate()))
    refuse("alpha is the generator");
  if (same(beta, generator2)) refuse("beta is the generator");
  if (same(delta, generator2)) refuse("delta is the generator");
  if (same(beta, gamma)) refuse("beta and gamma are the same point");
  if (same(beta, delta)) refuse("beta and delta are the same point");
  if (new Set(inputs.map((point) => point.toAffine().x)).size !== inputs.length) {
    refuse("two public inputs have the same point");
  }
}
