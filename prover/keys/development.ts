/**
 * Development keys: the trusted set-up with a secret that everybody knows, made in seconds and offline.
 *
 * Such a key proves nothing to anybody who does not control the chain; `isDevelopmentKey` recognises it
 * whatever label it carries.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import type { CorruptArtefact } from "../../circuits/compile/artefact-errors.ts";
import { ensureArtefacts } from "../../circuits/compile/artefacts.ts";
import { cacheDirectory } from "../../circuits/compile/cache-directory.ts";
import { hashFile, sha256 } from "../../circuits/compile/file-hash.ts";
import type { OnProgress } from "../../circuits/compile/progress.ts";
import { deriveSecret, developmentFormat, developmentGamma, publishedSeed } from "./secret.ts";
import { solidityVerifier } from "./solidity.ts";
import { parseG1, parseG2, readVerifyingKey, type VerifyingKey, verifyingKeyText } from "./verifying-key.ts";
import { writeZkey } from "./zkey-writer.ts";

export interface DevelopmentKeyOptions {
  readonly r1csPath: string;
  /** For file names and messages. */
  readonly name: string;
  readonly seed?: string | undefined;
  readonly threads?: number | undefined;
  readonly cacheDir?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly onCorrupt?: ((error: CorruptArtefact) => void) | undefined;
}

export interface DevelopmentKey {
  readonly kind: "development";
  readonly name: string;
  readonly directory: string;
  readonly zkeyPath: string;
  readonly verifyingKeyPath: string;
  readonly verifyingKey: VerifyingKey;
  readonly manifestPath: string;
  /** sha256 of the r1cs file. */
  readonly circuitHash: string;
  readonly seed: string;
  /** Hash over circuit, seed and format: the address in the cache. */
  readonly hash: string;
  /** Whether it was made now, rather than found. */
  readonly built: boolean;
}

const zkeyName = "circuit.zkey";
const verifyingKeyName = "verifying-key.json";
const solidityName = "Groth16Verifier.sol";

/**
 * Makes the development key of a circuit, or finds it in the cache.
 *
 *     const key = await ensureDevelopmentKey({ r1csPath: circuit.r1csPath, name: circuit.name });
 *     const { proof, publicSignals } = await groth16.fullProve(input, circuit.wasmPath, key.zkeyPath);
 */
export async function ensureDevelopmentKey(options: DevelopmentKeyOptions): Promise<DevelopmentKey> {
  const { name, r1csPath } = options;
  const seed = options.seed ?? publishedSeed;
  const circuitHash = await hashFile(r1csPath);
  const hash = sha256(JSON.stringify([developmentFormat, circuitHash, seed]));
  const directory = join(options.cacheDir ?? cacheDirectory(), "keys", `${name}-${hash.slice(0, 16)}`);
  const { built } = await ensureArtefacts({
    directory,
    kind: "development",
    name,
    hash,
    onCorrupt: options.onCorrupt,
    build: async (into) => {
      const zkeyPath = join(into, zkeyName);
      const secret = deriveSecret(seed, circuitHash);
      const { threads, onProgress } = options;
      const constraints = await writeZkey({ r1csPath, zkeyPath, secret, circuitHash, threads, onProgress });
      const vkey = await readVerifyingKey(zkeyPath);
      await writeFile(join(into, verifyingKeyName), verifyingKeyText(vkey));
      await writeFile(join(into, solidityName), await solidityVerifier(vkey, "Groth16Verifier"));
      return { kind: "development", format: developmentFormat, circuitHash, seed, constraints };
    },
  });
  const verifyingKeyPath = join(directory, verifyingKeyName);
  return {
    kind: "development",
    name,
    directory,
    zkeyPath: join(directory, zkeyName),
    verifyingKeyPath,
    verifyingKey: JSON.parse(await readFile(verifyingKeyPath, "utf8")) as VerifyingKey,
    manifestPath: join(directory, "manifest.json"),
    circuitHash,
    seed,
    hash,
    built,
  };
}

/**
 * Whether a verifying key is a development key, by recomputing its points instead of reading its label.
 *
 * gamma alone gives away every key that `ensureDevelopmentKey` ever makes, of any circuit and seed. The
 * other points catch one whose gamma was replaced, if it belongs to this circuit (sha256 of its r1cs) and
 * the published seed. A key that cannot be parsed is a matter for `checkVerifyingKey`, which throws.
 */
export function isDevelopmentKey(
  vkey: VerifyingKey,
  circuitHash: string,
  seed: string = publishedSeed,
): boolean {
  const { alpha, beta, delta } = deriveSecret(seed, circuitHash);
  const { G1, G2 } = bn254;
  return (
    parseG2(vkey.vk_gamma_2, "gamma").equals(G2.Point.BASE.multiply(developmentGamma)) ||
    parseG2(vkey.vk_delta_2, "delta").equals(G2.Point.BASE.multiply(delta)) ||
    parseG2(vkey.vk_beta_2, "beta").equals(G2.Point.BASE.multiply(beta)) ||
    parseG1(vkey.vk_alpha_1, "alpha").equals(G1.Point.BASE.multiply(alpha))
  );
}
