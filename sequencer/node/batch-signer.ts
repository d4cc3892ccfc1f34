/**
 * This node's vote for the order of a batch. Two digests for one number and epoch are a fault that L1 can punish, so
 * a vote is on disk before it leaves, and a number that was voted for is never voted for differently. Only batches
 * that this node executed itself are signed, never a statement as it was handed over.
 */
import { SigningKey } from "ethers";
import { dataHashOf, encodeBatchData } from "../../verifier-contracts/commitment.ts";
import { type BatchStatement, batchDigest, exchangeDomain } from "../../verifier-contracts/typed-data.ts";
import { headerWords } from "../batch/header.ts";
import type { BatchSigner } from "../chain/ports.ts";
import type { Database } from "../store/database.ts";
import type { StoredBatch } from "../store/settlement.ts";
import { put } from "../store/space.ts";
import { tables } from "../store/tables.ts";

export type SignerErrorCode =
  /** No such batch was cut here. */
  | "unknownBatch"
  /** The statement says something else than the batch that was cut here. */
  | "foreignStatement"
  /** Another digest was signed for this number. */
  | "conflictingVote";

export class SignerError extends Error {
  readonly code: SignerErrorCode;
  constructor(code: SignerErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.name = "SignerError";
    this.code = code;
  }
}

export interface BatchSignerOptions {
  readonly database: Database;
  readonly chainId: bigint;
  /** Address of the contract. */
  readonly exchange: string;
  readonly validatorKey: string;
  readonly batch: (number: number) => Promise<StoredBatch | undefined>;
}

export function batchSigner({
  database,
  chainId,
  exchange,
  validatorKey,
  batch,
}: BatchSignerOptions): BatchSigner {
  const domain = exchangeDomain(chainId, exchange);
  const key = new SigningKey(validatorKey);
  let last: Promise<unknown> = Promise.resolve();

  async function vote(statement: BatchStatement): Promise<readonly string[]> {
    const { epoch, number } = statement;
    const cut = await batch(number);
    if (cut === undefined) throw new SignerError("unknownBatch", `batch ${number} was not cut here`);
    if (!describes(statement, cut))
      throw new SignerError("foreignStatement", `batch ${number} is another one here`);
    const digest = batchDigest(domain, statement);
    const before = await database.get(tables.vote, epoch, number);
    if (before !== undefined) {
      if (before.digest !== digest)
        throw new SignerError(
          "conflictingVote",
          `batch ${number} of epoch ${epoch} was signed as ${before.digest}`,
        );
      return [before.signature];
    }
    const signature = key.sign(digest).serialized;
    await database.write([put(tables.vote, [epoch, number], { digest, signature })]);
    return [signature];
  }

  return {
    // One after the other: two votes for a number must not pass the look at the disk together.
    sign(statement) {
      const voted = last.catch(() => undefined).then(() => vote(statement));
      last = voted;
      return voted;
    },
  };
}

function describes(statement: BatchStatement, { header, words, commitment }: StoredBatch): boolean {
  const dataHash = dataHashOf(encodeBatchData([...headerWords(header), ...words]));
  return (
    statement.epoch === header.epoch &&
    statement.number === header.number &&
    statement.commitment === commitment &&
    statement.dataHash === dataHash
  );
}
