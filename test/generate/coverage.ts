/** Counts what a history makes happen: which kinds of steps, for which reasons, which refusals. */
import type { Step } from "../../sequencer/exchange/step.ts";
import { Outcome } from "../../sequencer/exchange/word.ts";

/** `fill`, `removeMaker expired`, `refused staleKey`, `dropped`. */
export function nameOf(step: Step): string {
  if (step.outcome === Outcome.dropped) return "dropped";
  if (step.code !== null) return `refused ${step.code}`;
  const { action } = step;
  return "reason" in action ? `${action.kind} ${action.reason}` : action.kind;
}

export class Coverage {
  readonly counts = new Map<string, number>();

  add(step: Step): void {
    const name = nameOf(step);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** The wanted names that happened fewer times than asked. */
  missing(wanted: readonly string[], times = 1): string[] {
    return wanted.filter((name) => (this.counts.get(name) ?? 0) < times);
  }

  table(): string {
    const rows = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return rows.map(([name, count]) => `${name.padEnd(36)}${count}`).join("\n");
  }
}

/**
 * Everything that a history can be asked for. Left out are three codes that need a state which no history of
 * bearable length reaches: collateralLimit, generationExhausted, versionExhausted.
 */
export const REACHABLE: readonly string[] = [
  "cancelAll",
  "deposit",
  "dropTaker immediateOrCancel",
  "dropTaker nothingToReduce",
  "dropTaker underMargined",
  "dropped",
  "fill",
  "payload",
  "refused badFlags",
  "refused badTarget",
  "refused belowMinimum",
  "refused belowRequirement",
  "refused cannotPay",
  "refused clockNotAdvanced",
  "refused expired",
  "refused keyExpired",
  "refused moveTooLarge",
  "refused noSuchOrder",
  "refused notDead",
  "refused nothingToReduce",
  "refused outOfScope",
  "refused outOfTurn",
  "refused outsideCollar",
  "refused ownerKeyOnly",
  "refused priceOutOfRange",
  "refused slotTaken",
  "refused staleKey",
  "refused staleMarket",
  "refused unknownAccount",
  "refused unknownMarket",
  "refused unknownRequest",
  "refused usedNonce",
  "refused wouldCross",
  "refused zeroPrice",
  "refused zeroSize",
  "register",
  "removeMaker dead",
  "removeMaker expired",
  "removeMaker nothingToReduce",
  "removeMaker selfTrade",
  "removeMaker underMargined",
  "rest",
  "setTradingKey",
  "stopTaker nothingToReduce",
  "stopTaker openInterestCap",
  "stopTaker underMargined",
  "tick",
  "transfer",
  "unlink",
  "withdraw",
];
