/** `ceremony.json`: what a ceremony was made from and what came out, by hashes. */
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { hashFile } from "../../circuits/compile/file-hash.ts";
import type { Contribution } from "./contributions.ts";
import { KeyError } from "./key-error.ts";

export interface FileRecord {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What powers-of-tau files are usually published with. */
  readonly blake2b512: string;
}

export interface CeremonyRecord {
  readonly format: 1;
  readonly kind: "ceremony";
  readonly name: string;
  readonly snarkjs: string;
  readonly powersOfTau: FileRecord;
  /** Its sha256 is the circuit hash. */
  readonly r1cs: FileRecord;
  /** BLAKE2b-512 of the key before all contributions. */
  readonly startHash: string;
  readonly contributions: readonly (Contribution & { readonly zkeySha256: string })[];
  /** Present once the ceremony is finished. */
  readonly result?: {
    readonly zkey: FileRecord;
    readonly verifyingKey: FileRecord;
    readonly solidity: FileRecord & { readonly contract: string };
  };
}

const recordName = "ceremony.json";

/** Size and hashes of a file. */
export async function recordFile(path: string): Promise<FileRecord> {
  return {
    file: basename(path),
    bytes: (await stat(path)).size,
    sha256: await hashFile(path),
    blake2b512: await hashFile(path, "blake2b512"),
  };
}

/** Reads the record of a ceremony's directory. */
export async function readCeremony(directory: string): Promise<CeremonyRecord> {
  const path = join(directory, recordName);
  const text = await readFile(path, "utf8").catch(() => {
    throw new KeyError("ceremony-out-of-order", `${path} is missing: no ceremony was begun here`);
  });
  const record = JSON.parse(text) as CeremonyRecord;
  if (record.format !== 1 || record.kind !== "ceremony") {
    throw new KeyError("ceremony-out-of-order", `${path} is not the record of a ceremony`);
  }
  return record;
}

/** Replaces the record in one go. */
export async function saveCeremony(directory: string, record: CeremonyRecord): Promise<void> {
  const path = join(directory, recordName);
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Path of the key after so many contributions. */
export function zkeyPath(directory: string, contributions: number): string {
  return join(directory, `${String(contributions).padStart(4, "0")}.zkey`);
}
