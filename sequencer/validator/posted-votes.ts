/**
 * The votes for batches that L1 shows. Whoever signs one batch to its peers and another one for L1 contradicts itself no
 * less than who tells both to its peers; so the signatures that came with a commitment are looked at like votes that were
 * heard. A signature proves what it proves whether or not its block stays, so nobody waits here until it is final.
 *
 * Nothing else that validators sign for L1 can contradict anything: reverts may be signed many times, and who affirms signs
 * a transaction of its own.
 */
import type { TypedDataDomain } from "ethers";
import { dataHashOf, encodeBatchData } from "../../verifier-contracts/commitment.ts";
import type { ExchangeEvent } from "../../verifier-contracts/events.ts";
import type { ExchangeContract, PostedBatch } from "../../verifier-contracts/exchange.ts";
import type { BatchRecord } from "../../verifier-contracts/records.ts";
import { batchDigest } from "../../verifier-contracts/typed-data.ts";
import type { BatchVote } from "../batch/batch-vote.ts";
import type { Hash, Signature } from "../consensus/messages.ts";

/** Commitments that wait to be read: what is older than this no vote is compared with any more (batch-votes.ts). */
const MAX_WAITING = 80;

export interface PostedVotesOptions {
  readonly domain: TypedDataDomain;
  readonly contract: Pick<ExchangeContract, "postedBatch" | "state">;
  readonly take: (vote: BatchVote) => unknown;
}

interface Commitment {
  readonly record: BatchRecord;
  readonly transactionHash: string;
  readonly blockNumber: number;
  /** What the event before it left the contract at, if that was seen. */
  readonly previousDigest: string | null;
}

export class PostedVotes {
  private readonly options: PostedVotesOptions;
  private readonly waiting: Commitment[] = [];
  private standing: string | null = null;

  constructor(options: PostedVotesOptions) {
    this.options = options;
  }

  /** In the order of the chain; what a reorganisation shows anew may come again. */
  note(event: ExchangeEvent): void {
    if (event.name === "BatchesReverted") this.standing = event.digest;
    if (event.name !== "BatchCommitted") return;
    const { record, transactionHash, blockNumber } = event;
    this.waiting.push({ record, transactionHash, blockNumber, previousDigest: this.standing });
    this.standing = record.digest;
    if (this.waiting.length > MAX_WAITING) this.waiting.shift();
  }

  /** Looks at all that was noted; what could not be read because the chain did not answer is left for the next time. */
  async read(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const posted = await this.options.contract.postedBatch(next.transactionHash);
      // A contract in between hides it, or it is of a block that is gone.
      const votes = posted === undefined ? [] : await this.votesIn(posted, next);
      for (const vote of votes) this.options.take(vote);
      // Others may have been pushed out meanwhile, never this one alone.
      const read = this.waiting.indexOf(next);
      if (read >= 0) this.waiting.splice(0, read + 1);
    }
  }

  /** A commitment does not say what it follows; the digest that was signed does, once one has guessed. */
  private async votesIn(
    { words, commitment, signatures }: PostedBatch,
    { record, previousDigest, blockNumber }: Commitment,
  ): Promise<BatchVote[]> {
    const { domain, contract } = this.options;
    const { epoch, number } = record;
    const dataHash = dataHashOf(encodeBatchData(words)) as Hash;
    const follows = (previous: string): BatchVote[] | undefined => {
      const statement = { epoch, number, previousDigest: previous as Hash, commitment, dataHash };
      if (batchDigest(domain, statement) !== record.digest) return undefined;
      return signatures.map((signature) => ({ ...statement, signature: signature as Signature }));
    };
    const votes = previousDigest === null ? undefined : follows(previousDigest);
    if (votes !== undefined) return votes;
    // The first one after a start. Some nodes of L1 do not know their past; then these signatures go unread.
    const state = await contract.state(blockNumber - 1).catch(() => undefined);
    return (state && follows(state.committedDigest)) ?? [];
  }
}
