/** Follows batches from cut to settled by asking the API, and tells each change once. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../sdk/client.ts";
import { getBatches, getHealth } from "../sdk/reads.ts";
import type { BatchInfo, Health } from "../sdk/replies.ts";
import { isLostAnswer } from "../sdk/trader-error.ts";
import { DevnetError } from "./devnet-error.ts";
import type { Report } from "./progress.ts";

/** As often as the chain makes a block. */
const POLL_MS = 1_000;
/** In one answer. They are settled in their order, so that all get their turn. */
const MOST_BATCHES = 200;
/** Sequencers of a set that all died at once are started again; one that orders alone is missed by whoever started it. */
const SILENCE_MS = 60_000;

/** How far a batch has been reported. */
const STAGES = ["cut", "committed", "proven", "settled"] as const;

export interface BatchFigures {
  /** Batches settled on chain since the watch began, and those of them with fills. */
  settled: number;
  settledWithFills: number;
  /** Number of the newest one. */
  lastSettled: number;
  /** Settled ones by the steps of their circuit. */
  readonly batchesByTier: Map<number, number>;
  fills: number;
  words: number;
  usedSteps: number;
  steps: number;
  commitGas: number;
  proveGas: number;
  provingSeconds: number;
}

export interface BatchWatch {
  readonly figures: BatchFigures;
  /** The last answer of the API. */
  readonly health: Health;
  /** Resolves at the next look at the API after the call; rejects once the watch has failed. */
  nextLook(): Promise<void>;
  /** Notes what the prover says of a batch. */
  noteProof(batch: number, seconds: number): void;
  stop(): void;
  /** Rejects when the sequencer reports a fault. */
  readonly failed: Promise<never>;
}

export async function watchBatches(client: Client, report: Report): Promise<BatchWatch> {
  const watch = new Watch(client, report, await getHealth(client));
  watch.run();
  return watch;
}

class Watch implements BatchWatch {
  readonly figures: BatchFigures = {
    settled: 0,
    settledWithFills: 0,
    lastSettled: 0,
    batchesByTier: new Map(),
    fills: 0,
    words: 0,
    usedSteps: 0,
    steps: 0,
    commitGas: 0,
    proveGas: 0,
    provingSeconds: 0,
  };
  health: Health;
  readonly failed: Promise<never>;
  private readonly client: Client;
  private readonly report: Report;
  /** Batch numbers that are not settled yet, with the number of stages told. */
  private readonly open = new Map<number, number>();
  private readonly seconds = new Map<number, number>();
  private newest: number;
  private stopped = false;
  private looks: (() => void)[] = [];
  private fail!: (error: unknown) => void;

  constructor(client: Client, report: Report, health: Health) {
    this.client = client;
    this.report = report;
    this.health = health;
    this.newest = health.batches.cut;
    // What an earlier run has told is not told again.
    for (let batch = health.batches.proven + 1; batch <= this.newest; batch++)
      this.open.set(batch, batch <= health.batches.committed ? 2 : 1);
    this.failed = new Promise<never>((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  nextLook(): Promise<void> {
    return Promise.race([new Promise<void>((resolve) => this.looks.push(resolve)), this.failed]);
  }

  noteProof(batch: number, seconds: number): void {
    this.seconds.set(batch, seconds);
  }

  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    let heardMs = performance.now();
    while (!this.stopped) {
      try {
        await this.look();
        heardMs = performance.now();
        for (const resolve of this.looks.splice(0)) resolve();
      } catch (error) {
        const isSilent = isLostAnswer(error) && performance.now() - heardMs < SILENCE_MS;
        if (!isSilent && !this.stopped) this.fail(error);
        if (!isSilent) return;
      }
      await sleep(POLL_MS, undefined, { ref: false });
    }
  }

  private async look(): Promise<void> {
    this.health = await getHealth(this.client);
    const { status, reason, chainFault, batches } = this.health;
    if (chainFault !== null)
      throw new DevnetError(
        "SEQUENCER_FAULT",
        `the chain side stopped: ${chainFault.code}: ${chainFault.message}`,
      );
    if (status === "halted") throw new DevnetError("SEQUENCER_FAULT", `the sequencer halted: ${reason}`);
    for (; this.newest < batches.cut; this.newest++) this.open.set(this.newest + 1, 0);
    if (this.open.size === 0) return;
    const [oldest] = this.open.keys();
    // Those that the client does not get are not known yet: it may have turned to a sequencer that is behind.
    const page = await getBatches(this.client, { from: oldest!, limit: MOST_BATCHES });
    for (const info of page.batches) {
      const told = this.open.get(info.number);
      if (told === undefined) continue;
      const left = this.tell(info, told);
      if (left === STAGES.length) this.open.delete(info.number);
      else this.open.set(info.number, left);
    }
  }

  /** Tells the stages that a batch has newly reached; returns how many have been told. */
  private tell(batch: BatchInfo, told: number): number {
    const reached = [true, batch.commit !== null, batch.job === "proven", batch.prove !== null];
    let stage = told;
    for (; stage < STAGES.length && reached[stage]; stage++) this.tellStage(batch, STAGES[stage]!);
    return stage;
  }

  private tellStage(info: BatchInfo, stage: (typeof STAGES)[number]): void {
    const { number: batch, fills, steps: tier, usedSteps, wordCount: words } = info;
    if (stage === "cut") {
      const link = `${this.client.url}/v1/batches/${batch}`;
      this.report({ event: "cut", batch, words, steps: usedSteps, tier, fills, link });
    } else if (stage === "committed")
      this.report({ event: "committed", batch, gas: Number(info.commit!.gasUsed), words });
    else if (stage === "proven")
      this.report({ event: "proven", batch, seconds: this.seconds.get(batch) ?? null });
    else {
      this.count(info);
      this.report({ event: "settled", batch, gas: Number(info.prove!.gasUsed), fills });
    }
  }

  private count(info: BatchInfo): void {
    const { figures } = this;
    figures.settled += 1;
    if (info.fills > 0) figures.settledWithFills += 1;
    figures.lastSettled = info.number;
    figures.batchesByTier.set(info.steps, (figures.batchesByTier.get(info.steps) ?? 0) + 1);
    figures.fills += info.fills;
    figures.words += info.wordCount;
    figures.usedSteps += info.usedSteps;
    figures.steps += info.steps;
    figures.commitGas += Number(info.commit?.gasUsed ?? 0);
    figures.proveGas += Number(info.prove!.gasUsed);
    figures.provingSeconds += this.seconds.get(info.number) ?? 0;
    this.seconds.delete(info.number);
  }
}
