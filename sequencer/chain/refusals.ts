/** What a refusal of the contract means for the submitter: wait, try again, or stop for a person to look. */
import type { ContractRefusal } from "../../verifier-contracts/refusal.ts";
import { ChainFaultError } from "./fault.ts";
import { MAX_REFUSALS, REFUSALS_APART_MS } from "./limits.ts";

/** Somebody else was quicker, or the endpoint shows an older block: the next look at the contract decides. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  "WrongBatchNumber",
  "WrongPreRoot",
  "WrongQueueStart",
  "WrongProofOrder",
  "BatchNotCommitted",
  "UnknownRecord",
]);

/** The batch's time is ahead of the endpoint's newest block, which lags or is the last of a slow chain: time mends it. */
export const isEarly = ({ code, time, latest }: ContractRefusal): boolean =>
  code === "TimeOutOfRange" && typeof time === "bigint" && typeof latest === "bigint" && time > latest;

interface Counted {
  readonly code: string;
  readonly batch: number;
  readonly atMs: number;
}

export class RefusalCounter {
  private last: Counted | null = null;
  private inARow = 0;

  reset(): void {
    this.last = null;
  }

  /** Counts a refusal; throws the fault when there is no use in trying again. */
  take(refusal: ContractRefusal, batch: number, atMs: number): void {
    if (refusal.code === "TimeOutOfRange" && isTooOld(refusal))
      throw new ChainFaultError(
        "batchTooOld",
        `batch ${batch} ends at ${refusal.time}, the contract takes nothing before ${refusal.earliest}`,
        factsOf(refusal, batch),
      );
    if (OVERTAKEN.has(refusal.code) || isEarly(refusal)) return;
    const now: Counted = { code: refusal.code, batch, atMs };
    this.inARow = this.last !== null && isRepeated(this.last, now) ? this.inARow + 1 : 1;
    this.last = now;
    if (this.inARow >= MAX_REFUSALS)
      throw new ChainFaultError(
        "refused",
        `the contract refuses batch ${batch}: ${refusal.code}`,
        factsOf(refusal, batch),
      );
  }
}

const isRepeated = (last: Counted, now: Counted): boolean =>
  last.code === now.code && last.batch === now.batch && now.atMs - last.atMs <= REFUSALS_APART_MS;

const isTooOld = ({ time, earliest }: ContractRefusal): boolean =>
  typeof time === "bigint" && typeof earliest === "bigint" && time < earliest;

function factsOf({ code, ...facts }: ContractRefusal, batch: number): Record<string, string | number> {
  return {
    ...Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, String(v)])),
    batch,
    refusal: code,
  };
}
