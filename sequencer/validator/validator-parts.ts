/** What the sequencer of a validator is made from. */
import type { Epoch } from "../consensus/epoch.ts";
import type { Evidence, Message, Peer } from "../consensus/messages.ts";
import type { BlockObserver } from "../node/block-runner.ts";
import type { Clock, SequencerSettings } from "../node/settings.ts";
import type { SealedSet } from "../ordering/payload-rule.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { SnapshotAnswer } from "../snapshot/snapshot.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import type { Database } from "../store/database.ts";
import type { KernelWork } from "../threads/kernel-work.ts";
import type { ValidatorSettings } from "./settings.ts";
import type { TakeOver } from "./take-over.ts";

/** What leaves for the other validators. */
interface Outbox {
  send(to: Peer, message: Message): void;
  broadcast(message: Message): void;
  publishRequests(requests: readonly SignedRequest[]): void;
  sendSnapshot(to: Peer, answer: SnapshotAnswer): void;
  /** It sent what no honest validator sends. */
  misbehaved(peer: Peer): void;
}

export interface ValidatorObservers {
  readonly onBlock?: BlockObserver;
  /** A block became final, so long after its leader proposed it. */
  readonly onFinality?: (milliseconds: number) => void;
  /** A block is final, executed and on disk. */
  readonly onFinal?: (height: number) => void;
  /** The node has stopped for a fault. */
  readonly onHalt?: (fault: Error) => void;
  readonly onEvidence?: (evidence: Evidence) => void;
  /** A leader's block broke the rule of payloads. */
  readonly onInvalid?: (leader: number, fault: string) => void;
  /** Agreement goes on in another epoch. */
  readonly onEpoch?: (epoch: Epoch) => void;
}

/** What a node knows of sets that are not the chain's yet. */
export interface SealedSets {
  readonly of: SealedSet;
  /** The set with which a leader may end this epoch: others have had the time to see it too. Null while it goes on. */
  readonly after: (epoch: number) => readonly Peer[] | null;
  /** What takes over from an epoch that did not end. */
  readonly takesOver: (epoch: number) => TakeOver | null;
}

/** The set of the first epoch stands for ever. */
export const ENDLESS: SealedSets = { of: () => "never", after: () => null, takesOver: () => null };

export interface ValidatorParts {
  readonly database: Database;
  readonly settings: SequencerSettings;
  /** In the chain's first epoch. */
  readonly validator: ValidatorSettings;
  /** Whether the others take one more request from this node now; always, if left out. */
  readonly mayPass?: () => boolean;
  /** Left out: there is no other epoch. */
  readonly sealed?: SealedSets;
  /** This validator never signed anything: an empty log is the beginning, and not a loss. */
  readonly isBorn: boolean;
  readonly poseidon: Poseidon;
  readonly work: KernelWork;
  readonly clock: Clock;
  /** From 0 to 1; only chooses whom to ask. */
  readonly random: () => number;
  readonly outbox: Outbox;
  readonly observers?: ValidatorObservers;
}
