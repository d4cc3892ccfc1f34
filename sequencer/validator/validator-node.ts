/** A validator on the network: its sequencer, the mesh, and what the validators tell each other, put together. */
import type { Logger } from "pino";
import { openNetwork } from "../network/network.ts";
import type { Network } from "../network/ports.ts";
import type { Notice } from "../network/wire/notice.ts";
import type { PriceConfig } from "../node/config.ts";
import type { Clock, SequencerSettings } from "../node/settings.ts";
import type { ReportSigner, SignedReport } from "../oracle/report.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import type { Database } from "../store/database.ts";
import type { KernelWork } from "../threads/kernel-work.ts";
import type { BatchVotes } from "./batch-votes.ts";
import { identitySeed } from "./identity.ts";
import { marketSources, startPriceReports } from "./price-reports.ts";
import { DEFAULT_MAX_READERS, type SetConfig } from "./set-config.ts";
import type { ValidatorSettings } from "./settings.ts";
import type { ValidatorObservers } from "./validator-parts.ts";
import { ValidatorSequencer } from "./validator-sequencer.ts";

export interface ValidatorNodeOptions {
  readonly set: SetConfig;
  /** Names the exchange on the network: chain id and contract. */
  readonly exchangeName: string;
  readonly database: Database;
  readonly settings: SequencerSettings;
  readonly validator: ValidatorSettings;
  readonly isBorn: boolean;
  readonly prices: PriceConfig;
  readonly firstPrices: readonly number[];
  readonly poseidon: Poseidon;
  readonly work: KernelWork;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly observers: ValidatorObservers;
}

export class ValidatorNode {
  readonly sequencer: ValidatorSequencer;
  readonly network: Network;
  private readonly options: ValidatorNodeOptions;
  /** Once there is a chain to bring batches to. */
  private batchVotes: BatchVotes | null = null;
  private readonly stopReports: () => void;

  static async start(options: ValidatorNodeOptions): Promise<ValidatorNode> {
    const { set, exchangeName, validator, clock, random, log } = options;
    const network = await openNetwork({
      identitySeed: identitySeed(validator.secretKey),
      exchange: exchangeName,
      listen: set.listen,
      validators: set.validators.map((card) => ({ ...card, address: card.address.toLowerCase() })),
      maxReaders: set.maxReaders ?? DEFAULT_MAX_READERS,
      clock,
      random,
      log,
    });
    try {
      const sequencer = await ValidatorSequencer.open({ ...options, outbox: network });
      log.info({ peerId: network.peerId, multiaddrs: network.multiaddrs }, "joined the mesh");
      return new ValidatorNode(options, network, sequencer);
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  private constructor(options: ValidatorNodeOptions, network: Network, sequencer: ValidatorSequencer) {
    this.options = options;
    this.network = network;
    this.sequencer = sequencer;
    network.onMessage((peer, message) => {
      if (!sequencer.receive(peer, message)) network.misbehaved(peer, "invalidSignature");
    });
    network.onRequests(async (peer, requests) => {
      if (!(await sequencer.receiveRequests(requests))) network.misbehaved(peer, "invalidSignature");
    });
    network.onNotice((peer, notice) => {
      if (!this.receiveNotice(notice)) network.misbehaved(peer, "invalidSignature");
    });
    this.stopReports = this.startReports();
  }

  /** From now on votes for batches count. */
  collectBatchVotes(votes: BatchVotes): void {
    this.batchVotes = votes;
  }

  async stop(): Promise<void> {
    this.stopReports();
    // First the network: what comes in now would find no consensus.
    await this.network.close();
    await this.sequencer.close();
  }

  private receiveNotice(notice: Notice): boolean {
    if (notice.kind === "batchVote") return this.batchVotes?.take(notice.vote) ?? true;
    return this.sequencer.receiveReport(notice.report);
  }

  private startReports(): () => void {
    const { prices, firstPrices, validator, clock, log } = this.options;
    const markets = marketSources(prices, firstPrices);
    if (markets === null) return () => undefined;
    const { secretKey, separator } = validator;
    const signer = (): ReportSigner | null => {
      const { number, validators } = this.sequencer.epoch;
      const index = validators.indexOf(this.sequencer.address);
      return index < 0 ? null : { separator, epoch: number, signer: index, secretKey };
    };
    return startPriceReports({
      markets,
      signer,
      clock,
      publish: (report) => this.publishReport(report),
      onFault: (fault) => log.warn(fault, "a price source gave no price"),
    });
  }

  private publishReport(report: SignedReport): void {
    this.sequencer.receiveReport(report);
    this.network.publishNotice({ kind: "report", report });
  }
}
