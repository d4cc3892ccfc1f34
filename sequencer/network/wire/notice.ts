/** What validators tell each other beside consensus: price reports, and votes for batches on their way to L1. */
import type { BatchVote } from "../../batch/batch-vote.ts";
import { MAX_VALIDATORS } from "../../consensus/limits.ts";
import { MAX_MARKETS, PRICE_BITS } from "../../exchange/limits.ts";
import type { SignedReport } from "../../oracle/report.ts";
import { hash, number, signature } from "./block-schema.ts";
import { decode, encode, unsigned } from "./codec.ts";
import { choice, list, one, record } from "./record.ts";
import { word } from "./requests.ts";

export type Notice =
  | { readonly kind: "report"; readonly report: SignedReport }
  | { readonly kind: "batchVote"; readonly vote: BatchVote };

/** A price, or zero for none: on the wire as in what is signed. */
const price = unsigned(2 ** PRICE_BITS - 1);

interface FlatReport extends Omit<SignedReport, "prices"> {
  readonly prices: readonly number[];
}

const report = record<FlatReport>({
  timeMs: one(number),
  prices: list(price, MAX_MARKETS),
  signer: one(unsigned(MAX_VALIDATORS - 1)),
  signature: one(signature),
});
const batchVote = record<BatchVote>({
  epoch: one(number),
  number: one(number),
  previousDigest: one(hash),
  commitment: one(word),
  dataHash: one(hash),
  signature: one(signature),
});

type FlatNotice =
  | { readonly kind: "report"; readonly report: FlatReport }
  | { readonly kind: "batchVote"; readonly vote: BatchVote };
const notice = choice<FlatNotice>({
  report: [1, record({ report: one(report) })],
  batchVote: [2, record({ vote: one(batchVote) })],
});

export function encodeNotice(value: Notice): Uint8Array<ArrayBuffer> {
  if (value.kind === "batchVote") return encode(notice, value);
  const { prices, ...rest } = value.report;
  return encode(notice, { kind: "report", report: { ...rest, prices: prices.map((one) => one ?? 0) } });
}

/** Throws `WireError`. */
export function decodeNotice(bytes: Uint8Array): Notice {
  const value = decode(notice, bytes);
  if (value.kind === "batchVote") return value;
  const { prices, ...rest } = value.report;
  return { kind: "report", report: { ...rest, prices: prices.map((one) => (one === 0 ? null : one)) } };
}
