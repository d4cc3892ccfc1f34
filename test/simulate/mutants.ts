/** The protocol with one rule broken at a time: the checks of the simulation have to notice each. */
import { quorumOf } from "../../sequencer/consensus/epoch.ts";
import { simplexRules } from "../../sequencer/consensus/rules.ts";
import { drawScenario } from "./scenario.ts";
import { Violation } from "./watch.ts";
import { type Mutation, World } from "./world.ts";

export const MUTANTS: Readonly<Record<string, Mutation>> = {
  "quorum minus one": { rules: { ...simplexRules, quorum: (n) => quorumOf(n) - 1 } },
  "finalize after nullify": { rules: { ...simplexRules, mayFinalize: (own) => own.finalize === null } },
  "notarize twice": {
    rules: { ...simplexRules, takesProposal: () => true, mayNotarize: (own) => own.nullify === null },
  },
  "no log": { readsLog: false },
  "no silence": {
    keepsSilence: false,
    concerns: ({ faults }) => [...faults.values()].includes("forgetful"),
  },
  "no gap check": { rules: { ...simplexRules, isGap: () => false } },
  "no resolver": { asks: false },
  "blind take-over": { takesOverBlindly: true, concerns: ({ death }) => death !== null },
};

/** What the checks say of a mutant in a world; null if they notice nothing. */
export function ruleBrokenBy(mutation: Mutation, seed: number, validators: number): string | null {
  const scenario = drawScenario(seed, validators);
  if (mutation.concerns?.(scenario) === false) return null;
  try {
    new World(scenario, mutation).run();
    return null;
  } catch (error) {
    if (error instanceof Violation) return error.rule;
    throw error;
  }
}
