/**
 * Which payloads may stand in a block. What is asked here depends on the bytes, on the parent's payload, on what the
 * epoch fixed and on the finalized L1 queue; never on the state, which a voter need not have reached. So every honest
 * node comes to the same answer, but for L1 words that it has not seen yet: then it has none.
 */

import { wholeRequests } from "../chain/whole-requests.ts";
import { type Epoch, leaderOf, quorumOf } from "../consensus/epoch.ts";
import type { Peer } from "../consensus/messages.ts";
import type { Verdict } from "../consensus/ports.ts";
import { isReportGenuine, isReportTimely, type SignedReport } from "../oracle/report.ts";
import type { SignedRequest } from "../signature/request.ts";
import { commandOf, isInSeededOrder, NonceOrder } from "./block-order.ts";
import { BlockRoom, type RoomFault } from "./block-room.ts";
import { type DecodeFault, decodePayload, isDecodeFault } from "./decode-payload.ts";
import type { BlockLimits } from "./limits.ts";
import type { ChainPoint, L1Range, Payload } from "./payload.ts";
import { type ShapeFault, shapeFault } from "./request-shape.ts";
import { isDueReveal, seedAfter } from "./seed.ts";

export type PayloadFault =
  | DecodeFault
  | ShapeFault
  | RoomFault
  /** Not the value of the leader's key for this view. */
  | "wrongReveal"
  /** Not the seed that follows from the parent's. */
  | "wrongSeed"
  /** The L1 words do not begin where the parent's ended. */
  | "l1Gap"
  /** The L1 words end in the middle of a request. */
  | "l1Split"
  /** Other L1 words than the finalized queue has. */
  | "l1Differs"
  /** Some reports, but of fewer validators than a quorum. */
  | "fewReports"
  /** Signers of reports do not strictly ascend. */
  | "reportOrder"
  /** A report from too long before the block or from after it. */
  | "untimelyReport"
  /** A report with other markets, of no validator, or with a bad signature. */
  | "forgedReport"
  /** Requests are not in block order. */
  | "outOfOrder"
  /** The nonces of a key do not rise. */
  | "nonceOrder"
  /** A request's signature does not verify. */
  | "badSignature"
  /** A set that orders next in a block that does not end the epoch, or the other way round. */
  | "lastOfEpoch"
  /** Not the next set of the finalized registry. */
  | "wrongNext";

/** Words of the finalized L1 queue as this node has them; fewer than asked for when it has not seen more. */
export type L1Words = (start: number, count: number) => readonly bigint[];

/**
 * The set of an epoch as the finalized registry has it; `unseen` when it is not sealed as far as this node has seen, and
 * `never` where the first epoch has no end.
 */
export type SealedSet = (epoch: number) => readonly Peer[] | "unseen" | "never";

export interface PayloadContext {
  readonly parent: ChainPoint;
  /** Of the block's header. */
  readonly view: number;
  readonly timeMs: number;
  readonly lastOfEpoch: boolean;
  readonly epoch: Epoch;
  /** Domain separator of the validators' signatures. */
  readonly separator: Uint8Array;
  readonly markets: number;
  /** Order slots of an account. */
  readonly slots: number;
  readonly limits: BlockLimits;
  readonly l1Words: L1Words;
  readonly sealedSet: SealedSet;
}

export type Judgement =
  | { readonly verdict: Extract<Verdict, "valid">; readonly payload: Payload }
  | { readonly verdict: Extract<Verdict, "missing"> }
  | { readonly verdict: Extract<Verdict, "provablyInvalid">; readonly fault: PayloadFault };

/** Checks signatures of requests; where is up to the shell: there are many, and threads for them. */
export interface RequestVerifier {
  /** Whether this very request, with this signature, was verified here before: those that the mempool holds. */
  isVerified(request: SignedRequest): boolean;
  /** Whether all of these verify. */
  verifyAll(requests: readonly SignedRequest[]): Promise<boolean>;
}

/** The whole rule. Signatures come last: they cost most. */
export async function judgePayload(
  bytes: Uint8Array,
  context: PayloadContext,
  verifier: RequestVerifier,
): Promise<Judgement> {
  const judgement = checkPayload(bytes, context);
  if (judgement.verdict !== "valid") return judgement;
  const unknown = judgement.payload.requests.filter((request) => !verifier.isVerified(request));
  if (unknown.length === 0 || (await verifier.verifyAll(unknown))) return judgement;
  return { verdict: "provablyInvalid", fault: "badSignature" };
}

/** All of the rule but the signatures of requests. */
export function checkPayload(bytes: Uint8Array, context: PayloadContext): Judgement {
  const payload = decodePayload(bytes);
  if (isDecodeFault(payload)) return { verdict: "provablyInvalid", fault: payload };
  const fault =
    seedFault(payload, context) ??
    reportsFault(payload.reports, context) ??
    requestsFault(payload, context) ??
    finalizedFault(payload, context);
  if (fault === "missing") return { verdict: "missing" };
  return fault === null ? { verdict: "valid", payload } : { verdict: "provablyInvalid", fault };
}

function seedFault({ seed, reveal }: Payload, context: PayloadContext): PayloadFault | null {
  const { epoch, view, separator, parent } = context;
  const leader = epoch.validators[leaderOf(epoch, view)]!;
  // The seed first: it costs a thousandth.
  if (seed !== seedAfter(parent.seed, reveal)) return "wrongSeed";
  return isDueReveal(leader, { separator, epoch: epoch.number, view }, reveal) ? null : "wrongReveal";
}

function reportsFault(reports: readonly SignedReport[], context: PayloadContext): PayloadFault | null {
  if (reports.length === 0) return null;
  const { epoch, separator, markets, timeMs } = context;
  const { validators, number } = epoch;
  if (reports.length < quorumOf(validators.length)) return "fewReports";
  if (reports.some(({ signer }, i) => i > 0 && signer <= reports[i - 1]!.signer)) return "reportOrder";
  if (!reports.every((report) => isReportTimely(report, timeMs))) return "untimelyReport";
  const signers = { separator, epoch: number, validators, markets };
  return reports.every((report) => isReportGenuine(signers, report)) ? null : "forgedReport";
}

function requestsFault({ seed, requests }: Payload, { limits, slots }: PayloadContext): PayloadFault | null {
  const room = new BlockRoom(limits);
  const nonces = new NonceOrder();
  for (const request of requests) {
    const shape = shapeFault(request.words, slots);
    if (shape !== null) return shape;
    const command = commandOf(request);
    if (!nonces.rises(command)) return "nonceOrder";
    nonces.add(command);
    const full = room.take(command);
    if (full !== null) return full;
  }
  return isInSeededOrder(seed, requests) ? null : "outOfOrder";
}

function l1Fault({ start, words }: L1Range, context: PayloadContext): PayloadFault | "missing" | null {
  if (start !== context.parent.l1Next) return "l1Gap";
  if (words.length > context.limits.maxL1Words) return "tooMany";
  if (wholeRequests(words).length !== words.length) return "l1Split";
  const own = context.l1Words(start, words.length);
  if (own.some((word, i) => word !== words[i])) return "l1Differs";
  return own.length < words.length ? "missing" : null;
}

/** Against what L1 has finalized: what is seen tells at once, also when something else is not seen yet. */
function finalizedFault({ l1, next }: Payload, context: PayloadContext): PayloadFault | "missing" | null {
  const faults = [nextFault(next, context), l1Fault(l1, context)];
  return faults.find((fault) => fault !== null && fault !== "missing") ?? faults.find(Boolean) ?? null;
}

/** An epoch ends when the registry has sealed the next one, and with exactly its set. */
function nextFault(
  next: readonly Peer[] | null,
  { epoch, lastOfEpoch, sealedSet }: PayloadContext,
): PayloadFault | "missing" | null {
  if (lastOfEpoch !== (next !== null)) return "lastOfEpoch";
  if (next === null) return null;
  const sealed = sealedSet(epoch.number + 1);
  if (sealed === "unseen") return "missing";
  const isThat =
    sealed !== "never" && sealed.length === next.length && sealed.every((one, i) => one === next[i]);
  return isThat ? null : "wrongNext";
}
