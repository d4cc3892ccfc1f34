/** From a job to the inputs of its circuit: replays the batch on the part of the state that the job carries. */

import { spongeCommitment } from "../../sequencer/batch/commitment.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { machineInputs, marketInputs } from "../../sequencer/exchange/encode.ts";
import type { Exchange } from "../../sequencer/exchange/exchange.ts";
import { Outcome, outcomeOf } from "../../sequencer/exchange/word.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";
import { RecordedIndex } from "./recorded-index.ts";
import { type StepInput, witnessStep } from "./step-witness.ts";

type PublicSignals = readonly [commitment: bigint, challenge: bigint, evaluation: bigint];

export interface CircuitInput {
  /** Inputs of `template Batch`, by name. */
  readonly input: Record<string, unknown>;
  readonly publicSignals: PublicSignals;
}

/** Why a job cannot be proven: its parts contradict one another. */
export class InconsistentJob extends Error {
  readonly code = "inconsistentJob";
}

/** Throws InconsistentJob when the replay does not arrive at what the header says, or does not get there at all. */
export function circuitInput(poseidon: Poseidon, job: BatchJob): CircuitInput {
  try {
    return replayed(poseidon, job);
  } catch (error) {
    if (error instanceof InconsistentJob) throw error;
    // The rules assert what holds of any state that they made; this one is what somebody says it is.
    throw new InconsistentJob(`the replay stopped: ${(error as Error).message}`, { cause: error });
  }
}

function replayed(poseidon: Poseidon, job: BatchJob): CircuitInput {
  const { header } = job;
  if (job.steps.length > header.steps) throw new InconsistentJob("more steps than the circuit has");
  const { exchange, tree, index } = openState(poseidon, job);
  const globals = batchGlobals(exchange, job.accountsRoot);
  expect("state root before", tree.stateRoot(exchange), header.preRoot);
  expect("L1 words before", exchange.machine.l1Consumed, header.l1Start);
  const steps: StepInput[] = [];
  for (let i = 0; i < header.steps; i++) {
    const logged = job.steps[i];
    index.current = logged?.counterparty ?? null;
    const word = logged === undefined || logged.word === 0n ? undefined : logged.word;
    const authentic = word !== undefined && outcomeOf(word) !== Outcome.dropped;
    const { step, input } = witnessStep(exchange, tree, word, authentic, logged?.authority ?? null);
    if (input.word !== (logged?.word ?? 0n))
      throw new InconsistentJob(`step ${i}: the log says ${logged?.word}, the rules say ${input.word}`);
    if (step.counterparty?.account !== logged?.counterparty?.account)
      throw new InconsistentJob(`step ${i}: another counterparty than the log's`);
    steps.push(input);
  }
  expect("state root after", tree.stateRoot(exchange), header.postRoot);
  expect("L1 words after", exchange.machine.l1Consumed, header.l1End);
  expect("machine time after", exchange.machine.time, header.time);
  // One that was dropped leaves no trace but this.
  expect("number of words in", steps.filter(({ word }) => word !== 0n).length, header.wordCount);
  return batchInput(poseidon, headerWords(header), globals, steps);
}

const expect = <T>(what: string, found: T, stated: T): void => {
  if (found !== stated) throw new InconsistentJob(`${what} the batch: header ${stated}, replay ${found}`);
};

interface Globals {
  readonly machine: bigint[];
  readonly market: bigint[][];
  readonly accountsRoot: bigint;
}

/** Registers, markets and accounts' root as they are now. */
export const batchGlobals = (exchange: Exchange, accountsRoot: bigint): Globals => ({
  machine: machineInputs(exchange.machine),
  market: exchange.markets.map(marketInputs),
  accountsRoot,
});

/** Puts header and steps into the circuit's inputs, with the public signals that they bind to. */
export function batchInput(
  poseidon: Poseidon,
  header: readonly bigint[],
  globals: Globals,
  steps: readonly StepInput[],
): CircuitInput {
  const words = steps.map((step) => step.word);
  const commitment = spongeCommitment(poseidon.hash, header, words);
  const posted = [...header, ...words.filter((word) => word !== 0n)];
  const publicSignals = publicInputsOf(commitment, posted);
  const input = {
    commitment: publicSignals[0],
    challenge: publicSignals[1],
    evaluation: publicSignals[2],
    header,
    words,
    ...globals,
    index: steps.map((step) => step.index),
    slot: steps.map((step) => step.slot),
    account: steps.map((step) => step.account),
    order: steps.map((step) => step.order),
    orderPath: steps.map((step) => step.orderPath),
    accountPath: steps.map((step) => step.accountPath),
    publicKey: steps.map((step) => step.publicKey),
    r8: steps.map((step) => step.r8),
    s: steps.map((step) => step.s),
  };
  return { input, publicSignals };
}

/** The exchange and tree of which only the opened accounts and orders are known. */
function openState(poseidon: Poseidon, job: BatchJob) {
  const index = new RecordedIndex();
  const exchange: Exchange = {
    accounts: new Map(),
    markets: job.markets.map((market) => ({ ...market })),
    machine: { ...job.machine },
    index,
  };
  const tree = new StateTree(job.dimensions, poseidon.hash);
  for (const { index: account, account: value, ordersRoot, path, orders } of job.opened) {
    exchange.accounts.set(account, {
      ...value,
      sizes: [...value.sizes],
      fundings: [...value.fundings],
      orders: new Map([...value.orders].map(([slot, order]) => [slot, { ...order }])),
    });
    for (const order of orders)
      tree.graft({ account, slot: order.slot }, order.path, ordersRoot, path, job.accountsRoot);
  }
  return { exchange, tree, index };
}
