/**
 * The quorum's signatures for batches. Every validator votes for each batch it cut, in their order, as soon as it can:
 * the digest before a batch is that of the batch before, so nobody waits for L1. Votes go to all; whoever has a
 * quorum may commit. Whose turn it is rotates with the batch, and passes on when nothing happens.
 *
 * Of each validator one vote a batch is kept, the newest: after a revert the same batch is voted for anew.
 */
import { recoverAddress, type TypedDataDomain } from "ethers";
import { dataHashOf } from "../../verifier-contracts/commitment.ts";
import { type BatchStatement, batchDigest, orderSignatures } from "../../verifier-contracts/typed-data.ts";
import type { BatchVote } from "../batch/batch-vote.ts";
import { batchData } from "../chain/calls.ts";
import type { BatchSigner, CutBatch } from "../chain/ports.ts";
import type { Hash, Signature } from "../consensus/messages.ts";

/** Batches voted for ahead of what L1 has: more would only grow what a revert throws away. */
const MAX_AHEAD = 64;

/** How long the validator whose turn it is may take before it is the next one's turn as well. */
const TURN_MS = 10_000;

export interface BatchVotesOptions {
  readonly domain: TypedDataDomain;
  /** Addresses of the epoch's validators, in its order. */
  readonly validators: readonly string[];
  readonly quorum: number;
  /** Index of this node. */
  readonly self: number;
  readonly own: { sign(statement: BatchStatement): Promise<readonly [string]> };
  readonly batch: (number: number) => Promise<CutBatch | undefined>;
  readonly broadcast: (vote: BatchVote) => void;
  readonly nowMs: () => number;
  /** A quorum signed something else than this node, which so takes no part in committing this batch. */
  readonly onDivergence: (number: number, theirs: string, own: string) => void;
}

interface Tally {
  /** When this node first wanted the batch committed. */
  readonly sinceMs: number;
  own: string | null;
  /** By signer. */
  readonly votes: Map<string, BatchVote>;
}

export class BatchVotes implements BatchSigner {
  private readonly options: BatchVotesOptions;
  private readonly tallies = new Map<number, Tally>();
  private committed = 0;

  constructor(options: BatchVotesOptions) {
    this.options = options;
  }

  /** Somebody's vote; false if it is none of this set's. */
  take(vote: BatchVote): boolean {
    const signer = signerOf(vote);
    const { validators } = this.options;
    if (signer === undefined || !validators.includes(signer)) return false;
    if (vote.number > this.committed && vote.number <= this.committed + MAX_AHEAD) this.count(vote, signer);
    return true;
  }

  /**
   * Votes for all batches after what L1 has committed; again and again, because votes get lost. `committed` and
   * `digest` are the contract's, `latest` is the newest batch here.
   */
  async advance(committed: number, digest: string, latest: number): Promise<void> {
    this.committed = committed;
    for (const number of this.tallies.keys()) if (number <= committed) this.tallies.delete(number);
    let previousDigest = digest;
    for (let number = committed + 1; number <= Math.min(latest, committed + MAX_AHEAD); number++) {
      const batch = await this.options.batch(number);
      if (batch === undefined) return;
      const statement = statementOf(batch, previousDigest);
      const [signature] = await this.options.own.sign(statement);
      previousDigest = batchDigest(this.options.domain, statement);
      const vote: BatchVote = {
        epoch: statement.epoch,
        number,
        digest: previousDigest as Hash,
        signature: signature as Signature,
      };
      this.tally(number).own = previousDigest;
      this.count(vote, this.options.validators[this.options.self]!);
      this.options.broadcast(vote);
    }
  }

  async sign(statement: BatchStatement): Promise<readonly string[] | undefined> {
    const { domain, quorum } = this.options;
    const tally = this.tallies.get(statement.number);
    if (tally === undefined || !this.isOurTurn(statement.number, tally)) return undefined;
    const digest = batchDigest(domain, statement);
    const signatures = signaturesFor(tally, digest);
    return signatures.length < quorum ? undefined : orderSignatures(digest, signatures.slice(0, quorum));
  }

  /** Rotates by batch; each delay brings one more validator in, so one that is down holds nothing up for long. */
  private isOurTurn(number: number, { sinceMs }: Tally): boolean {
    const { validators, self, nowMs } = this.options;
    const n = validators.length;
    const place = (((self - number) % n) + n) % n;
    return nowMs() - sinceMs >= place * TURN_MS;
  }

  private tally(number: number): Tally {
    let tally = this.tallies.get(number);
    if (tally === undefined) {
      tally = { sinceMs: this.options.nowMs(), own: null, votes: new Map() };
      this.tallies.set(number, tally);
    }
    return tally;
  }

  private count(vote: BatchVote, signer: string): void {
    const { number, digest } = vote;
    const tally = this.tally(number);
    if (tally.votes.get(signer)?.digest === digest) return;
    tally.votes.set(signer, vote);
    const { own } = tally;
    if (own === null || own === digest || signaturesFor(tally, digest).length < this.options.quorum) return;
    this.options.onDivergence(number, digest, own);
  }
}

const signaturesFor = ({ votes }: Tally, digest: string): string[] =>
  [...votes.values()].filter((vote) => vote.digest === digest).map(({ signature }) => signature);

const statementOf = (batch: CutBatch, previousDigest: string): BatchStatement => ({
  epoch: batch.header.epoch,
  number: batch.header.number,
  previousDigest,
  commitment: batch.commitment,
  dataHash: dataHashOf(batchData(batch)),
});

function signerOf({ digest, signature }: BatchVote): string | undefined {
  try {
    return recoverAddress(digest, signature).toLowerCase();
  } catch {
    return undefined;
  }
}
