/**
 * A snapshot: the state at the end of a batch that was proven on L1, and what leads from there to the end of the block
 * in which the batch ended. What of it is bound by what stands in README.md; here is only what it is made of.
 */
import type { Block, Certificate, Hash, Header } from "../consensus/messages.ts";
import type { Account, Machine, Market } from "../exchange/state.ts";
import type { BlockEnd } from "../node/block-runner.ts";

/** A final block as it was executed. */
export interface ExecutedBlock extends BlockEnd {
  /** As they were logged, with their outcomes. */
  readonly words: readonly bigint[];
}

/** Everything but the accounts. */
export interface SnapshotHead {
  /** The state is the one after this batch. */
  readonly batch: number;
  readonly machine: Machine;
  readonly markets: readonly Market[];
  /** Hashes of the groups of accounts, as far as there are accounts (groups.ts). */
  readonly groups: readonly bigint[];
  /** The one in which the batch ended. */
  readonly block: Block;
  /** The final blocks after it, up to the one that the finalization names. */
  readonly descendants: readonly Header[];
  readonly finalization: Certificate;
  /** The state digest before the block. */
  readonly digestBefore: Hash;
  /** The block and those after it, up to the first whose digest one of the descendants names. */
  readonly executed: readonly ExecutedBlock[];
}

export interface NumberedAccount {
  readonly index: number;
  readonly account: Account;
}

/** The accounts of a group that are not empty, ascending. */
export type AccountGroup = readonly NumberedAccount[];

export type SnapshotQuestion =
  | { readonly kind: "headWanted"; readonly batch: number }
  /** Groups of accounts from this one on. */
  | { readonly kind: "groupsWanted"; readonly batch: number; readonly from: number };

export type SnapshotAnswer =
  | { readonly kind: "head"; readonly head: SnapshotHead }
  /** As many groups as make a good message, one at least. */
  | {
      readonly kind: "groups";
      readonly batch: number;
      readonly from: number;
      readonly groups: readonly AccountGroup[];
    }
  /** This node has no such snapshot, or none any more. */
  | { readonly kind: "noSnapshot"; readonly batch: number };

export type SnapshotMessage = SnapshotQuestion | SnapshotAnswer;

export const isQuestion = (message: SnapshotMessage): message is SnapshotQuestion =>
  message.kind === "headWanted" || message.kind === "groupsWanted";
