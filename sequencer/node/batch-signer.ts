/**
 * This node's vote for the order of a batch. Two digests for one (epoch, number, previous digest) cost the stake on
 * L1, so a vote is on disk before it leaves, and what was voted for is never voted for differently. Only batches that
 * this node executed itself are signed, never a statement as it was handed over.
 *
 * The previous digest is part of that place because an unproven batch can be reverted: then the chain of digests goes
 * on from the revert's own digest, and the same number is voted for again, innocently. The contract stands at one
 * digest at a time, so of votes with different previous digests at most one is ever of use. Still a digest is named
 * only if it is explained: by an own vote for the batch before, by a batch that L1 published, or by a revert of such.
 */
import { SigningKey, type TypedDataDomain, ZeroHash } from "ethers";
import { dataHashOf, encodeBatchData } from "../../verifier-contracts/commitment.ts";
import {
  type BatchStatement,
  batchDigest,
  exchangeDomain,
  revertDigest,
} from "../../verifier-contracts/typed-data.ts";
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
  /** The digest before this batch is nobody's: neither voted for here nor published on L1, nor a revert of such. */
  | "unknownPrevious"
  /** Another digest was signed for this number after the same one. */
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
  /** The batch that L1 published last under a number, reverted or not. Asked only when own votes explain nothing. */
  readonly published: (number: number) => Promise<StandingDigest | undefined>;
}

/** A batch's digest, and the epoch that ordered it. */
export interface StandingDigest {
  readonly epoch: number;
  readonly digest: string;
}

/** Epochs that may pass between a batch and its revert: a batch waits for its proof for days, not for this long. */
const REVERT_EPOCHS = 64;

/** Votes for itself alone; that is a quorum in a set of one. */
export interface OwnSigner extends BatchSigner {
  /** The own signature. Rejects with `SignerError`. */
  sign(statement: BatchStatement): Promise<readonly [string]>;
}

export function batchSigner(options: BatchSignerOptions): OwnSigner {
  const { database, batch } = options;
  const domain = exchangeDomain(options.chainId, options.exchange);
  const key = new SigningKey(options.validatorKey);
  let last: Promise<unknown> = Promise.resolve();

  async function vote(asked: BatchStatement): Promise<readonly [string]> {
    // One spelling of a digest: it is a key.
    const statement = { ...asked, previousDigest: asked.previousDigest.toLowerCase() };
    const { epoch, number, previousDigest } = statement;
    const cut = await batch(number);
    if (cut === undefined) throw new SignerError("unknownBatch", `batch ${number} was not cut here`);
    if (!describes(statement, cut))
      throw new SignerError("foreignStatement", `batch ${number} is another one here`);
    const digest = batchDigest(domain, statement);
    const before = await database.get(tables.vote, number, epoch, previousDigest);
    if (before !== undefined) {
      if (before.digest !== digest)
        throw new SignerError(
          "conflictingVote",
          `batch ${number} of epoch ${epoch} after ${previousDigest} was signed as ${before.digest}`,
        );
      return [before.signature];
    }
    if (!(await isExplained(options, domain, statement)))
      throw new SignerError("unknownPrevious", `nothing known here has the digest ${previousDigest}`);
    const signature = key.sign(digest).serialized;
    await database.write([put(tables.vote, [number, epoch, previousDigest], { epoch, digest, signature })]);
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

/** Whether the digest that the statement names is one at which the contract may stand before this batch. */
async function isExplained(
  { database, published }: BatchSignerOptions,
  domain: TypedDataDomain,
  { epoch, number, previousDigest }: BatchStatement,
): Promise<boolean> {
  if (number === 1 && previousDigest === ZeroHash) return true;
  const isHere = (votes: readonly StandingDigest[]) => votes.some(({ digest }) => digest === previousDigest);
  const isRevert = (votes: readonly StandingDigest[]) =>
    votes.some((voted) => revertsOf(domain, number, voted, epoch).includes(previousDigest));
  const voted = async (of: number): Promise<StandingDigest[]> =>
    (await database.list(tables.vote, [of])).map(({ value }) => value);
  if (isHere(await voted(number - 1)) || isRevert(await voted(number))) return true;
  // This node was away, or joined later. What the chain says then is all there is; wrong, it makes a useless vote.
  const [before, same] = await Promise.all([published(number - 1), published(number)]);
  return isHere(before ? [before] : []) || isRevert(same ? [same] : []);
}

/** Digests of all reverts of a batch that could have come until now: by its own epoch or a later one. */
function revertsOf(domain: TypedDataDomain, from: number, voted: StandingDigest, until: number): string[] {
  const reverts: string[] = [];
  for (let epoch = Math.max(voted.epoch, until - REVERT_EPOCHS); epoch <= until; epoch++)
    reverts.push(revertDigest(domain, { epoch, from, digest: voted.digest }));
  return reverts;
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
