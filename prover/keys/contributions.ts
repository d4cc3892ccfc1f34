/** Reads the contributions that a snarkjs .zkey says it went through (its section 10). */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { keptCurve } from "../backend/kept-curve.ts";
import { readSection, readSections } from "./section-file.ts";

export interface Contribution {
  readonly kind: "contribution" | "beacon";
  readonly name: string;
  /** BLAKE2b-512 as snarkjs prints it, hex. */
  readonly hash: string;
  readonly beacon?: string;
  readonly iterationsExponent?: number;
}

export interface ContributionRecord {
  /** BLAKE2b-512 of the key before all contributions, hex. */
  readonly startHash: string;
  readonly contributions: readonly Contribution[];
}

const hashBytes = 64;
/** delta in G1 afterwards, s and s*x in G1, x in G2. */
const pointsBytes = 3 * 64 + 128;

/** Reads the record; that it is true is for `verifyFromR1cs` to find out. */
export async function readContributions(zkeyPath: string): Promise<ContributionRecord> {
  const file = await open(zkeyPath, "r");
  try {
    const section = await readSection(file, await readSections(file, "zkey"), 10);
    const contributions: Contribution[] = [];
    let at = hashBytes + 4;
    for (let i = 0; i < section.readUInt32LE(hashBytes); i++) {
      const fixed = pointsBytes + hashBytes;
      const parameters = section.readUInt32LE(at + fixed + 4);
      const end = at + fixed + 8 + parameters;
      contributions.push({
        kind: section.readUInt32LE(at + fixed) === 1 ? "beacon" : "contribution",
        hash: await contributionHash(section.subarray(at, at + fixed)),
        ...readParameters(section.subarray(at + fixed + 8, end)),
      });
      at = end;
    }
    return { startHash: section.toString("hex", 0, hashBytes), contributions };
  } finally {
    await file.close();
  }
}

/** The hash is over the points in big-endian plain form, then the transcript's hash. */
async function contributionHash(fixed: Uint8Array): Promise<string> {
  const { G1, G2 } = await keptCurve(true);
  const plain = new Uint8Array(pointsBytes);
  const inG1 = [0, 64, 128];
  for (const at of inG1) G1.toRprUncompressed(plain, at, fixed.slice(at, at + 64));
  G2.toRprUncompressed(plain, 192, fixed.slice(192, 192 + 128));
  return createHash("blake2b512").update(plain).update(fixed.subarray(pointsBytes)).digest("hex");
}

function readParameters(bytes: Buffer): Omit<Contribution, "kind" | "hash"> {
  let name = "";
  let rest: Omit<Contribution, "kind" | "hash" | "name"> = {};
  for (let at = 0; at < bytes.length; ) {
    const type = bytes.readUInt8(at);
    const value = bytes.readUInt8(at + 1);
    if (type === 2) {
      rest = { ...rest, iterationsExponent: value };
      at += 2;
      continue;
    }
    const content = bytes.subarray(at + 2, at + 2 + value);
    if (type === 1) name = content.toString("utf8");
    else if (type === 3) rest = { ...rest, beacon: content.toString("hex") };
    else throw new Error(`unknown parameter ${type} in a contribution`);
    at += 2 + value;
  }
  return { name, ...rest };
}
