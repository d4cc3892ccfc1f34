/** What a refusal of the contract means for the submitter: wait, try again, or stop for a person to look. */
import type { ContractRefusal } from "../../verifier-contracts/refusal.ts";
import { ChainFaultError } from "./fault.ts";
import { MAX_REFUSALS } from "./limits.ts";

/** Somebody else was quicker, or the endpoint shows an older block: the next look at the contract decides. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  "WrongBatchNumber",
  "WrongPreRoot",
  "WrongQueueStart",
  "WrongProofOrder",
  "BatchNotCommitted",
  "UnknownRecord",
]);

export class RefusalCounter {
  private last = "";
  private inARow = 0;

  reset(): void {
    this.inARow = 0;
  }

  /** Counts a refusal; throws the fault when there is no use in trying again. */
  take(refusal: ContractRefusal, batch: number): void {
    if (refusal.code === "TimeOutOfRange" && isTooOld(refusal))
      throw new ChainFaultError(
        "batchTooOld",
        `batch ${batch} ends at ${refusal.time}, the contract takes nothing before ${refusal.earliest}`,
        factsOf(refusal, batch),
      );
    if (OVERTAKEN.has(refusal.code)) return;
    this.inARow = refusal.code === this.last ? this.inARow + 1 : 1;
    this.last = refusal.code;
    if (this.inARow >= MAX_REFUSALS)
      throw new ChainFaultError(
        "refused",
        `the contract refuses batch ${batch}: ${refusal.code}`,
        factsOf(refusal, batch),
      );
  }
}

const isTooOld = ({ time, earliest }: ContractRefusal): boolean =>
  typeof time === "bigint" && typeof earliest === "bigint" && time < earliest;

function factsOf({ code, ...facts }: ContractRefusal, batch: number): Record<string, string | number> {
  return {
    ...Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, String(v)])),
    batch,
    refusal: code,
  };
}
