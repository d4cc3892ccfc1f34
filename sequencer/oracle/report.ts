/**
 * A validator's prices, signed with its validator key as EIP-712 data in the domain of the votes (consensus/vote.ts):
 *
 *     PriceReport(uint64 epoch,uint64 timeMs,uint32[] prices)
 *
 * prices has one entry per market in ticks, 0 where the validator knows none. Who may read a chain's log can so hold
 * a validator to what it reported.
 *
 * A report names the time of its signing, not a height: for a height everybody would have to sign before each block
 * and a failed leader would waste it all, while the time serves every block of the next seconds.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Signature } from "../consensus/messages.ts";
import { recoverSigner, signDigest } from "../consensus/secp256k1.ts";
import { PRICE_BITS } from "../exchange/limits.ts";
import type { Ticks } from "../exchange/state.ts";
import { MAX_REPORT_AGE_MS, MAX_REPORT_LEAD_MS } from "./limits.ts";

export interface Report {
  readonly timeMs: number;
  /** By market; null is no price. */
  readonly prices: readonly (Ticks | null)[];
}

export interface SignedReport extends Report {
  /** Index in the epoch's validators. */
  readonly signer: number;
  readonly signature: Signature;
}

const TYPE = keccak_256(utf8ToBytes("PriceReport(uint64 epoch,uint64 timeMs,uint32[] prices)"));

const word = (value: number): Uint8Array => hexToBytes(value.toString(16).padStart(64, "0"));

export const isPrice = (price: number): boolean =>
  Number.isSafeInteger(price) && price >= 1 && price < 2 ** PRICE_BITS;

/** What is signed; `separator` is that of the votes. */
export function reportDigest(separator: Uint8Array, epoch: number, { timeMs, prices }: Report): Uint8Array {
  const list = keccak_256(concatBytes(...prices.map((price) => word(price ?? 0))));
  const struct = keccak_256(concatBytes(TYPE, word(epoch), word(timeMs), list));
  return keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), separator, struct));
}

/** Who signs, and for which epoch of which exchange. */
export interface ReportSigner {
  readonly separator: Uint8Array;
  readonly epoch: number;
  readonly signer: number;
  readonly secretKey: Uint8Array;
}

export function signReport(
  { separator, epoch, signer, secretKey }: ReportSigner,
  report: Report,
): SignedReport {
  for (const price of report.prices)
    if (price !== null && !isPrice(price)) throw new RangeError(`a price of ${price} ticks`);
  const { timeMs, prices } = report;
  return { signer, timeMs, prices, signature: signDigest(reportDigest(separator, epoch, report), secretKey) };
}

/** What reports are checked against. */
export interface ReportContext {
  readonly separator: Uint8Array;
  readonly epoch: number;
  /** Addresses of the validators, lower case. */
  readonly validators: readonly string[];
  readonly markets: number;
}

/** Shape and signature; whether it is fresh is another question. */
export function isReportGenuine(context: ReportContext, report: SignedReport): boolean {
  const { separator, epoch, validators, markets } = context;
  if (report.prices.length !== markets || !Number.isSafeInteger(report.timeMs) || report.timeMs < 0)
    return false;
  if (report.prices.some((price) => price !== null && !isPrice(price))) return false;
  const validator = validators[report.signer];
  if (validator === undefined) return false;
  return recoverSigner(reportDigest(separator, epoch, report), report.signature) === validator;
}

/** Whether a report counts in a block of this time. */
export const isReportTimely = ({ timeMs }: Report, blockTimeMs: number): boolean =>
  timeMs >= blockTimeMs - MAX_REPORT_AGE_MS && timeMs <= blockTimeMs + MAX_REPORT_LEAD_MS;
