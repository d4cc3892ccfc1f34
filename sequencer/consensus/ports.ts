/** What goes into the core and what comes out of it. */
import type { Epoch } from "./epoch.ts";
import type { Block, Certificate, Evidence, Hash, Header, Message, Peer, Vote } from "./messages.ts";

/** What the shell found out about a block; the same everywhere but for `missing`, which is no answer yet. */
export type Verdict = "valid" | "provablyInvalid" | "missing";

export type Input =
  | { readonly kind: "clock"; readonly nowMs: number }
  /** Votes, and the votes of proposals, arrive verified; certificates are verified here. */
  | { readonly kind: "message"; readonly from: Peer; readonly message: Message }
  /** The answer to `build`. */
  | {
      readonly kind: "built";
      readonly view: number;
      readonly parent: Hash;
      readonly payload: Uint8Array;
      readonly lastOfEpoch: boolean;
    }
  /** The answer to `validate`. */
  | { readonly kind: "verdict"; readonly hash: Hash; readonly verdict: Verdict }
  /** The state root after a delivered block. */
  | { readonly kind: "executed"; readonly height: number; readonly stateRoot: Hash }
  /** The set of the next epoch; the answer to `epochEnded`. */
  | { readonly kind: "epoch"; readonly number: number; readonly validators: readonly Peer[] }
  /** A later epoch takes over from this one, which did not end; and those from the last final block's on, before it. */
  | { readonly kind: "takeOver"; readonly epoch: Epoch; readonly unended: readonly Epoch[] };

/** The log: what a node has to know again after a crash. */
export type LogRecord =
  /** First record of an epoch. A log without any was lost. */
  | { readonly kind: "begin"; readonly epoch: number }
  /** An own vote. */
  | { readonly kind: "vote"; readonly vote: Vote }
  /** A block that an own notarize vote stands for: a certified block is on the disks of those who certified it. */
  | { readonly kind: "block"; readonly block: Block }
  | { readonly kind: "certificate"; readonly certificate: Certificate }
  /** Nothing may be signed in this epoch up to this view: an earlier life may have signed it. */
  | { readonly kind: "silent"; readonly epoch: number; readonly through: number };

/**
 * Effects are carried out in their order, within a step and from step to step. In particular nothing that follows a
 * `persist` may leave the node before its records are on disk for good. Many steps may share one sync.
 */
export type Effect =
  | { readonly kind: "persist"; readonly records: readonly LogRecord[] }
  /** To all other validators of the epoch. */
  | { readonly kind: "broadcast"; readonly message: Message }
  | { readonly kind: "send"; readonly to: Peer; readonly message: Message }
  /** Answer with `built`: if `empty` at once, else as soon as there is something to order. */
  | {
      readonly kind: "build";
      readonly view: number;
      readonly parent: Hash;
      readonly parentHeader: Header | null;
      readonly empty: boolean;
    }
  /** Answer with `verdict`. The parent's header is null for the first block of all. */
  | {
      readonly kind: "validate";
      readonly hash: Hash;
      readonly block: Block;
      readonly parentHeader: Header | null;
    }
  /** A final block, in order of height; the certificate of the block itself, or null if a later one made it final. */
  | {
      readonly kind: "deliver";
      readonly hash: Hash;
      readonly block: Block;
      /** A view in which it was certified: a recovery from here starts after it. */
      readonly finalView: number;
      readonly finalization: Certificate | null;
    }
  /** The last block of the epoch was delivered. Nothing goes on until `epoch` comes. */
  | { readonly kind: "epochEnded"; readonly epoch: number; readonly hash: Hash }
  /** Send `chain` from the database: from the height on, of one epoch, ending at a block with its finalization. */
  | { readonly kind: "serveChain"; readonly to: Peer; readonly fromHeight: number }
  /** Send `blocks` from the database, those of these that it has. */
  | { readonly kind: "serveBlocks"; readonly to: Peer; readonly hashes: readonly Hash[] }
  | { readonly kind: "evidence"; readonly evidence: Evidence }
  /** This peer sent what no honest node sends. Nothing that the registry slashes for: only the network may shun it. */
  | { readonly kind: "misconduct"; readonly peer: Peer }
  /** The node must not go on; a person has to look. */
  | { readonly kind: "halt"; readonly reason: HaltReason };

export type HaltReason =
  /** A final block carries another state root than the one that was executed here. */
  | { readonly code: "stateRootDiverged"; readonly height: number; readonly final: Hash; readonly own: Hash }
  /** A vote with this node's signature that this node did not sign. */
  | { readonly code: "keyInUseElsewhere"; readonly vote: Vote }
  /** Two finalizations that exclude each other: more than a third is faulty. */
  | { readonly code: "conflictingFinality"; readonly certificate: Certificate };
