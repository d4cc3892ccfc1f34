/** Executes entries on the live state, step by step, and tells what happened to whoever has to know. */
import { apply } from "../exchange/apply.ts";
import { decide } from "../exchange/decide.ts";
import { type Exchange, liveOrder } from "../exchange/exchange.ts";
import type { RefusalCode } from "../exchange/refusal.ts";
import type { Lots, OrderName, Ticks } from "../exchange/state.ts";
import type { Step } from "../exchange/step.ts";
import { type Side, withOutcome } from "../exchange/word.ts";
import type { Authority, Entry } from "../ordering/entry.ts";

/** Sees every step at its two sides; a batch may begin or end at each of them. */
export interface StepWatcher {
  /** An entry is about to begin; its words must not be split. */
  entry(words: number): void;
  /** The step is decided, the state is still as before it. */
  before(step: Step, authority: Authority | null): void;
  /** The state is as after it. */
  after(step: Step): void;
}

/** A trade of one step. */
export interface Trade {
  readonly market: number;
  readonly price: Ticks;
  readonly lots: Lots;
  /** The taker's. */
  readonly side: Side;
  readonly taker: OrderName;
  readonly maker: OrderName;
}

/** A consumed word. */
interface ExecutedWord {
  /** With its outcome bits. */
  readonly word: bigint;
  readonly outcome: number;
  readonly code: RefusalCode | null;
}

export interface ExecutedEntry {
  readonly words: readonly ExecutedWord[];
  /** The command's first step and all that followed from it. */
  readonly steps: readonly Step[];
}

/**
 * Runs an entry to its end: each word, then the taker until it is done. An authority given is good: it was checked
 * at the door, and the key that it was checked against cannot have changed since (admission.ts).
 */
export function executeEntry(exchange: Exchange, entry: Entry, watcher: StepWatcher): ExecutedEntry {
  if (exchange.machine.taker !== null) throw new Error("an entry begins while a taker is active");
  watcher.entry(entry.words.length);
  const command = entry.words.length - 1;
  const steps: Step[] = [];
  const words = entry.words.map((word, i): ExecutedWord => {
    const authority = i === command ? entry.authority : null;
    const step = perform(exchange, decide(exchange, word, authority !== null), authority, watcher);
    if (i === command) steps.push(step);
    return { word: withOutcome(step.word, step.outcome), outcome: step.outcome, code: step.code };
  });
  steps.push(...finishTaker(exchange, watcher));
  return { words, steps };
}

/** The steps that the active taker still takes. */
export function finishTaker(exchange: Exchange, watcher: StepWatcher): Step[] {
  const steps: Step[] = [];
  while (exchange.machine.taker !== null)
    steps.push(perform(exchange, decide(exchange, undefined, false), null, watcher));
  return steps;
}

function perform(exchange: Exchange, step: Step, authority: Authority | null, watcher: StepWatcher): Step {
  watcher.before(step, authority);
  apply(exchange, step);
  watcher.after(step);
  return step;
}

/** The trade of a step that is decided but not applied yet: the maker still has its price. */
export function tradeOf(exchange: Exchange, step: Step): Trade | null {
  if (step.action.kind !== "fill") return null;
  const { taker, lots } = step.action;
  const maker = step.counterparty!;
  const { price } = liveOrder(exchange, maker);
  return {
    market: taker.market,
    price,
    lots,
    side: taker.side,
    taker: { account: taker.account, slot: taker.slot },
    maker: { account: maker.account, slot: maker.slot },
  };
}
