/**
 * Cuts executed steps into batches, by a function of the steps alone, so that every node cuts alike:
 *
 *   - after the step that fills the largest tier,
 *   - after the step that moves machine time maxBatchSeconds past the batch's beginning,
 *   - before a request of several words that the batch has no room for: payloads and command stay together,
 *   - on flush: after the last block of an epoch, so that all steps of a batch are of one epoch.
 *
 * A batch takes the smallest tier that holds its steps. It may end while a taker is active. What was cut waits to be
 * sealed (seal.ts): hashed, and described as a job.
 */
import type { Exchange } from "../exchange/exchange.ts";
import type { Step } from "../exchange/step.ts";
import { withOutcome } from "../exchange/word.ts";
import type { StepWatcher } from "../execution/execute.ts";
import type { Planned, RunPlan } from "../kernel/hash-plan.ts";
import type { Authority } from "../ordering/entry.ts";
import { hasherAtOnce, PlannedHasher } from "../state-tree/hasher.ts";
import type { Hash } from "../state-tree/poseidon.ts";
import type { StateTree } from "../state-tree/state-tree.ts";
import { OpenBatch } from "./open-batch.ts";
import { type Cut, type CutBatch, inGroups, Sealing, stateAfter } from "./seal.ts";
import { signaturesHash } from "./signatures-hash.ts";

export interface CutRules {
  /** Steps of the circuits, ascending. */
  readonly tiers: readonly number[];
  /** Machine time that one batch may span. */
  readonly maxBatchSeconds: number;
  /** The first one. */
  readonly epoch: number;
}

/**
 * Steps whose hashes are one plan, if not a single batch has more: a tenth of a second of a thread. One taker may meet so many
 * makers that all of a block would take hundreds of megabytes.
 */
const MAX_PLAN_STEPS = 512;

export class BatchCutter implements StepWatcher {
  /** The batch under construction. */
  open: OpenBatch;
  /** Of the steps that come, and named by their batches. */
  epoch: number;
  /** Accounts whose pre-image is not stored yet; whoever stores them clears it. */
  readonly unstored = new Set<number>();
  private unsealed: CutBatch[] = [];
  private committing: Promise<void> = Promise.resolve();
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
    this.epoch = rules.epoch;
    this.open = open;
  }

  /** Seals what was cut since the last call, at once. */
  takeCuts(): Cut[] {
    const hasher = hasherAtOnce(this.hash);
    const sealing = new Sealing(this.takeUnsealed(), this.tree, hasher);
    sealing.moveOn(hasher);
    return sealing.sealed();
  }

  /** What was cut since the last call, to be sealed in this order. */
  takeUnsealed(): CutBatch[] {
    const { unsealed } = this;
    this.unsealed = [];
    return unsealed;
  }

  /**
   * Seals what was taken, with the hashes of many batches planned and run together. Resolves when the tree has moved on:
   * the next call may come, while commitments of this one are still computed. Steps may come meanwhile, and be cut.
   */
  async seal(taken: readonly CutBatch[], run: RunPlan): Promise<{ readonly cuts: Promise<Cut[]> }> {
    const groups: Promise<Cut[]>[] = [];
    for (const cuts of inGroups(taken, MAX_PLAN_STEPS)) {
      const group = (await this.sealGroup(cuts, run)).cuts;
      // Told by `cuts`, once all groups are hashed.
      group.catch(() => undefined);
      groups.push(group);
    }
    return { cuts: Promise.all(groups).then((sealed) => sealed.flat()) };
  }

  private async sealGroup(cuts: readonly CutBatch[], run: RunPlan): Promise<{ cuts: Promise<Cut[]> }> {
    const [states, sponges] = [new PlannedHasher(), new PlannedHasher()];
    const sealing = new Sealing<Planned>(cuts, this.tree, states);
    await states.run(run);
    sealing.moveOn(sponges);
    // Of one group at a time: whoever runs plans has one of states and one of commitments at most.
    this.committing = this.committing.then(() => sponges.run(run));
    return { cuts: this.committing.then(() => sealing.sealed()) };
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
    const next = new OpenBatch(open.number + 1, null, this.exchange);
    const after = stateAfter(this.exchange, open, next);
    this.unsealed.push({ open, next, header: this.header(), after });
    this.open = next;
    this.unstored.clear();
  }

  private get maxSteps(): number {
    return this.rules.tiers.at(-1)!;
  }

  private header(): CutBatch["header"] {
    const { steps, number, machine } = this.open;
    return {
      number,
      epoch: this.epoch,
      steps: this.rules.tiers.find((tier) => tier >= steps.length)!,
      wordCount: steps.filter(({ word }) => word !== 0n).length,
      time: this.exchange.machine.time,
      l1Start: machine.l1Consumed,
      l1End: this.exchange.machine.l1Consumed,
      signaturesHash: signaturesHash(steps),
    };
  }
}
