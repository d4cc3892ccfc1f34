import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Hex digest of a file, read as a stream so that keys larger than memory can be hashed. */
export async function hashFile(path: string, algorithm: "sha256" | "blake2b512" = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

/** Hex sha256 of a text or of bytes. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
