/** Runs words through the machine to the end: each word, then its taker until none is active. */
import { apply } from "../../sequencer/exchange/apply.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import type { Step } from "../../sequencer/exchange/step.ts";

/** A word with the verdict on its signature. */
export interface JudgedWord {
  readonly word: bigint;
  readonly authentic: boolean;
}

/** Called after every applied step. */
export type Observer = (step: Step, exchange: Exchange) => void;

const nothing: Observer = () => {};

/** More makers than one order can meet in any test: past it a taker is stuck. */
const MOST_STEPS_PER_WORD = 100_000;

/** Decides and applies one word and everything that its order goes on to do. */
export function runWord(exchange: Exchange, { word, authentic }: JudgedWord, observe = nothing): Step[] {
  const steps: Step[] = [];
  let next: bigint | undefined = word;
  do {
    const step = decide(exchange, next, authentic);
    apply(exchange, step);
    observe(step, exchange);
    steps.push(step);
    next = undefined;
    if (steps.length > MOST_STEPS_PER_WORD) throw new Error("a taker does not come to an end");
  } while (exchange.machine.taker !== null);
  return steps;
}

export const runHistory = (exchange: Exchange, words: Iterable<JudgedWord>, observe = nothing): Step[] =>
  [...words].flatMap((word) => runWord(exchange, word, observe));
