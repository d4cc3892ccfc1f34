/** Counts what a history makes happen: which kinds of steps, for which reasons, which refusals. */
import type { RefusalCode } from "../../sequencer/exchange/refusal.ts";
import type { Action, DropReason, RemovalReason, Step, StopReason } from "../../sequencer/exchange/step.ts";
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

/** Every action and reason; the compiler asks for new ones here. */
const ACTIONS: Record<Exclude<Action["kind"], "none" | "removeMaker" | "stopTaker" | "dropTaker">, true> = {
  tick: true,
  payload: true,
  register: true,
  deposit: true,
  withdraw: true,
  transfer: true,
  cancelAll: true,
  setTradingKey: true,
  unlink: true,
  fill: true,
  rest: true,
};

const REMOVALS: Record<RemovalReason, true> = {
  dead: true,
  expired: true,
  selfTrade: true,
  nothingToReduce: true,
  holdsStale: true,
  underMargined: true,
};

const STOPS: Record<StopReason, true> = {
  nothingToReduce: true,
  staleMarket: true,
  underMargined: true,
  openInterestCap: true,
};

const DROPS: Record<DropReason, true> = {
  immediateOrCancel: true,
  nothingToReduce: true,
  underMargined: true,
};

/** Every refusal; false for the four that need a state which no history of bearable length reaches. */
const REFUSALS: Record<RefusalCode, boolean> = {
  unknownRequest: true,
  staleKey: true,
  usedNonce: true,
  cannotPay: true,
  keyExpired: true,
  outOfScope: true,
  unknownMarket: true,
  badFlags: true,
  zeroPrice: true,
  zeroSize: true,
  expired: true,
  slotTaken: true,
  staleMarket: true,
  belowMinimum: true,
  outsideCollar: true,
  nothingToReduce: true,
  wouldCross: true,
  belowRequirement: true,
  beyondCustody: true,
  noSuchOrder: true,
  generationExhausted: false,
  badTarget: true,
  collateralLimit: false,
  ownerKeyOnly: true,
  versionExhausted: false,
  notDead: true,
  unknownAccount: true,
  custodyLimit: false,
  outOfTurn: true,
  clockNotAdvanced: true,
  moveTooLarge: true,
  priceOutOfRange: true,
};

const namesOf = (prefix: string, table: Record<string, boolean>): string[] =>
  Object.keys(table)
    .filter((name) => table[name])
    .map((name) => prefix + name);

/** Everything that a history can be asked for. */
export const REACHABLE: readonly string[] = [
  "dropped",
  ...namesOf("", ACTIONS),
  ...namesOf("removeMaker ", REMOVALS),
  ...namesOf("stopTaker ", STOPS),
  ...namesOf("dropTaker ", DROPS),
  ...namesOf("refused ", REFUSALS),
];
