/**
 * Brings batches to L1: commits what was cut, in order; proves what was committed as soon as its proof is here, in
 * order. What to do next is read from the contract's own counters every time, so a kill at any moment, a lost
 * answer, somebody else's proof or a reorganisation that undid a commitment need no memory: whatever is missing is
 * sent again, and nothing twice. One transaction is on its way at a time.
 */

import { dataHashOf } from "../../verifier-contracts/commitment.ts";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { ExchangeState } from "../../verifier-contracts/records.ts";
import { type ContractRefusal, refusalOf } from "../../verifier-contracts/refusal.ts";
import { batchData, commitCall, proveCall } from "./calls.ts";
import { ChainFaultError } from "./fault.ts";
import type { ChainLog } from "./log.ts";
import {
  type BatchSigner,
  type CutBatch,
  type CutBatches,
  type Proofs,
  type Settlements,
  UnsignedError,
} from "./ports.ts";
import { isEarly, RefusalCounter } from "./refusals.ts";
import type { TransactionSender } from "./transaction-sender.ts";

export interface SubmitterOptions {
  readonly exchange: ExchangeContract;
  readonly batches: CutBatches;
  /** Where commitments lie, as the watcher saw them. */
  readonly settlements: Pick<Settlements, "batchView">;
  readonly proofs: Proofs;
  readonly signer: BatchSigner;
  readonly sender: TransactionSender;
  readonly nowMs: () => number;
  readonly log: ChainLog;
}

/** idle: nothing to send; waiting: something is on its way, or it is too early; sent: just now; refused: by the contract. */
export type Progress = "idle" | "waiting" | "sent" | "refused";

export class Submitter {
  private readonly options: SubmitterOptions;
  private readonly refusals = new RefusalCounter();

  constructor(options: SubmitterOptions) {
    this.options = options;
  }

  async advance(): Promise<Progress> {
    const { exchange, sender } = this.options;
    if ((await sender.check()) === "waiting") return "waiting";
    const state = await exchange.state();
    const next = (await this.nextProof(state)) ?? (await this.nextCommitment(state));
    return next === undefined ? "idle" : await this.send(next);
  }

  /** The proof goes first: there is one only for what was committed, so commitments are never held up by it. */
  private async nextProof(state: ExchangeState): Promise<Call | undefined> {
    const { exchange, batches, proofs, settlements } = this.options;
    const number = state.provenBatches + 1;
    if (number > state.committedBatches) return undefined;
    const [batch, statement] = await Promise.all([batches.batch(number), proofs.proof(number)]);
    const commit = (await settlements.batchView(number))?.settlement.commit;
    if (batch === undefined || statement === undefined || !commit) return undefined;
    const record = await exchange.recordOf(number, commit.block, commit.block);
    // A reorganisation moved it: the watcher will tell where.
    if (record === undefined) return undefined;
    // L1 took it under another epoch, and this node has not put it there yet.
    if (record.epoch !== batch.header.epoch) return undefined;
    if (record.commitment !== batch.commitment || record.postRoot !== batch.header.postRoot)
      throw new ChainFaultError("rootMismatch", `batch ${number} on L1 is not the one that was cut here`, {
        batch: number,
        committed: String(record.postRoot),
        cut: String(batch.header.postRoot),
      });
    return { batch: number, what: `proof of batch ${number}`, data: proveCall(batch, record, statement) };
  }

  private async nextCommitment(state: ExchangeState): Promise<Call | undefined> {
    const { batches, signer } = this.options;
    const number = state.committedBatches + 1;
    const batch = number > batches.latestBatch() ? undefined : await batches.batch(number);
    if (batch === undefined) return undefined;
    checkContinues(state, batch);
    const statement = {
      epoch: batch.header.epoch,
      number,
      previousDigest: state.committedDigest,
      commitment: batch.commitment,
      dataHash: dataHashOf(batchData(batch)),
    };
    const signatures = await signer.sign(statement).catch((error: unknown) => {
      if (!(error instanceof UnsignedError)) throw error;
      throw new ChainFaultError("unsigned", `batch ${number}: ${error.message}`, { batch: number });
    });
    if (signatures === undefined) return undefined;
    return { batch: number, what: `commitment of batch ${number}`, data: commitCall(batch, signatures) };
  }

  private async send({ batch, what, data }: Call): Promise<Progress> {
    const { exchange, sender } = this.options;
    try {
      if (!(await sender.send(what, exchange.address, data))) return "waiting";
      this.refusals.reset();
      return "sent";
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      this.refuse(refusal, batch, what);
      return isEarly(refusal) ? "waiting" : "refused";
    }
  }

  private refuse(refusal: ContractRefusal, batch: number, what: string): void {
    const { code, ...facts } = refusal;
    const texts = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]));
    this.options.log.warn({ ...texts, code }, `${what}: refused`);
    this.refusals.take(refusal, batch, this.options.nowMs());
  }
}

interface Call {
  readonly batch: number;
  readonly what: string;
  readonly data: string;
}

/** A batch that does not continue the contract's state was cut from another history: nothing may be signed. */
function checkContinues(state: ExchangeState, { header }: CutBatch): void {
  if (header.preRoot === state.committedRoot && header.l1Start === state.committedRequests) return;
  throw new ChainFaultError("rootMismatch", `batch ${header.number} does not continue the contract's state`, {
    batch: header.number,
    contractRoot: String(state.committedRoot),
    batchRoot: String(header.preRoot),
    contractRequests: state.committedRequests,
    batchRequests: header.l1Start,
  });
}
