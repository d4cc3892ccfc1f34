/**
 * What a prover needs of a batch, and nothing more: the part of the state that its steps open, as it was before
 * the first step, with paths to the root; the words with outcomes; the signatures; and the counterparties, which
 * the fast index knew. A job is a value: proving it twice gives the same statement.
 */
import type { Account, Machine, Market, OrderName } from "../exchange/state.ts";
import type { Point, Signature } from "../signature/request.ts";
import type { Path } from "../state-tree/sparse-tree.ts";
import type { Dimensions } from "../state-tree/state-tree.ts";
import type { BatchHeader } from "./header.ts";

/** One account or order that the batch opens, before its first step. */
export interface OpenedAccount {
  readonly index: number;
  /** Holds only the opened orders. */
  readonly account: Account;
  readonly ordersRoot: bigint;
  readonly path: Path;
  readonly orders: readonly { readonly slot: number; readonly path: Path }[];
}

/** One step as the log had it. */
export interface JobStep {
  /** The consumed word with its outcome bits, or zero. */
  readonly word: bigint;
  readonly counterparty: OrderName | null;
  /** Present for signed words that were not dropped. */
  readonly authority: { readonly publicKey: Point; readonly signature: Signature } | null;
}

export interface BatchJob {
  readonly dimensions: Dimensions;
  readonly header: BatchHeader;
  readonly machine: Machine;
  readonly markets: readonly Market[];
  readonly accountsRoot: bigint;
  readonly opened: readonly OpenedAccount[];
  /** At most header.steps of them; the rest are no-ops. */
  readonly steps: readonly JobStep[];
}
