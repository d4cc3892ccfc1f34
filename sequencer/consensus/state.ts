/** What a validator knows. A value: a step makes a new one and leaves the old one as it was. */
import type { Epoch } from "./epoch.ts";
import { MAX_UNEXECUTED, type Timing } from "./limits.ts";
import type {
  Block,
  Certificate,
  Hash,
  Header,
  Peer,
  Proposal,
  Signature,
  Subject,
  Vote,
  VoteKind,
} from "./messages.ts";
import type { HaltReason, Verdict } from "./ports.ts";
import type { OwnVotes, Rules } from "./rules.ts";

/** What the core is given once: its name, and functions that give the same for the same arguments. */
export interface Setting {
  readonly self: Peer;
  readonly timing: Timing;
  readonly rules: Rules;
  hashHeader(header: Header): Hash;
  hashPayload(payload: Uint8Array): Hash;
  sign(subject: Subject): Signature;
  /** Whether this vote's signature is its signer's, who is a validator of this epoch. */
  verify(epoch: Epoch, vote: Vote): boolean;
}

export interface HeldProposal {
  readonly proposal: Proposal;
  readonly hash: Hash;
  /** `unasked` until everything else is known about the block. */
  readonly verdict: Verdict | "unasked" | "asked";
}

export interface Round {
  readonly view: number;
  /** The first vote of each signer, by kind and signer. */
  readonly votes: Readonly<Record<VoteKind, readonly (Vote | undefined)[]>>;
  /** Notarization, nullification, finalization. */
  readonly certificates: Readonly<Record<VoteKind, Certificate | null>>;
  readonly proposal: HeldProposal | null;
  readonly own: OwnVotes;
  /** Signers that were reported for this view. */
  readonly accused: readonly number[];
}

/** The last block that was delivered. The header is null for the first block of all, which has no content. */
export interface Floor {
  readonly hash: Hash;
  readonly height: number;
  readonly header: Header | null;
}

/** The leader's request for a payload. */
interface Building {
  readonly view: number;
  readonly parent: Hash;
  readonly parentView: number;
  readonly parentHeader: Header | null;
  /** When an empty block has to do; null once it was asked for. */
  readonly emptyAtMs: number | null;
}

/** A node that lost its log asks the others where they are. */
interface Silence {
  readonly nonce: number;
  /** The view that each of those who answered is in. */
  readonly views: ReadonlyMap<Peer, number>;
}

export interface State {
  readonly epoch: Epoch;
  /** Index in the epoch; -1 for a node that is none of its validators. */
  readonly self: number;
  readonly nowMs: number;
  readonly view: number;
  /** The certificate that led into the view; null in view 1. */
  readonly entry: Certificate | null;
  /** Until when a proposal has to be here; null once it is, or once the time was up. */
  readonly leaderDeadlineMs: number | null;
  /** Until when the view has to be left. */
  readonly advanceDeadlineMs: number | null;
  readonly retryAtMs: number;
  readonly rounds: ReadonlyMap<number, Round>;
  /** Blocks above the floor. */
  readonly blocks: ReadonlyMap<Hash, Block>;
  readonly floor: Floor;
  /** The highest final view and its certificate; 0 and null at the beginning of an epoch. */
  readonly finalView: number;
  readonly finalization: Certificate | null;
  /** The epoch's last block was delivered. */
  readonly over: boolean;
  /** Epochs that this one took over from (take-over.ts), until something of this one is final. */
  readonly unended: readonly Epoch[];
  /**
   * The latest certificate of epochs before, which is for the block that this epoch begins on, until something of this one is
   * final; null: the floor, if nothing is known that certifies it. A set that takes over shows it to whoever lacks it.
   */
  readonly start: Certificate | null;
  readonly building: Building | null;
  /** State roots by height: executed here, and claimed by final headers but not executed yet. */
  readonly roots: ReadonlyMap<number, Hash>;
  readonly executedHeight: number;
  readonly claims: ReadonlyMap<number, Hash>;
  /** Nothing is signed up to this view; see silence.ts. */
  readonly silentThrough: number;
  readonly silence: Silence | null;
  /** The epoch in which the silence was broken. */
  readonly silencedIn: number | null;
  /** When what was asked for last: views as v1, blocks by hash, the chain. */
  readonly asked: ReadonlyMap<string, number>;
  /** State of the random numbers that choose whom to ask. */
  readonly random: number;
  readonly halted: HaltReason | null;
}

const NO_VOTES: readonly undefined[] = [];

export const emptyRound = (view: number): Round => ({
  view,
  votes: { notarize: NO_VOTES, nullify: NO_VOTES, finalize: NO_VOTES },
  certificates: { notarize: null, nullify: null, finalize: null },
  proposal: null,
  own: { notarize: null, nullify: null, finalize: null },
  accused: [],
});

/** The next moment at which the core wants a clock input; undefined if there is none. */
export function nextDeadlineMs(state: State, timing: Timing): number | undefined {
  if (state.over || state.halted !== null) return undefined;
  let first = state.retryAtMs;
  const { leaderDeadlineMs, advanceDeadlineMs, building } = state;
  for (const at of [leaderDeadlineMs, advanceDeadlineMs, building?.emptyAtMs ?? null])
    if (at !== null && at < first) first = at;
  const held = state.rounds.get(state.view)?.proposal ?? null;
  if (held === null) return first;
  const acceptableAtMs = held.proposal.block.header.timeMs - timing.clockDriftMs;
  return acceptableAtMs > state.nowMs ? Math.min(first, acceptableAtMs) : first;
}

/** Whether execution is near enough for a block of this height to be voted for, delivered or fetched. */
export const isInReach = ({ executedHeight }: State, height: number): boolean =>
  height <= executedHeight + MAX_UNEXECUTED;

/** Whether blocks of this epoch may be part of what is not final here. */
export const isOpen = ({ epoch, unended }: State, number: number): boolean =>
  number === epoch.number || unended.some((before) => before.number === number);
