/**
 * The secret of a development key - which is no secret: everyone can derive it from the published seed.
 *
 *     x = SHA-512(label | name | seed | circuit hash) mod r      for x in tau, alpha, beta, delta
 *     gamma = SHA-512(label | "gamma") mod r
 *
 * gamma depends on neither seed nor circuit. So it marks every development key, whatever its manifest
 * says about itself. (A ceremony with snarkjs has gamma = 1, always.)
 */
import { createHash } from "node:crypto";
import { power, scalarOrder } from "./scalar.ts";

/** Enters every derivation; raise the number when the file that results from a seed changes. */
export const developmentFormat = "proofbook development key 1";

/** The seed of all development keys, unless a test wants another. */
export const publishedSeed = "proofbook: everyone may forge this";

export interface SetUpSecret {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
}

function expand(...parts: readonly string[]): bigint {
  // Lengths first, so that no two lists of parts hash the same bytes.
  const text = [developmentFormat, ...parts].map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  const digest = createHash("sha512").update(text).digest("hex");
  return BigInt(`0x${digest}`) % scalarOrder;
}

/** The same in all development keys. */
export const developmentGamma: bigint = expand("gamma");

/** Derives the set-up secret of one circuit. */
export function deriveSecret(seed: string, circuitHash: string): SetUpSecret {
  const derive = (name: string) => expand(name, seed, circuitHash);
  const secret: SetUpSecret = {
    tau: derive("tau"),
    alpha: derive("alpha"),
    beta: derive("beta"),
    gamma: developmentGamma,
    delta: derive("delta"),
  };
  assertUsable(secret);
  return secret;
}

/** What fails here fails with probability 2^-200; but it would fail silently, so it is checked. */
function assertUsable(secret: SetUpSecret): void {
  const values = Object.values(secret) as bigint[];
  if (values.some((value) => value <= 1n)) throw new Error("the seed yields a trivial secret");
  if (new Set(values).size !== values.length) throw new Error("the seed yields equal secrets");
  if (power(secret.tau, 1n << 28n) === 1n) throw new Error("the seed yields a root of unity as tau");
}
