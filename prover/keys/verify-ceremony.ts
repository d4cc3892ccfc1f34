/** Rebuilds everything that a ceremony's record claims, from r1cs, powers of tau and final key. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as snarkjs from "snarkjs";
import { hashFile, sha256 } from "../../circuits/compile/file-hash.ts";
import type { OnProgress } from "../../circuits/compile/progress.ts";
import { type CeremonyRecord, type FileRecord, readCeremony } from "./ceremony-record.ts";
import { type Check, CheckList } from "./check-list.ts";
import { type Contribution, readContributions } from "./contributions.ts";
import { isDevelopmentKey } from "./development.ts";
import { KeyError } from "./key-error.ts";
import { SnarkjsLog } from "./snarkjs-session.ts";
import { solidityVerifier } from "./solidity.ts";
import { checkVerifyingKey, readVerifyingKey, verifyingKeyText } from "./verifying-key.ts";

export interface VerifyCeremonyOptions {
  readonly directory: string;
  readonly r1csPath: string;
  readonly ptauPath: string;
  /** Also verify the powers of tau themselves, which takes hours for large ones. */
  readonly powersOfTauToo?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
}

type Result = NonNullable<CeremonyRecord["result"]>;

/** Makes every comparison and returns them all; the ceremony is good if all are `ok`. */
export async function verifyCeremony(options: VerifyCeremonyOptions): Promise<readonly Check[]> {
  const record = await readCeremony(options.directory);
  const { result } = record;
  if (!result) throw new KeyError("ceremony-out-of-order", "the ceremony is not finished");
  const list = new CheckList();
  await compareFile(list, "powers of tau", record.powersOfTau, options.ptauPath);
  await compareFile(list, "r1cs", record.r1cs, options.r1csPath);
  const zkey = join(options.directory, result.zkey.file);
  await compareFile(list, "final zkey", result.zkey, zkey);
  if (options.powersOfTauToo) {
    await list.attempt("powers of tau are well formed", () =>
      mustHold((log) => snarkjs.powersOfTau.verify(options.ptauPath, log), options.onProgress),
    );
  }
  await list.attempt("zkey follows from r1cs, powers of tau and contributions", () =>
    mustHold(
      (log) => snarkjs.zKey.verifyFromR1cs(options.r1csPath, options.ptauPath, zkey, log),
      options.onProgress,
    ),
  );
  await list.attempt("contributions can be read", () => compareContributions(list, record, zkey));
  await list.attempt("keys can be rebuilt", () => compareKeys(list, options.directory, record, result, zkey));
  return list.checks;
}

async function mustHold(
  test: (log: SnarkjsLog) => Promise<boolean>,
  onProgress: OnProgress | undefined,
): Promise<void> {
  const log = new SnarkjsLog("verify", onProgress);
  if (!(await test(log))) throw new Error(log.complaints.join("; ") || "snarkjs says no");
}

async function compareFile(list: CheckList, what: string, record: FileRecord, path: string): Promise<void> {
  const missing = () => "missing";
  list.compare(`${what} sha256`, record.sha256, await hashFile(path).catch(missing));
  list.compare(`${what} blake2b`, record.blake2b512, await hashFile(path, "blake2b512").catch(missing));
}

async function compareContributions(list: CheckList, record: CeremonyRecord, zkey: string): Promise<void> {
  const found = await readContributions(zkey);
  const shown = (entry: Contribution | undefined) =>
    entry === undefined
      ? "none"
      : [entry.kind, entry.name, entry.beacon, entry.iterationsExponent, entry.hash]
          .filter((part) => part !== undefined)
          .join(" ");
  list.compare("start hash", record.startHash, found.startHash);
  const count = Math.max(record.contributions.length, found.contributions.length);
  for (let i = 0; i < count; i++) {
    list.compare(`contribution ${i + 1}`, shown(record.contributions[i]), shown(found.contributions[i]));
  }
  list.compare(
    "zkey after the last contribution",
    record.contributions.at(-1)?.zkeySha256 ?? "none",
    await hashFile(zkey),
  );
}

async function compareKeys(
  list: CheckList,
  directory: string,
  record: CeremonyRecord,
  result: Result,
  zkey: string,
): Promise<void> {
  const vkey = await readVerifyingKey(zkey);
  const rebuilt = {
    "verifying key": { record: result.verifyingKey, text: verifyingKeyText(vkey) },
    "Solidity verifier": {
      record: result.solidity,
      text: await solidityVerifier(vkey, result.solidity.contract),
    },
  };
  for (const [what, { record: expected, text }] of Object.entries(rebuilt)) {
    list.compare(`${what}, rebuilt`, expected.sha256, sha256(text));
    const stored = await readFile(join(directory, expected.file)).catch(() => undefined);
    list.compare(`${what}, stored`, expected.sha256, stored === undefined ? "missing" : sha256(stored));
  }
  await list.attempt("verifying key is sound", () => checkVerifyingKey(vkey));
  await list.attempt("verifying key is no development key", () => {
    if (isDevelopmentKey(vkey, record.r1cs.sha256)) throw new Error("it is one: everybody can forge proofs");
  });
}
