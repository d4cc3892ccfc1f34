/**
 * Six lanes share a peer's stream. What is in a more important one leaves first, and is dropped last when the queue is
 * full. Each has its own largest frame, so that nobody reserves room for a block by announcing a vote.
 */
import type { Message } from "../consensus/messages.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

interface LaneLimits {
  readonly name: string;
  readonly maxFrameBytes: number;
  /** In one peer's queue. */
  readonly maxQueuedBytes: number;
}

/** The lane's number on the wire; the lowest is the most important. */
export type Lane = 0 | 1 | 2 | 3 | 4 | 5;

export const LANES: { readonly [L in Lane]: LaneLimits } = {
  /** Votes, certificates, and short questions: the largest certificate, of 64 signatures, has 5 kB. */
  0: { name: "votes", maxFrameBytes: 32 * KIB, maxQueuedBytes: 4 * MIB },
  /** A block of the largest payload under 129 of the largest certificates has 1 MB. */
  1: { name: "proposals", maxFrameBytes: 4 * MIB, maxQueuedBytes: 8 * MIB },
  /** Answers: eight blocks of the largest payload, or 130 certificates, or a stretch of the chain. */
  2: { name: "blocks", maxFrameBytes: 8 * MIB, maxQueuedBytes: 16 * MIB },
  /** Price reports and votes for batches: some hundred bytes, said again every second. */
  3: { name: "notices", maxFrameBytes: 1 * KIB, maxQueuedBytes: 256 * KIB },
  /** Requests of traders: 256 to a frame. Whoever lost one sends it again. */
  4: { name: "requests", maxFrameBytes: 128 * KIB, maxQueuedBytes: 2 * MIB },
  /** Snapshots, questions and answers: a head has 4 MiB at most, a stretch of accounts about half a one. */
  5: { name: "snapshots", maxFrameBytes: 4 * MIB + 64 * KIB, maxQueuedBytes: 8 * MIB },
};

export const ALL_LANES: readonly Lane[] = [0, 1, 2, 3, 4, 5];
const QUESTIONS_LANE: Lane = 0;
export const NOTICES_LANE: Lane = 3;
export const REQUESTS_LANE: Lane = 4;
export const SNAPSHOTS_LANE: Lane = 5;
/** On which a reader may send. */
export const READER_LANES: readonly Lane[] = [QUESTIONS_LANE, REQUESTS_LANE, SNAPSHOTS_LANE];

const LANE_OF: { readonly [Kind in Message["kind"]]: Lane } = {
  vote: 0,
  certificate: 0,
  certificateRequest: 0,
  blockRequest: 0,
  chainRequest: 0,
  statusRequest: 0,
  status: 0,
  proposal: 1,
  certificates: 2,
  blocks: 2,
  chain: 2,
};

export const laneOf = (kind: Message["kind"]): Lane => LANE_OF[kind];

export const isLane = (number: number): number is Lane => number in LANES;
