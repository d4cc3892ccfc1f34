/**
 * The quorum's signatures for batches. Every validator votes for each batch it cut, in their order, as soon as it can:
 * the digest before a batch is that of the batch before, so nobody waits for L1. Votes go to all; whoever has a
 * quorum may commit. Whose turn it is rotates with the batch, and passes on when nothing happens.
 *
 * Of each validator one vote a batch is counted, the newest that agrees with this node's or else the newest: after a revert
 * the same batch is voted for anew. Votes that
 * contradict each other are told; also such for batches that L1 took a while ago, since a liar is no less one then.
 *
 * A batch is voted for by the set of the epoch that it stands under (batch-epochs.ts): the one that ordered it, as long as
 * L1 takes that, whoever is in the set now. A member of the next set that was none of
 * this one begins to vote when L1 has this set's last batch: until then nothing explains to it what that one's digest is.
 */
import { getBytes, type TypedDataDomain } from "ethers";
import { dataHashOf } from "../../verifier-contracts/commitment.ts";
import type { Evidence } from "../../verifier-contracts/evidence.ts";
import { type BatchStatement, batchDigest, orderSignatures } from "../../verifier-contracts/typed-data.ts";
import type { BatchVote } from "../batch/batch-vote.ts";
import { batchData } from "../chain/calls.ts";
import type { BatchSigner, CutBatch } from "../chain/ports.ts";
import { quorumOf } from "../consensus/epoch.ts";
import type { Hash, Peer, Signature } from "../consensus/messages.ts";
import { recoverSigner } from "../consensus/secp256k1.ts";
import { BatchContradictions, isSame } from "./batch-contradictions.ts";

/** Batches voted for ahead of what L1 has: more would only grow what a revert throws away. */
const MAX_AHEAD = 64;

/** Batches behind what L1 has whose votes are still compared. */
const MAX_BEHIND = 16;

/** How long the validator whose turn it is may take before it is the next one's turn as well, unless told otherwise. */
export const DEFAULT_TURN_MS = 10_000;

export interface BatchVotesOptions {
  readonly domain: TypedDataDomain;
  /** Addresses of an epoch's validators, in its order; undefined for one that this node's chain has not reached. */
  readonly setOf: (epoch: number) => readonly Peer[] | undefined;
  /** Address of this node. */
  readonly self: Peer;
  readonly own: { sign(statement: BatchStatement): Promise<readonly [string]> };
  readonly batch: (number: number) => Promise<CutBatch | undefined>;
  readonly broadcast: (vote: BatchVote) => void;
  readonly nowMs: () => number;
  /** How long the validator whose turn it is may take. */
  readonly turnMs: number;
  /** A quorum signed something else than this node, which so takes no part in committing this batch. */
  readonly onDivergence: (number: number, theirs: string, own: string) => void;
  /** A validator contradicted itself; may be told again. */
  readonly onEvidence: (evidence: Evidence, signer: string) => void;
}

/** Finding out the digest is work. */
interface Counted {
  readonly digest: string;
  readonly vote: BatchVote;
}

interface Tally {
  /** When this node first wanted the batch committed. */
  readonly sinceMs: number;
  /** This node's, after a batch of this digest: it is asked for with every look at the chain. */
  own: Counted | null;
  /** By signer. */
  readonly votes: Map<string, Counted>;
}

export class BatchVotes implements BatchSigner {
  private readonly options: BatchVotesOptions;
  private readonly tallies = new Map<number, Tally>();
  private readonly contradictions = new BatchContradictions();
  private committed = 0;

  constructor(options: BatchVotesOptions) {
    this.options = options;
  }

  /** Somebody's vote; false if it is none of this set's. */
  take(vote: BatchVote): boolean {
    const { domain, setOf } = this.options;
    const { number } = vote;
    const validators = setOf(vote.epoch);
    if (validators === undefined) return true;
    if (number <= this.committed - MAX_BEHIND || number > this.committed + MAX_AHEAD) return true;
    // Votes come again and again, and the work is in finding out whose they are.
    if (this.isKnown(vote)) return true;
    const digest = batchDigest(domain, vote);
    const signer = recoverSigner(getBytes(digest), vote.signature);
    if (signer === undefined || !validators.includes(signer)) return false;
    this.compareWithEarlier(vote, signer);
    if (number > this.committed) this.count({ digest, vote }, signer);
    return true;
  }

  /**
   * Votes for all batches after what L1 has committed; again and again, because votes get lost. `committed` and
   * `digest` are the contract's, `latest` is the newest batch here.
   */
  async advance(committed: number, digest: string, latest: number): Promise<void> {
    this.committed = committed;
    for (const number of this.tallies.keys()) if (number <= committed) this.tallies.delete(number);
    this.contradictions.forgetUpTo(committed - MAX_BEHIND);
    // The one spelling in which votes are compared.
    let previousDigest = digest.toLowerCase() as Hash;
    for (let number = committed + 1; number <= Math.min(latest, committed + MAX_AHEAD); number++) {
      const own = this.ownVote(number, previousDigest) ?? (await this.vote(number, previousDigest));
      if (own === undefined) return;
      previousDigest = own.digest as Hash;
      this.options.broadcast(own.vote);
    }
  }

  /** The batch says something else from now on: another vote is due for it. */
  restated(number: number): void {
    const tally = this.tallies.get(number);
    if (tally !== undefined) tally.own = null;
  }

  private ownVote(number: number, previousDigest: Hash): Counted | undefined {
    const own = this.tallies.get(number)?.own ?? null;
    return own?.vote.previousDigest === previousDigest ? own : undefined;
  }

  /** Undefined while the batch is not here, and for one that others order. */
  private async vote(number: number, previousDigest: Hash): Promise<Counted | undefined> {
    const { options } = this;
    const batch = await options.batch(number);
    if (batch === undefined || !options.setOf(batch.header.epoch)?.includes(options.self)) return undefined;
    const statement = statementOf(batch, previousDigest);
    const [signature] = await options.own.sign(statement);
    const digest = batchDigest(options.domain, statement);
    const own: Counted = { digest, vote: { ...statement, signature: signature as Signature } };
    this.tally(number).own = own;
    this.compareWithEarlier(own.vote, options.self);
    this.count(own, options.self);
    return own;
  }

  private isKnown(vote: BatchVote): boolean {
    if (vote.number <= this.committed) return this.contradictions.holds(vote);
    const counted = this.tallies.get(vote.number)?.votes.values() ?? [];
    return [...counted].some((other) => isSame(other.vote, vote));
  }

  private compareWithEarlier(vote: BatchVote, signer: string): void {
    const evidence = this.contradictions.find(vote, signer);
    if (evidence !== undefined) this.options.onEvidence(evidence, signer);
  }

  async sign(statement: BatchStatement): Promise<readonly string[] | undefined> {
    const { domain, setOf } = this.options;
    const tally = this.tallies.get(statement.number);
    const validators = setOf(statement.epoch);
    if (tally === undefined || validators === undefined) return undefined;
    if (!this.isOurTurn(statement.number, validators, tally)) return undefined;
    const digest = batchDigest(domain, statement);
    const signatures = signaturesFor(tally, digest, statement.epoch);
    const quorum = quorumOf(validators.length);
    return signatures.length < quorum ? undefined : orderSignatures(digest, signatures.slice(0, quorum));
  }

  /**
   * Rotates by batch; each delay brings one more validator in, so one that is down holds nothing up for long. After all of
   * them it is everybody's turn: a set that left still owes its last batches.
   */
  private isOurTurn(number: number, validators: readonly Peer[], { sinceMs }: Tally): boolean {
    const { self, nowMs, turnMs } = this.options;
    const n = validators.length;
    const index = validators.indexOf(self);
    const place = index < 0 ? n : (((index - number) % n) + n) % n;
    return nowMs() - sinceMs >= place * turnMs;
  }

  private tally(number: number): Tally {
    let tally = this.tallies.get(number);
    if (tally === undefined) {
      tally = { sinceMs: this.options.nowMs(), own: null, votes: new Map() };
      this.tallies.set(number, tally);
    }
    return tally;
  }

  private count(counted: Counted, signer: string): void {
    const { number } = counted.vote;
    const tally = this.tally(number);
    const before = tally.votes.get(signer)?.digest;
    if (before === counted.digest) return;
    // Votes from before a revert come again: from L1, and from whoever wants to hold the set up. None of them takes the place
    // of one that agrees with this node's, or a quorum would fall apart, and this node's own vote would be lost for good.
    if (before !== undefined && before === tally.own?.digest) return;
    tally.votes.set(signer, counted);
    this.compare(number, tally);
  }

  /** Whoever came first, the others or this node. */
  private compare(number: number, tally: Tally): void {
    const { own } = tally;
    if (own === null) return;
    // Under another epoch, or after another batch, the same batch has another digest.
    const isRival = ({ digest, vote }: Counted): boolean =>
      digest !== own.digest &&
      vote.epoch === own.vote.epoch &&
      vote.previousDigest === own.vote.previousDigest;
    const theirs = [...tally.votes.values()].find(
      (counted) => isRival(counted) && this.hasQuorum(tally, counted.digest, counted.vote.epoch),
    );
    if (theirs !== undefined) this.options.onDivergence(number, theirs.digest, own.digest);
  }

  private hasQuorum(tally: Tally, digest: string, epoch: number): boolean {
    const size = this.options.setOf(epoch)?.length;
    return size !== undefined && signaturesFor(tally, digest, epoch).length >= quorumOf(size);
  }
}

/** Of validators of that epoch: who signs must be one of the epoch that the statement names. */
const signaturesFor = ({ votes }: Tally, digest: string, epoch: number): string[] =>
  [...votes.values()]
    .filter((counted) => counted.digest === digest && counted.vote.epoch === epoch)
    .map(({ vote }) => vote.signature);

const statementOf = (batch: CutBatch, previousDigest: Hash) => ({
  epoch: batch.header.epoch,
  number: batch.header.number,
  previousDigest,
  commitment: batch.commitment,
  dataHash: dataHashOf(batchData(batch)) as Hash,
});
