/**
 * Cuts executed steps into batches, by a function of the steps alone, so that every node cuts alike:
 *
 *   - after the step that fills the largest tier,
 *   - after the step that moves machine time maxBatchSeconds past the batch's beginning,
 *   - before a request of several words that the batch has no room for: payloads and command stay together,
 *   - on flush.
 *
 * A batch takes the smallest tier that holds its steps. It may end while a taker is active. The state tree stands
 * still between cuts: a cut first takes the opened paths from it, then moves it on.
 */
import type { Exchange } from "../exchange/exchange.ts";
import type { Step } from "../exchange/step.ts";
import { withOutcome } from "../exchange/word.ts";
import type { StepWatcher } from "../execution/execute.ts";
import type { Authority } from "../ordering/entry.ts";
import type { Hash } from "../state-tree/poseidon.ts";
import type { StateTree } from "../state-tree/state-tree.ts";
import type { StoredBatch } from "../store/settlement.ts";
import { spongeCommitment } from "./commitment.ts";
import { type BatchHeader, headerWords } from "./header.ts";
import type { BatchJob, OpenedAccount } from "./job.ts";
import { OpenBatch } from "./open-batch.ts";
import { signaturesHash } from "./signatures-hash.ts";

export interface CutRules {
  /** Steps of the circuits, ascending. */
  readonly tiers: readonly number[];
  /** Machine time that one batch may span. */
  readonly maxBatchSeconds: number;
  readonly epoch: number;
}

export interface Cut {
  readonly batch: StoredBatch;
  readonly job: BatchJob;
}

export class BatchCutter implements StepWatcher {
  /** The batch under construction. */
  open: OpenBatch;
  /** Accounts whose pre-image is not stored yet; whoever stores them clears it. */
  readonly unstored = new Set<number>();
  private cuts: Cut[] = [];
  private readonly exchange: Exchange;
  private readonly tree: StateTree;
  private readonly hash: Hash;
  private readonly rules: CutRules;

  /** `tree` is as of the beginning of `open`. */
  constructor(exchange: Exchange, tree: StateTree, hash: Hash, rules: CutRules, open: OpenBatch) {
    this.exchange = exchange;
    this.tree = tree;
    this.hash = hash;
    this.rules = rules;
    this.open = open;
  }

  /** What was cut since the last call. */
  takeCuts(): Cut[] {
    const { cuts } = this;
    this.cuts = [];
    return cuts;
  }

  entry(words: number): void {
    if (words > this.maxSteps) throw new Error(`no tier holds a request of ${words} words`);
    if (this.open.steps.length + words > this.maxSteps) this.flush();
  }

  before(step: Step, authority: Authority | null): void {
    for (const account of this.open.open(this.exchange, [step.counterparty, step.active]))
      this.unstored.add(account);
    this.open.steps.push({
      word: withOutcome(step.word, step.outcome),
      counterparty: step.counterparty && {
        account: step.counterparty.account,
        slot: step.counterparty.slot,
      },
      authority: authority && { publicKey: authority.publicKey, signature: authority.signature },
    });
    if (step.action.kind === "fill") this.open.fills += 1;
  }

  after(): void {
    const { steps, machine } = this.open;
    const spent = this.exchange.machine.time - machine.time;
    if (steps.length === this.maxSteps || spent >= this.rules.maxBatchSeconds) this.flush();
  }

  /** Cuts now; a batch without steps is not cut. */
  flush(): void {
    const { open } = this;
    if (open.steps.length === 0) return;
    open.openNobody(this.exchange);
    const opened = [...open.opened.keys()].map((index) => this.describe(index));
    const { accountsRoot } = this.tree;
    this.tree.update(this.exchange, open.opened.keys(), open.touchedOrders);
    const header = this.header(this.tree.stateRoot(this.exchange));
    const stepWords = open.steps.map(({ word }) => word);
    while (stepWords.length < header.steps) stepWords.push(0n);
    this.cuts.push({
      batch: {
        header,
        words: stepWords.filter((word) => word !== 0n),
        commitment: spongeCommitment(this.hash, headerWords(header), stepWords),
        usedSteps: open.steps.length,
        fills: open.fills,
      },
      job: {
        dimensions: this.tree.dimensions,
        header,
        machine: open.machine,
        markets: open.markets,
        accountsRoot,
        opened,
        steps: open.steps,
      },
    });
    this.open = new OpenBatch(open.number + 1, header.postRoot, this.exchange);
    this.unstored.clear();
  }

  private get maxSteps(): number {
    return this.rules.tiers.at(-1)!;
  }

  /** An opened account with its paths, from the tree as it was before the batch. */
  private describe(index: number): OpenedAccount {
    const { account, slots } = this.open.opened.get(index)!;
    return {
      index,
      account,
      ordersRoot: this.tree.ordersRoot(index),
      path: this.tree.accountPath(index),
      orders: slots.map((slot) => ({ slot, path: this.tree.orderPath({ account: index, slot }) })),
    };
  }

  private header(postRoot: bigint): BatchHeader {
    const { steps, number, preRoot, machine } = this.open;
    return {
      preRoot,
      postRoot,
      number,
      epoch: this.rules.epoch,
      steps: this.rules.tiers.find((tier) => tier >= steps.length)!,
      wordCount: steps.filter(({ word }) => word !== 0n).length,
      time: this.exchange.machine.time,
      l1Start: machine.l1Consumed,
      l1End: this.exchange.machine.l1Consumed,
      signaturesHash: signaturesHash(steps),
    };
  }
}
