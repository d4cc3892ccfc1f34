/** What a refusal of the contract means for the submitter: wait, try again, or stop for a person to look. */
import type { ContractRefusal } from "../../verifier-contracts/refusal.ts";
import { ChainFaultError } from "./fault.ts";
import { MAX_REFUSALS, MIN_REFUSED_MS, REFUSALS_APART_MS } from "./limits.ts";

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

/** Refusals in a row: of one batch, for one reason. */
interface Row {
  readonly code: string;
  readonly batch: number;
  readonly sinceMs: number;
  lastMs: number;
  count: number;
}

export class RefusalCounter {
  private row: Row | null = null;

  reset(): void {
    this.row = null;
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
    const { code } = refusal;
    if (this.row === null || !goesOn(this.row, code, batch, atMs))
      this.row = { code, batch, sinceMs: atMs, lastMs: atMs, count: 0 };
    this.row.lastMs = atMs;
    this.row.count += 1;
    if (this.row.count >= MAX_REFUSALS && atMs - this.row.sinceMs >= MIN_REFUSED_MS)
      throw new ChainFaultError(
        "refused",
        `the contract refuses batch ${batch}: ${code}`,
        factsOf(refusal, batch),
      );
  }
}

const goesOn = (row: Row, code: string, batch: number, atMs: number): boolean =>
  row.code === code && row.batch === batch && atMs - row.lastMs <= REFUSALS_APART_MS;

const isTooOld = ({ time, earliest }: ContractRefusal): boolean =>
  typeof time === "bigint" && typeof earliest === "bigint" && time < earliest;

function factsOf({ code, ...facts }: ContractRefusal, batch: number): Record<string, string | number> {
  return {
    ...Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, String(v)])),
    batch,
    refusal: code,
  };
}
