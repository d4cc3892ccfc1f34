/** What validators tell each other beside consensus: price reports, votes for batches on their way to L1, and where they are reached. */
import type { BatchVote } from "../../batch/batch-vote.ts";
import { MAX_VALIDATORS } from "../../consensus/limits.ts";
import { MAX_MARKETS, PRICE_BITS } from "../../exchange/limits.ts";
import type { SignedReport } from "../../oracle/report.ts";
import type { Announcement } from "../announcement.ts";
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES_PER_PEER } from "../limits.ts";
import { hash, number, signature } from "./block-schema.ts";
import { bytes, type Codec, decode, encode, mapped, unsigned } from "./codec.ts";
import { choice, list, one, record } from "./record.ts";
import { word } from "./requests.ts";
import { refuse } from "./wire-error.ts";

export type Notice =
  /** Signed for an epoch: who is in another one can tell nothing from its signature. */
  | { readonly kind: "report"; readonly epoch: number; readonly report: SignedReport }
  | { readonly kind: "batchVote"; readonly vote: BatchVote }
  | { readonly kind: "announcement"; readonly announcement: Announcement };

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

/** Printable and without spaces; whether it is an address is for whoever dials it. */
const multiaddr: Codec<string> = mapped(
  bytes(1, MAX_ADDRESS_LENGTH),
  (value) => Buffer.from(value, "latin1"),
  (read) => {
    const text = Buffer.from(read).toString("latin1");
    return /^[!-~]+$/.test(text) ? text : refuse("outOfRange");
  },
);
const announcement = record<Announcement>({
  timeMs: one(number),
  multiaddrs: list(multiaddr, MAX_ADDRESSES_PER_PEER),
  signature: one(signature),
});

type FlatNotice =
  | { readonly kind: "report"; readonly epoch: number; readonly report: FlatReport }
  | Exclude<Notice, { kind: "report" }>;
const notice = choice<FlatNotice>({
  report: [1, record({ epoch: one(number), report: one(report) })],
  batchVote: [2, record({ vote: one(batchVote) })],
  announcement: [3, record({ announcement: one(announcement) })],
});

export function encodeNotice(value: Notice): Uint8Array<ArrayBuffer> {
  if (value.kind !== "report") return encode(notice, value);
  const { prices, ...rest } = value.report;
  const flat = { ...rest, prices: prices.map((one) => one ?? 0) };
  return encode(notice, { ...value, report: flat });
}

/** Throws `WireError`. */
export function decodeNotice(bytes: Uint8Array): Notice {
  const value = decode(notice, bytes);
  if (value.kind !== "report") return value;
  const { prices, ...rest } = value.report;
  return { ...value, report: { ...rest, prices: prices.map((one) => (one === 0 ? null : one)) } };
}
