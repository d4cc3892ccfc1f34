/** Random bytes that a test can replay: the seed is printed, and taken from env SEED when it is set. */
import { createHash } from "node:crypto";

export function seededBytes(label: string): (length: number) => Uint8Array {
  const seed = process.env.SEED ?? String(Date.now());
  console.log(`${label}: SEED=${seed}`);
  let counter = 0;
  return (length) => {
    const chunks: Buffer[] = [];
    for (let have = 0; have < length; have += 32)
      chunks.push(createHash("sha256").update(`${seed}/${label}/${counter++}`).digest());
    return new Uint8Array(Buffer.concat(chunks).subarray(0, length));
  };
}
