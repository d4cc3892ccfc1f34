/**
 * Phase 2 of a real set-up, with snarkjs: begin, contribute (as many as will), beacon, finish.
 *
 * Each step writes the next key beside the last one and then the record, so an interrupted step is simply
 * done again. A key is as safe as the most honest of its contributors.
 */
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as snarkjs from "snarkjs";
import { hashFile } from "../../circuits/compile/file-hash.ts";
import type { OnProgress } from "../../circuits/compile/progress.ts";
import { type CeremonyRecord, readCeremony, recordFile, saveCeremony, zkeyPath } from "./ceremony-record.ts";
import { readContributions } from "./contributions.ts";
import { KeyError } from "./key-error.ts";
import { SnarkjsLog } from "./snarkjs-session.ts";
import { solidityVerifier } from "./solidity.ts";
import { checkVerifyingKey, readVerifyingKey, verifyingKeyText } from "./verifying-key.ts";

async function snarkjsVersion(): Promise<string> {
  const main = createRequire(import.meta.url).resolve("snarkjs");
  const about = await readFile(join(dirname(main), "..", "package.json"), "utf8");
  return (JSON.parse(about) as { version: string }).version;
}

function refused(step: string, log: SnarkjsLog): KeyError {
  return new KeyError("ceremony-refused", `${step}: ${log.complaints.join("; ") || "snarkjs refused"}`);
}

export interface BeginCeremonyOptions {
  /** An existing, empty directory for keys and record. */
  readonly directory: string;
  readonly name: string;
  readonly r1csPath: string;
  /** A powers-of-tau file that is prepared for phase 2. */
  readonly ptauPath: string;
  readonly onProgress?: OnProgress | undefined;
}

/** Makes the first key, which is not safe before somebody has contributed. */
export async function beginCeremony(options: BeginCeremonyOptions): Promise<CeremonyRecord> {
  const { directory, name, r1csPath, ptauPath } = options;
  const begun = await stat(join(directory, "ceremony.json")).catch(() => undefined);
  if (begun) throw new KeyError("ceremony-out-of-order", `a ceremony was already begun in ${directory}`);
  const log = new SnarkjsLog("set up", options.onProgress);
  const first = zkeyPath(directory, 0);
  const startHash = await snarkjs.zKey.newZKey(r1csPath, ptauPath, `${first}.new`, log);
  if (startHash === -1) {
    await rm(`${first}.new`, { force: true });
    throw refused("set up", log);
  }
  await rename(`${first}.new`, first);
  const record: CeremonyRecord = {
    format: 1,
    kind: "ceremony",
    name,
    snarkjs: await snarkjsVersion(),
    powersOfTau: await recordFile(ptauPath),
    r1cs: await recordFile(r1csPath),
    startHash: Buffer.from(startHash).toString("hex"),
    contributions: [],
  };
  await saveCeremony(directory, record);
  return record;
}

/** Runs one contribution from the last key to the next and enters it into the record. */
async function addContribution(
  directory: string,
  run: (before: string, after: string) => Promise<unknown>,
): Promise<CeremonyRecord> {
  const record = await readCeremony(directory);
  if (record.result) throw new KeyError("ceremony-out-of-order", "the ceremony is finished");
  if (record.contributions.at(-1)?.kind === "beacon") {
    throw new KeyError("ceremony-out-of-order", "nothing follows the beacon but the finish");
  }
  const count = record.contributions.length;
  const after = zkeyPath(directory, count + 1);
  await run(zkeyPath(directory, count), `${after}.new`);
  const { contributions } = await readContributions(`${after}.new`);
  await rename(`${after}.new`, after);
  const latest = contributions[count];
  if (latest === undefined) throw new KeyError("ceremony-refused", "the contribution left no trace");
  const entry = { ...latest, zkeySha256: await hashFile(after) };
  const next = { ...record, contributions: [...record.contributions, entry] };
  await saveCeremony(directory, next);
  return next;
}

export interface ContributeOptions {
  readonly directory: string;
  /** The contributor, at most 64 characters. */
  readonly name: string;
  /** Text that nobody can guess; snarkjs mixes it with the system's randomness. */
  readonly entropy: string;
  readonly onProgress?: OnProgress | undefined;
}

/** One person's contribution. Who destroys the entropy afterwards makes the key safe. */
export async function contribute(options: ContributeOptions): Promise<CeremonyRecord> {
  const log = new SnarkjsLog("contribute", options.onProgress);
  return await addContribution(options.directory, (before, after) =>
    snarkjs.zKey.contribute(before, after, options.name, options.entropy, log),
  );
}

export interface BeaconOptions {
  readonly directory: string;
  /** A value that nobody could foresee when the last contribution was made, as hex. */
  readonly beacon: string;
  /** The beacon is hashed 2^this times; 10 to 63. */
  readonly iterationsExponent: number;
  readonly name?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** The last contribution, from a public random beacon: takes from the last person the choice of the key. */
export async function applyBeacon(options: BeaconOptions): Promise<CeremonyRecord> {
  const log = new SnarkjsLog("beacon", options.onProgress);
  const { directory, beacon, iterationsExponent, name = "beacon" } = options;
  const before = await readCeremony(directory);
  if (before.contributions.length === 0) {
    throw new KeyError("ceremony-out-of-order", "a beacon alone is no secret: nobody has contributed yet");
  }
  return await addContribution(directory, async (from, to) => {
    const hash = await snarkjs.zKey.beacon(from, to, name, beacon, iterationsExponent, log);
    if (hash === false) throw refused("beacon", log);
  });
}

export interface FinishOptions {
  readonly directory: string;
  readonly r1csPath: string;
  readonly ptauPath: string;
  /** Name of the Solidity contract, such as `Groth16Verifier4`. */
  readonly contract: string;
  readonly onProgress?: OnProgress | undefined;
}

/** Verifies the whole chain of contributions and writes verifying key and Solidity verifier. */
export async function finishCeremony(options: FinishOptions): Promise<CeremonyRecord> {
  const { directory, contract } = options;
  const record = await readCeremony(directory);
  if (record.contributions.at(-1)?.kind !== "beacon") {
    throw new KeyError("ceremony-out-of-order", "the last contribution has to be a beacon");
  }
  const zkey = zkeyPath(directory, record.contributions.length);
  const log = new SnarkjsLog("verify", options.onProgress);
  if (!(await snarkjs.zKey.verifyFromR1cs(options.r1csPath, options.ptauPath, zkey, log))) {
    throw refused("verify", log);
  }
  const vkey = await readVerifyingKey(zkey);
  checkVerifyingKey(vkey);
  const verifyingKeyPath = join(directory, "verifying-key.json");
  const solidityPath = join(directory, `${contract}.sol`);
  await writeFile(solidityPath, await solidityVerifier(vkey, contract));
  await writeFile(verifyingKeyPath, verifyingKeyText(vkey));
  const result = {
    zkey: await recordFile(zkey),
    verifyingKey: await recordFile(verifyingKeyPath),
    solidity: { ...(await recordFile(solidityPath)), contract },
  };
  const finished = { ...record, result };
  await saveCeremony(directory, finished);
  return finished;
}
