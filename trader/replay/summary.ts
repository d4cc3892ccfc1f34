/** The figures of a replay. */
import type { BatchFigures } from "../devnet/batch-watch.ts";
import type { Report } from "../devnet/progress.ts";
import type { FeedCounts } from "./feed.ts";
import type { ReplayPlan } from "./replay-plan.ts";

export interface SummaryParts {
  readonly messages: number;
  readonly counts: FeedCounts;
  readonly plan: Pick<ReplayPlan, "skipped" | "stale">;
  readonly figures: BatchFigures;
  readonly constraints: readonly { readonly steps: number; readonly constraints: number }[];
}

export interface ReplaySummary extends FeedCounts {
  readonly messages: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly stale: number;
  readonly batches: number;
  readonly words: number;
  /** Used ones; the rest of the circuits' steps is padding. */
  readonly steps: number;
  readonly provenSteps: number;
  readonly constraints: number;
  readonly constraintsPerStep: number;
  readonly provingSeconds: number;
  readonly secondsPerStep: number;
  readonly commitGas: number;
  readonly proveGas: number;
  readonly gasPerWord: number;
}

export function summaryOf({ messages, counts, plan, figures, constraints }: SummaryParts): ReplaySummary {
  const tier = constraints.at(-1)!;
  const total = constraints.reduce(
    (sum, { steps, constraints: each }) => sum + each * (figures.batchesByTier.get(steps) ?? 0),
    0,
  );
  return {
    messages,
    ...counts,
    skipped: plan.skipped,
    stale: plan.stale,
    batches: figures.settled,
    words: figures.words,
    steps: figures.usedSteps,
    provenSteps: figures.steps,
    constraints: total,
    constraintsPerStep: Math.round(tier.constraints / tier.steps),
    provingSeconds: Math.round(figures.provingSeconds),
    secondsPerStep: Number((figures.provingSeconds / figures.steps).toFixed(2)),
    commitGas: figures.commitGas,
    proveGas: figures.proveGas,
    gasPerWord: Math.round((figures.commitGas + figures.proveGas) / figures.words),
  };
}

const grouped = (value: number): string => value.toLocaleString("en-US");

export function tellSummary(report: Report, summary: ReplaySummary): void {
  const { skipped } = summary;
  const lines = {
    messages: `${grouped(summary.messages)} (${grouped(skipped.hidden!)} hidden, ${grouped(skipped.unknown!)} of unknown orders, ${grouped(skipped.offTick!)} between ticks)`,
    orders: `${grouped(summary.orders)} resting, ${grouped(summary.takers)} takers`,
    cancels: `${grouped(summary.cancels)}, ${grouped(summary.stale)} of them of orders that the file lost`,
    fills: grouped(summary.fills),
    batches: `${grouped(summary.batches)} with ${grouped(summary.words)} words`,
    steps: `${grouped(summary.steps)} of ${grouped(summary.provenSteps)} proven`,
    constraints: `${grouped(summary.constraints)}, ${grouped(summary.constraintsPerStep)} a step`,
    proving: `${grouped(summary.provingSeconds)} s, ${summary.secondsPerStep} s a step`,
    gas: `${grouped(summary.commitGas)} to commit, ${grouped(summary.proveGas)} to prove, ${grouped(summary.gasPerWord)} a word`,
  };
  const width = Math.max(...Object.keys(lines).map((name) => name.length));
  const text = Object.entries(lines).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  report({ event: "replayed", summary: { ...summary }, text: ["replayed and settled", ...text].join("\n") });
}
