/** Batches as they are told: what was cut, and how far it has come on L1. */
import { type Static, Type } from "typebox";
import type { L1Transaction } from "../chain/settlement-record.ts";
import type { BatchView } from "../store/settlement.ts";
import { Decimal, Hex, Index, Nullable } from "./schemas.ts";

const TransactionReply = Type.Object({
  hash: Hex,
  block: Index,
  blockHash: Hex,
  time: Index,
  gasUsed: Decimal,
  gasPrice: Decimal,
});

export const BatchReply = Type.Object({
  number: Index,
  state: Type.String({ description: "cut, committed or proven" }),
  job: Type.String({ description: "waiting, leased or proven: whether a proof was handed in" }),
  epoch: Index,
  steps: Index,
  usedSteps: Index,
  fills: Index,
  time: Index,
  l1Start: Index,
  l1End: Index,
  preRoot: Decimal,
  postRoot: Decimal,
  commitment: Decimal,
  signaturesHash: Decimal,
  wordCount: Index,
  commit: Nullable(TransactionReply),
  prove: Nullable(TransactionReply),
});

const transactionReply = (transaction: L1Transaction | null): Static<typeof BatchReply>["commit"] =>
  transaction && {
    ...transaction,
    gasUsed: String(transaction.gasUsed),
    gasPrice: String(transaction.gasPrice),
  };

export const batchReply = ({ header, ...view }: BatchView): Static<typeof BatchReply> => ({
  number: header.number,
  state: view.state,
  job: view.job.state,
  epoch: header.epoch,
  steps: header.steps,
  usedSteps: view.usedSteps,
  fills: view.fills,
  time: header.time,
  l1Start: header.l1Start,
  l1End: header.l1End,
  preRoot: String(header.preRoot),
  postRoot: String(header.postRoot),
  commitment: String(view.commitment),
  signaturesHash: String(header.signaturesHash),
  wordCount: header.wordCount,
  commit: transactionReply(view.settlement.commit),
  prove: transactionReply(view.settlement.prove),
});
