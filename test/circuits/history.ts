/** Generated histories as circuit inputs: one batch of one step at a time, on the full state. */

import { batchGlobals, batchInput, type CircuitInput } from "../../prover/witness/circuit-input.ts";
import { type Authority, witnessStep } from "../../prover/witness/step-witness.ts";
import type { BatchHeader } from "../../sequencer/batch/header.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";

export const SMALL = { accountDepth: 3, orderDepth: 2, markets: 2 } as const;

export interface LoggedWord {
  readonly word: bigint;
  readonly authentic: boolean;
  readonly authority: Authority | null;
}

export interface ProvenStep extends CircuitInput {
  readonly step: Step;
}

/** An exchange with its tree, which turns every step into the inputs of a one-step batch. */
export class Prover {
  readonly exchange: Exchange;
  readonly tree: StateTree;
  private readonly poseidon: Poseidon;
  private steps = 0;

  /** Goes on from any state. */
  constructor(poseidon: Poseidon, exchange: Exchange) {
    this.poseidon = poseidon;
    this.exchange = exchange;
    this.tree = new StateTree(SMALL, poseidon.hash);
    this.tree.rebuild(exchange);
  }

  /** Carries out the next step: the active taker's, or the word's. */
  next(logged: LoggedWord | null): ProvenStep {
    const { exchange, tree, poseidon } = this;
    const globals = batchGlobals(exchange, tree.accountsRoot);
    const preRoot = tree.stateRoot(exchange);
    const l1Start = exchange.machine.l1Consumed;
    const word = exchange.machine.taker === null ? logged?.word : undefined;
    const { step, input } = witnessStep(
      exchange,
      tree,
      word,
      logged?.authentic ?? false,
      logged?.authority ?? null,
    );
    const header: BatchHeader = {
      preRoot,
      postRoot: tree.stateRoot(exchange),
      number: ++this.steps,
      epoch: 0,
      steps: 1,
      wordCount: step.word === 0n ? 0 : 1,
      time: exchange.machine.time,
      l1Start,
      l1End: exchange.machine.l1Consumed,
      signaturesHash: 0n,
    };
    return { step, ...batchInput(poseidon, headerWords(header), globals, [input]) };
  }

  /** A word to its end. */
  run(logged: LoggedWord): ProvenStep[] {
    const proven = [this.next(logged)];
    while (this.exchange.machine.taker !== null) proven.push(this.next(null));
    return proven;
  }
}
