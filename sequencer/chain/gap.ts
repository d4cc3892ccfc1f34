/**
 * Whether the events of some blocks were all there. An endpoint behind which several nodes stand may ask one for events
 * that has not got the newest blocks yet, and that one answers with fewer events, not with an error. The contract's own
 * counters and digest, as of the same block, tell.
 */
import type { ExchangeEvent } from "../../verifier-contracts/events.ts";
import type { ExchangeState } from "../../verifier-contracts/records.ts";
import type { BatchSettlement } from "./settlement-record.ts";

/** Where the contract stands, as far as batches go. */
export type Standing = Pick<ExchangeState, "committedBatches" | "provenBatches" | "committedDigest">;

export interface Reading {
  /** Where the contract stood before the events; null when that is not known. */
  readonly before: Standing | null;
  readonly events: readonly ExchangeEvent[];
  /** Where it stands after them. */
  readonly after: Standing;
  /** What a batch's record is with the events; undefined for one that nothing can be said of here. */
  readonly settlementOf: (number: number) => Promise<BatchSettlement | undefined>;
}

/** What is missing; undefined when nothing is. */
export async function findGap({ before, events, after, settlementOf }: Reading): Promise<string | undefined> {
  const { committedBatches: committed, provenBatches: proven } = after;
  const digest = lastDigest(events) ?? before?.committedDigest;
  if (digest !== undefined && digest !== after.committedDigest) return "the last commitment or revert";
  const checked = Math.min(before?.committedBatches ?? 0, committed - 1);
  for (let number = Math.max(proven, checked + 1, 1); number <= committed; number++)
    if ((await settlementOf(number))?.commit === null) return `the commitment of batch ${number}`;
  if (proven > 0 && (await settlementOf(proven))?.prove === null) return `the proof of batch ${proven}`;
  if ((await settlementOf(committed + 1))?.commit) return `the revert of batch ${committed + 1}`;
  return undefined;
}

function lastDigest(events: readonly ExchangeEvent[]): string | undefined {
  for (const event of events.toReversed()) {
    if (event.name === "BatchCommitted") return event.record.digest;
    if (event.name === "BatchesReverted") return event.digest;
  }
  return undefined;
}
