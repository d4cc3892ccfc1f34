/** A validator on the network: its sequencer, the mesh, and what the validators tell each other, put together. */
import type { Logger } from "pino";
import type { Peer } from "../consensus/messages.ts";
import { addressOf } from "../consensus/secp256k1.ts";
import { openNetwork } from "../network/network.ts";
import type { Network } from "../network/ports.ts";
import type { Notice } from "../network/wire/notice.ts";
import type { PriceConfig } from "../node/config.ts";
import type { Clock, SequencerSettings } from "../node/settings.ts";
import type { ReportSigner, SignedReport } from "../oracle/report.ts";
import { type JoinSource, joinOverMesh } from "../snapshot/join-over-mesh.ts";
import { isQuestion } from "../snapshot/snapshot.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import type { Database } from "../store/database.ts";
import type { KernelWork } from "../threads/kernel-work.ts";
import type { BatchVotes } from "./batch-votes.ts";
import { identitySeed } from "./identity.ts";
import type { Membership } from "./membership.ts";
import { Outlets } from "./outlets.ts";
import { marketSources, startPriceReports } from "./price-reports.ts";
import { DEFAULT_MAX_READERS, type SetConfig } from "./set-config.ts";
import { settingOf, type ValidatorSettings } from "./settings.ts";
import type { ValidatorObservers } from "./validator-parts.ts";
import { ValidatorSequencer } from "./validator-sequencer.ts";

export interface ValidatorNodeOptions {
  readonly set: SetConfig;
  readonly membership: Membership;
  /** Names the exchange on the network: chain id and contract. */
  readonly exchangeName: string;
  readonly database: Database;
  readonly settings: SequencerSettings;
  readonly validator: ValidatorSettings;
  /** From where it is known how far behind this node is; left out, nobody asks for a snapshot. */
  readonly join?: JoinSource;
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

/** What joining needs of a node. */
function meshOf(options: ValidatorNodeOptions, network: Network) {
  const { membership, validator } = options;
  const own = addressOf(validator.secretKey);
  const peers = membership.peers.map(({ address }) => address).filter((address) => address !== own);
  return { ...options, network, peers, setting: settingOf(validator) };
}

export class ValidatorNode {
  readonly sequencer: ValidatorSequencer;
  readonly network: Network;
  private readonly options: ValidatorNodeOptions;
  /** Once there is a chain to bring batches to. */
  private batchVotes: BatchVotes | null = null;
  private readonly stopReports: () => void;
  private readonly stopMembership: () => Promise<void>;

  static async start(options: ValidatorNodeOptions): Promise<ValidatorNode> {
    const { set, membership, exchangeName, validator, join, clock, random, log } = options;
    const network = await openNetwork({
      identitySeed: identitySeed(validator.secretKey),
      exchange: exchangeName,
      listen: set.listen,
      validators: membership.peers,
      maxReaders: set.maxReaders ?? DEFAULT_MAX_READERS,
      clock,
      random,
      log,
    });
    try {
      if (join !== undefined) await joinOverMesh({ ...meshOf(options, network), ...join });
      const outlets = new Outlets({ network, membership, clock, random });
      const sequencer = await ValidatorSequencer.open({
        ...options,
        outbox: outlets,
        mayPass: () => outlets.mayPass(),
        sealed: membership.sealed,
      });
      log.info({ peerId: network.peerId, multiaddrs: network.multiaddrs }, "joined the mesh");
      return new ValidatorNode(options, network, sequencer, outlets);
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  private constructor(
    options: ValidatorNodeOptions,
    network: Network,
    sequencer: ValidatorSequencer,
    outlets: Outlets,
  ) {
    const { membership } = options;
    this.options = options;
    this.network = network;
    this.sequencer = sequencer;
    network.onMessage((peer, message) => {
      if (!sequencer.receive(peer, message)) network.misbehaved(peer, "invalidSignature");
    });
    network.onRequests(async (peer, requests) => {
      if (!(await sequencer.receiveRequests(requests))) network.misbehaved(peer, "invalidSignature");
    });
    network.onNotice((peer, notice) => this.receiveNotice(peer, notice));
    network.onSnapshot((peer, message) => {
      if (isQuestion(message)) sequencer.askSnapshot(peer, message);
    });
    this.stopReports = this.startReports();
    this.stopMembership = membership.start({
      setPeers: (validators) => network.setPeers(validators),
      publishNotice: (notice) => network.publishNotice(notice),
      sendNotice: (peer, notice) => network.sendNotice(peer, notice),
      onSealed: () => sequencer.sealedCame(),
      multiaddrs: network.multiaddrs,
    });
    // Now that the membership has something to say to whoever is linked already.
    network.onLink((peer, canSend) => {
      outlets.linked(peer, canSend);
      if (canSend) membership.linked(peer);
    });
  }

  /** From now on votes for batches count. */
  collectBatchVotes(votes: BatchVotes): void {
    this.batchVotes = votes;
  }

  async stop(): Promise<void> {
    this.stopReports();
    await this.stopMembership();
    // First the network: what comes in now would find no consensus.
    await this.network.close();
    await this.sequencer.close();
  }

  private receiveNotice(peer: Peer, notice: Notice): void {
    if (notice.kind === "announcement") {
      const { membership, log } = this.options;
      membership.hear(notice.announcement).then(
        // Others may know a new member sooner than this node.
        (isKnown) => isKnown || this.network.misbehaved(peer, "notAllowed"),
        (error: unknown) => log.error({ err: error }, "an announcement could not be kept"),
      );
      return;
    }
    const isGood =
      notice.kind === "batchVote"
        ? (this.batchVotes?.take(notice.vote) ?? true)
        : this.sequencer.receiveReport(notice.epoch, notice.report);
    if (!isGood) this.network.misbehaved(peer, "invalidSignature");
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
      publish: (epoch, report) => this.publishReport(epoch, report),
      onFault: (fault) => log.warn(fault, "a price source gave no price"),
    });
  }

  private publishReport(epoch: number, report: SignedReport): void {
    this.sequencer.receiveReport(epoch, report);
    this.network.publishNotice({ kind: "report", epoch, report });
  }
}
