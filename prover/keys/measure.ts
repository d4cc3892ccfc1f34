/** How fast development keys are made: the figure `keys.secondsPer100kConstraints`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashFile } from "../../circuits/compile/file-hash.ts";
import { deriveSecret, publishedSeed } from "./secret.ts";
import { writeZkey } from "./zkey-writer.ts";

export interface KeyMeasurement {
  readonly constraints: number;
  readonly seconds: number;
  readonly secondsPer100kConstraints: number;
}

/** Makes a key for the circuit, throws it away, and tells how long it took. */
export async function measureDevelopmentKey(
  r1csPath: string,
  threads?: number | undefined,
): Promise<KeyMeasurement> {
  const directory = await mkdtemp(join(tmpdir(), "proofbook-keys-"));
  try {
    const circuitHash = await hashFile(r1csPath);
    const secret = deriveSecret(publishedSeed, circuitHash);
    const started = performance.now();
    const zkeyPath = join(directory, "circuit.zkey");
    const constraints = await writeZkey({ r1csPath, zkeyPath, secret, circuitHash, threads });
    const seconds = (performance.now() - started) / 1000;
    return { constraints, seconds, secondsPer100kConstraints: (seconds * 1e5) / constraints };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
