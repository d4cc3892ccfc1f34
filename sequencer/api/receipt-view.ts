/** Receipts as they are told: what became of a logged request, and how settled that is. */
import { type Static, Type } from "typebox";
import { wordToHex } from "../exchange/word.ts";
import type { Receipt } from "../node/view.ts";
import { Index, Nullable, Stage } from "./schemas.ts";

export const ReceiptReply = Type.Object({
  id: Type.String({ description: "The command word as it was signed; names the request for ever" }),
  type: Type.String(),
  sequence: Index,
  outcome: Type.String({ description: "accepted, refused or dropped" }),
  code: Nullable(Type.String({ description: "Why it was refused; proven like everything else" })),
  filled: Index,
  fills: Nullable(Type.Object({ first: Index, count: Index })),
  order: Nullable(Type.String({ description: "For place: open, filled, dropped, stopped, ..." })),
  batch: Type.Integer({ ...Index, description: "Of its last step: a taker may reach into several batches" }),
  settlement: Stage,
});

export const receiptReply = (receipt: Receipt): Static<typeof ReceiptReply> => ({
  id: wordToHex(receipt.word),
  type: receipt.type,
  sequence: receipt.sequence,
  outcome: receipt.outcome,
  code: receipt.code,
  filled: receipt.filled,
  fills: receipt.fills === null ? null : { first: receipt.fills.first, count: receipt.fills.count },
  order: receipt.order,
  batch: receipt.batch,
  settlement: receipt.settlement,
});
