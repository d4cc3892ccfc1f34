/** The wish of a quorum to take unproven batches back: what each operator signs, and what is made of their signatures. */
import { computeAddress, recoverAddress, type SigningKey } from "ethers";
import type { BatchRecord } from "../../verifier-contracts/records.ts";
import { orderSignatures, type RevertStatement, revertDigest } from "../../verifier-contracts/typed-data.ts";
import { TraderError } from "../sdk/trader-error.ts";
import type { RegistryView } from "./stake.ts";
import { readJson } from "./validator-key.ts";

/** Half a year of blocks of twelve seconds: a batch that waits longer is found by nobody who looks from the head. */
const MAX_BLOCKS = 1_300_000;

export interface SignedRevert extends RevertStatement {
  readonly signer: string;
  readonly signature: string;
}

const bad = (message: string, whatToDo: string): TraderError =>
  new TraderError("BAD_CONFIG", { message, whatToDo });

/** What has to be signed now to take back a batch, and all after it. */
export async function revertOf(
  { exchange, registry, provider }: RegistryView,
  from: number,
): Promise<{ statement: RevertStatement; record: BatchRecord; until: number }> {
  const head = await provider.getBlockNumber();
  const { committedBatches, provenBatches } = await exchange.state(head);
  if (from < 1 || from > committedBatches)
    throw bad(`batch ${from} is not committed`, `Committed are 1 to ${committedBatches}.`);
  if (from <= provenBatches)
    throw bad(
      `batch ${from} is proven, and stays`,
      `The first that can be taken back is ${provenBatches + 1}.`,
    );
  const record = await exchange.findRecord(from, Math.max(0, head - MAX_BLOCKS), head);
  if (record === undefined) throw new Error(`batch ${from} is committed, and its record is not found`);
  // The old set until its time is up, then the new one.
  const { earliest: epoch } = await registry.orderingEpochs(head);
  return { statement: { epoch, from, digest: record.digest }, record, until: committedBatches };
}

/** Throws `BAD_CONFIG` for a key that has no say in this epoch. */
export async function signRevert(
  { exchange, registry }: RegistryView,
  statement: RevertStatement,
  key: SigningKey,
): Promise<SignedRevert> {
  const signer = computeAddress(key.publicKey);
  if (!(await registry.isValidator(statement.epoch, signer)))
    throw bad(`${signer} is no validator of epoch ${statement.epoch}`, "Only members of that epoch decide.");
  const digest = revertDigest(await exchange.domain(), statement);
  return { ...statement, signer, signature: key.sign(digest).serialized };
}

/**
 * Signatures from files, as the contract wants them. Throws `BAD_CONFIG` for one that is for something else, of nobody
 * who has a say, or too few of them: what the chain would refuse costs gas.
 */
export async function collectReverts(
  { exchange, registry }: RegistryView,
  statement: RevertStatement,
  files: readonly string[],
): Promise<string[]> {
  const digest = revertDigest(await exchange.domain(), statement);
  const signatures = new Map<string, string>();
  for (const file of files) {
    const signed = readSignedRevert(file);
    if (
      signed.epoch !== statement.epoch ||
      signed.from !== statement.from ||
      signed.digest !== statement.digest
    )
      throw bad(
        `${file} is about batch ${signed.from} (${signed.digest}) in epoch ${signed.epoch}; on the chain it is ${statement.digest} now, in epoch ${statement.epoch}`,
        "Sign anew: the batch was committed again, or another set decides.",
      );
    const signer = signerOf(digest, signed.signature);
    if (signer === undefined || !(await registry.isValidator(statement.epoch, signer)))
      throw bad(`${file} is signed by nobody who has a say`, "`validator sign-revert` makes the file.");
    signatures.set(signer, signed.signature);
  }
  const needed = await registry.quorum(statement.epoch);
  if (signatures.size < needed)
    throw bad(`${signatures.size} signatures, ${needed} are needed`, "More operators have to sign.");
  return orderSignatures(digest, [...signatures.values()].slice(0, needed));
}

function signerOf(digest: string, signature: string): string | undefined {
  try {
    return recoverAddress(digest, signature);
  } catch {
    return undefined;
  }
}

function readSignedRevert(path: string): SignedRevert {
  const { epoch, from, digest, signature } = (readJson(path) ?? {}) as Partial<SignedRevert>;
  const isRight =
    Number.isSafeInteger(epoch) &&
    Number.isSafeInteger(from) &&
    /^0x[0-9a-f]{64}$/.test(String(digest)) &&
    /^0x[0-9a-f]{130}$/.test(String(signature));
  if (!isRight) throw bad(`${path} is no signed revert`, "`validator sign-revert` makes the file.");
  return { epoch, from, digest, signature } as SignedRevert;
}
