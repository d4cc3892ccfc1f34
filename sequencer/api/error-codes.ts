/**
 * Every code that an error reply carries, with its HTTP status and when it happens. The README's table is made from
 * this one (a test compares). What was logged and then refused by a rule is no error: the receipt says so, with a
 * code of exchange/refusal.ts.
 */
import type { AdmissionCode } from "../node/refusal.ts";

interface CodeFact {
  readonly status: number;
  readonly when: string;
}

/** Requests turned away before they were logged: nonce and fee are untouched. */
const ADMISSION_CODES: Record<AdmissionCode, CodeFact> = {
  malformed: { status: 400, when: "Not JSON, a missing, unknown or mistyped field, a number out of range" },
  oversized: {
    status: 413,
    when: "The body is larger than the route takes, or a request has more than three words, or a word more than 31 bytes",
  },
  unknownType: { status: 400, when: "The last word's type is not one that traders sign" },
  spareBits: { status: 400, when: "A bit is set that the type does not use" },
  l1Mark: { status: 400, when: "The word claims to come from the L1 queue" },
  outcomeBits: { status: 400, when: "The word carries an outcome" },
  unknownSlot: { status: 422, when: "The slot does not exist here" },
  unknownAccount: { status: 422, when: "The account was never registered" },
  unknownMarket: { status: 422, when: "The order names a market that does not exist" },
  offTick: { status: 422, when: "The price is zero or not a multiple of the price increment" },
  offLot: { status: 422, when: "The size is zero or not a multiple of the size increment" },
  expired: { status: 422, when: "The order's expiry is not after the machine time" },
  unknownKey: { status: 401, when: "The public key is not the account's key that the word names" },
  staleKey: { status: 409, when: "Signed with a version of the trading key that is not the current one" },
  keyExpired: { status: 422, when: "The trading key has expired" },
  outOfScope: { status: 422, when: "The trading key may not sign this type" },
  usedNonce: { status: 409, when: "The nonce was used, waits, or lies below the window" },
  nonceTooFar: { status: 422, when: "The nonce is too far ahead of the clock" },
  unfunded: { status: 422, when: "Equity does not cover the request fee" },
  tooManyPending: { status: 429, when: "The account has too many requests waiting" },
  badSignature: { status: 401, when: "The signature does not fit words and public key" },
  busy: { status: 429, when: "Too many requests wait; come back after Retry-After seconds" },
  closing: { status: 503, when: "The node is shutting down" },
};

const API_CODES = {
  unsigned: { status: 400, when: "The request has no signature: the field is missing, or null" },
  unauthorized: { status: 401, when: "A job route without the bearer token" },
  localOnly: { status: 403, when: "A job route from another machine, and no token is configured" },
  noSuchRoute: { status: 404, when: "Nothing at this path and method" },
  noSuchReceipt: { status: 404, when: "No logged request has this word" },
  noSuchMarket: { status: 404, when: "The market does not exist" },
  noSuchAccount: { status: 404, when: "The account was never registered" },
  noSuchOrder: { status: 404, when: "No order was ever placed in this slot" },
  noSuchBatch: { status: 404, when: "The batch was not cut yet" },
  beforeHistory: {
    status: 404,
    when: "This node joined by a snapshot and cannot tell what was before `firstBatch` and `firstFill`; another may",
  },
  requestTimeout: { status: 408, when: "The request did not arrive whole in time" },
  notLeased: { status: 409, when: "The job is not leased to this worker, or its lease ran out" },
  alreadyProven: { status: 409, when: "A proof of the batch is already here" },
  unsupportedMediaType: { status: 415, when: "The body is not application/json" },
  wrongStatement: { status: 422, when: "The public signals are not those of the batch" },
  unknownTier: { status: 422, when: "No verifying key for the batch's number of steps" },
  invalidProof: { status: 422, when: "The proof does not verify" },
  headersTooLarge: { status: 431, when: "The head of the request is too large" },
  internal: { status: 500, when: "A bug or a damaged store; the node's log says more" },
  behind: {
    status: 503,
    when: "This node has not executed as far as the read demands; another may have, or it later",
  },
  outcomeUnknown: {
    status: 504,
    when: "Taken, but this node waits no more: it may still be executed. Ask any node for the receipt, or send the very same request again",
  },
  chainFault: {
    status: 503,
    when: "The node cannot settle any more and takes no requests; /v1/health says why",
  },
} as const satisfies Record<string, CodeFact>;

export type ErrorCode = AdmissionCode | keyof typeof API_CODES;
export const ERROR_CODES: Readonly<Record<ErrorCode, CodeFact>> = { ...ADMISSION_CODES, ...API_CODES };
