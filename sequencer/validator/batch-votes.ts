/**
 * The quorum's signatures for batches. Every validator votes for each batch it cut, in their order, as soon as it can:
 * the digest before a batch is that of the batch before, so nobody waits for L1. Votes go to all; whoever has a
 * quorum may commit. Whose turn it is rotates with the batch, and passes on when nothing happens.
 *
 * Of each validator one vote a batch is kept, the newest: after a revert the same batch is voted for anew.
 */
import { getBytes, type TypedDataDomain } from "ethers";
import { dataHashOf } from "../../verifier-contracts/commitment.ts";
import { type BatchStatement, batchDigest, orderSignatures } from "../../verifier-contracts/typed-data.ts";
import type { BatchVote } from "../batch/batch-vote.ts";
import { batchData } from "../chain/calls.ts";
import type { BatchSigner, CutBatch } from "../chain/ports.ts";
import type { Hash, Signature } from "../consensus/messages.ts";
import { recoverSigner } from "../consensus/secp256k1.ts";

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
  /** This node's, after a batch of this digest: it is asked for with every look at the chain. */
  own: { readonly previousDigest: string; readonly vote: BatchVote } | null;
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
    // Votes come again and again, and the work is in finding out whose they are.
    if (!this.isWanted(vote.number) || this.isCounted(vote)) return true;
    const signer = recoverSigner(getBytes(vote.digest), vote.signature);
    if (signer === undefined || !this.options.validators.includes(signer)) return false;
    this.count(vote, signer);
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
      const vote = this.ownVote(number, previousDigest) ?? (await this.vote(number, previousDigest));
      if (vote === undefined) return;
      previousDigest = vote.digest;
      this.options.broadcast(vote);
    }
  }

  private ownVote(number: number, previousDigest: string): BatchVote | undefined {
    const own = this.tallies.get(number)?.own ?? null;
    return own?.previousDigest === previousDigest ? own.vote : undefined;
  }

  /** Undefined while the batch is not here. */
  private async vote(number: number, previousDigest: string): Promise<BatchVote | undefined> {
    const { options } = this;
    const batch = await options.batch(number);
    if (batch === undefined) return undefined;
    const statement = statementOf(batch, previousDigest);
    const [signature] = await options.own.sign(statement);
    const vote: BatchVote = {
      epoch: statement.epoch,
      number,
      digest: batchDigest(options.domain, statement) as Hash,
      signature: signature as Signature,
    };
    this.tally(number).own = { previousDigest, vote };
    this.count(vote, options.validators[options.self]!);
    return vote;
  }

  private isWanted(number: number): boolean {
    return number > this.committed && number <= this.committed + MAX_AHEAD;
  }

  private isCounted({ number, digest, signature }: BatchVote): boolean {
    const votes = this.tallies.get(number)?.votes.values() ?? [];
    return [...votes].some((vote) => vote.digest === digest && vote.signature === signature);
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
    this.compare(number, tally);
  }

  /** Whoever came first, the others or this node. */
  private compare(number: number, tally: Tally): void {
    const own = tally.own?.vote.digest;
    if (own === undefined) return;
    const theirs = [...tally.votes.values()].find(
      ({ digest }) => digest !== own && signaturesFor(tally, digest).length >= this.options.quorum,
    );
    if (theirs !== undefined) this.options.onDivergence(number, theirs.digest, own);
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
