/**
 * The sequencer of a validator in a set.
 *
 *   submit -> door -> mempool -> all validators' mempools
 *   leader: mempool, L1 queue, reports -> payload -> consensus -> final block, the same everywhere
 *   final block -> entries derived from the state -> steps -> cutter -> one atomic write -> receipts
 *
 * A receipt is given by the node that was asked, for what is final and on its own disk. Agreement goes on while blocks
 * execute; headers name the state some blocks back.
 */
import { recordsOf, recover } from "../consensus/begin.ts";
import type { Epoch } from "../consensus/epoch.ts";
import type { Message, Peer, Vote } from "../consensus/messages.ts";
import type { Input } from "../consensus/ports.ts";
import type { Setting } from "../consensus/state.ts";
import { InFlight } from "../mempool/in-flight.ts";
import { MESSAGES } from "../node/admission.ts";
import { BlockRunner } from "../node/block-runner.ts";
import type { Parts } from "../node/open.ts";
import { OutcomeUnknown } from "../node/outcome-unknown.ts";
import { Reader } from "../node/reader.ts";
import type { Refusal } from "../node/refusal.ts";
import type { SequencerSettings } from "../node/settings.ts";
import { StoredViews } from "../node/stored-views.ts";
import type { Receipt } from "../node/view.ts";
import type { Deviation } from "../oracle/median.ts";
import type { SignedReport } from "../oracle/report.ts";
import { commandOf } from "../ordering/block-order.ts";
import { rememberedKeyHashes } from "../signature/key-hashes.ts";
import type { SignedRequest } from "../signature/request.ts";
import { takeMoment } from "../snapshot/make-snapshot.ts";
import type { SnapshotQuestion } from "../snapshot/snapshot.ts";
import { SnapshotServer } from "../snapshot/snapshot-server.ts";
import { ARITY } from "../state-tree/sparse-tree.ts";
import { BlockDesk } from "./block-desk.ts";
import { BlockServer } from "./block-server.ts";
import { Driver } from "./driver.ts";
import { effectPorts } from "./effect-ports.ts";
import type { EpochSets } from "./epoch-sets.ts";
import { settingsIn } from "./epoch-terms.ts";
import { type Executed, Executor } from "./executor.ts";
import { Intake } from "./intake.ts";
import { L1Queue } from "./l1-queue.ts";
import { Payloads } from "./payloads.ts";
import { PresentEpoch } from "./present-epoch.ts";
import { type Found, readDisk } from "./read-disk.ts";
import { settingOf } from "./settings.ts";
import { TakeOverDesk } from "./take-over.ts";
import { ENDLESS, type ValidatorParts } from "./validator-parts.ts";

/** How often requests that wait are looked through for such as can never be executed. */
const SWEEP_MS = 1_000;
/** How long a node that stops lets those wait who wait for blocks: with a quorum these come in a fraction of it. */
const LEAVING_MS = 2_000;

export class ValidatorSequencer extends StoredViews {
  protected readonly parts: Parts;
  protected readonly settings: SequencerSettings;
  protected readonly reader: Reader;
  protected readonly runner: BlockRunner;
  private readonly options: ValidatorParts;
  private readonly setting: Setting;
  private readonly intake: Intake;
  private readonly server: BlockServer;
  private readonly snapshots: SnapshotServer;
  private readonly inFlight = new InFlight();
  private readonly l1: L1Queue;
  private readonly desk: BlockDesk;
  private readonly executor: Executor;
  private readonly epochs: EpochSets;
  private readonly present: PresentEpoch;
  private readonly takeOver: TakeOverDesk;
  private readonly driver: Driver;
  private cancelSweep: () => void = () => undefined;
  private cancelLeaving: () => void = () => undefined;

  /** Takes over the database and closes it in the end. */
  static async open(options: ValidatorParts): Promise<ValidatorSequencer> {
    const sequencer = new ValidatorSequencer(options, await readDisk(options));
    sequencer.driver.start();
    sequencer.sweep();
    return sequencer;
  }

  private constructor(options: ValidatorParts, { parts, chain, end, log, records, epochs }: Found) {
    super();
    const { settings, poseidon, work, clock, observers = {} } = options;
    const { exchange } = parts;
    const keys = rememberedKeyHashes(poseidon);
    const nowMs = (): number => clock.nowMs();
    const onFault = (error: unknown): void => this.halt(error);
    const payloads = new Payloads(end.floor.hash, end.point);
    this.options = options;
    this.settings = settings;
    this.epochs = epochs;
    this.present = new PresentEpoch(
      {
        validator: options.validator,
        cutter: parts.cutter,
        markets: exchange.markets.length,
        sealed: options.sealed ?? ENDLESS,
      },
      end.epoch,
    );
    const { validator } = this.present.terms;
    this.parts = parts;
    this.server = new BlockServer({
      chain,
      send: (to, message) => options.outbox.send(to, message),
      onFault,
    });
    this.snapshots = new SnapshotServer({
      latestBatch: () => this.runner.latestBatch,
      moment: () => this.executor.between(() => takeMoment(parts)),
      send: (to, answer) => options.outbox.sendSnapshot(to, answer),
      nowMs,
      onFault,
    });
    this.setting = settingOf(validator);
    this.runner = new BlockRunner({
      parts,
      limits: settings.limits,
      clock,
      onBlock: observers.onBlock ?? (() => undefined),
      onExecuted: () => undefined,
      runPlan: work.runPlan,
    });
    this.intake = new Intake({
      settings,
      validator,
      exchange,
      keys,
      work,
      inFlight: this.inFlight,
      isThrottled: () => parts.jobs.waiting >= settings.limits.maxUnprovenBatches,
      mayPass: options.mayPass ?? (() => true),
      publish: (requests) => options.outbox.publishRequests(requests),
      onHeld: () => this.desk.tryBuild(),
      nowMs,
    });
    this.reader = new Reader(parts, this.intake, settings.limits.maxRows);
    this.l1 = new L1Queue(exchange.machine.l1Consumed);
    this.executor = new Executor({
      exchange,
      runner: this.runner,
      chain,
      keys,
      epochs,
      cutter: parts.cutter,
      rules: (number) => settingsIn(epochs.of(number)!, options.validator).derivation,
      stateDigest: end.stateDigest,
      onExecuted: (executed) => this.executed(executed),
      onFault,
    });
    this.driver = new Driver({
      setting: this.setting,
      start: recover(
        this.setting,
        { ...end, roots: end.digests, nowMs: nowMs(), random: Math.floor(options.random() * 2 ** 32) },
        records,
      ),
      ports: effectPorts({
        options,
        desk: () => this.desk,
        payloads,
        executor: this.executor,
        server: this.server,
      }),
      persist: (written) => log.append(written),
      atRest: async (state) => {
        // What is final and not executed is on no disk of this node but in the log.
        if (log.isLong) await log.replace([...recordsOf(state), ...this.executor.waitingRecords]);
      },
      clock,
      onHalt: onFault,
    });
    this.takeOver = new TakeOverDesk({
      database: parts.database,
      epochs,
      takesOver: this.present.sealed.takesOver,
      current: () => this.epoch.number,
      batch: (number) => this.batch(number),
      begin: ({ epoch, unended }) => this.enter(epoch, { kind: "takeOver", epoch, unended }),
      onFault,
    });
    this.desk = new BlockDesk({
      terms: () => this.present.terms,
      slots: ARITY ** settings.dimensions.orderDepth,
      exchange,
      mempool: this.intake.mempool,
      inFlight: this.inFlight,
      payloads,
      l1: this.l1,
      sealedSet: this.present.sealed.of,
      nextSet: () => this.present.nextSet,
      verifier: {
        isVerified: (request) => this.intake.mempool.holds(request),
        verifyAll: async (requests) =>
          (await Promise.all(requests.map((request) => work.check(request)))).every(Boolean),
      },
      view: () => this.driver.state.view,
      executing: () => this.executor.waiting,
      held: (hash) => this.driver.state.blocks.get(hash),
      answer: (input) => this.driver.push(input),
      onFault,
      onInvalid: observers.onInvalid ?? (() => undefined),
      nowMs,
    });
  }

  /** A message of another validator; false if it is such as no honest one sends. */
  receive(from: Peer, message: Message): boolean {
    if (message.kind === "vote" && !this.isSigned(message.vote)) return false;
    if (message.kind === "proposal" && !this.isSigned(message.proposal.vote)) return false;
    this.driver.push({ kind: "message", from, message });
    return true;
  }

  /** Requests from another validator's door; false if one is such as no honest node passes on. */
  receiveRequests(requests: readonly SignedRequest[]): Promise<boolean> {
    return this.intake.takeFromPeer(requests);
  }

  /** Somebody who is far behind asks for a snapshot. */
  askSnapshot(from: Peer, question: SnapshotQuestion): void {
    this.snapshots.ask(from, question);
  }

  async submit(request: SignedRequest): Promise<Receipt | Refusal> {
    if (this.status !== "running") return { refused: "closing", message: MESSAGES.closing };
    return await this.intake.submit(request);
  }

  async submitL1(words: readonly bigint[], firstIndex: number): Promise<void> {
    this.assertRunning();
    const next = this.nextL1Index();
    if (firstIndex > next) throw new Error(`L1 word ${firstIndex} came, ${next} is next`);
    // While this node's watcher read them, a block of others may have brought some of them. Without room none are taken: in
    // a flood they come again, and whoever brought them has commitments and proofs to look after as well.
    if (this.l1.add(words.slice(next - firstIndex))) this.desk.l1Came();
  }

  /** The registry's next set became known, or may be proposed now. */
  sealedCame(): void {
    this.takeOver.look();
    this.desk.l1Came();
  }

  /** A report of somebody's prices; false if nobody honest passes it on. */
  receiveReport(epoch: number, report: SignedReport): boolean {
    return this.present.receiveReport(epoch, report, this.options.clock.nowMs());
  }

  nextL1Index(): number {
    return this.l1.next;
  }

  /** The name under which this validator votes. */
  get address(): Peer {
    return this.setting.self;
  }

  /** The epoch that agreement is in, as far as this node has executed. */
  get epoch(): Epoch {
    return this.present.epoch;
  }

  /** Who was in an epoch; undefined for one that this node's chain has not reached. */
  setOf(epoch: number): readonly Peer[] | undefined {
    return this.epochs.of(epoch)?.validators;
  }

  /** Where consensus stands here. */
  consensus() {
    const { view, finalView, floor, silentThrough, self } = this.driver.state;
    const { number: epoch } = this.epoch;
    const { waiting: executing, stateDigest } = this.executor;
    const { dropped } = this.driver;
    const { shed } = this.server;
    const { height } = floor;
    const timeMs = floor.header?.timeMs ?? 0;
    const isMember = self >= 0;
    const here = { view, finalView, height, timeMs, executing, stateDigest, silentThrough, dropped, shed };
    return { ...here, epoch, isMember };
  }

  /** How far each validator's newest price lies from the medians of all of them. */
  priceDeviations(): Deviation[] {
    return this.present.priceDeviations();
  }

  /** The node is about to stop: whoever still waits after a moment is told that the end is not known here. */
  leave(): void {
    const tell = (): void => this.intake.waiters.failAll(new OutcomeUnknown(MESSAGES.closing));
    this.cancelLeaving = this.options.clock.after(LEAVING_MS, tell);
  }

  async close(): Promise<void> {
    if (this.status === "running") this.status = "closing";
    this.cancelSweep();
    this.cancelLeaving();
    await Promise.all([this.driver.stop(), this.takeOver.close()]);
    await this.executor.idle();
    await Promise.all([this.server.close(), this.snapshots.close()]);
    // Executed or not, nobody here will tell: whoever asked looks for the receipt at another node.
    this.intake.waiters.failAll(new OutcomeUnknown(MESSAGES.closing));
    await this.parts.database.close();
  }

  protected get queued(): number {
    return this.intake.mempool.size.requests;
  }

  /** A block is on disk: whoever asked hears of it, and consensus of the state. */
  private executed({ height, stateDigest, l1Consumed, payload, logged, leftOut, next }: Executed): void {
    const { mempool, waiters } = this.intake;
    this.l1.consumedUpTo(l1Consumed);
    mempool.included(payload.requests);
    this.inFlight.final(height);
    for (const { request, logged: place } of logged)
      waiters.answer(commandOf(request), this.reader.receiptOf(place));
    for (const { request, fault } of leftOut) this.intake.leftOut(request, fault);
    this.driver.push({ kind: "executed", height, stateRoot: stateDigest });
    // What took over already does not wait for the end of the epoch before.
    if (next !== null && next.number > this.epoch.number) this.beginEpoch(next);
    this.takeOver.look();
    this.options.observers?.onFinal?.(height);
    this.desk.tryBuild();
  }

  private beginEpoch(epoch: Epoch): void {
    const { number, validators } = epoch;
    this.present.check(epoch);
    this.enter(epoch, { kind: "epoch", number, validators });
  }

  private enter(epoch: Epoch, input: Input): void {
    this.present.enter(epoch);
    this.desk.beginEpoch();
    this.driver.push(input);
    this.options.observers?.onEpoch?.(epoch);
  }

  private isSigned(vote: Vote): boolean {
    const { epoch } = this.driver.state;
    // Of another epoch: the core counts no such vote.
    return vote.epoch !== epoch.number || this.setting.verify(epoch, vote);
  }

  private sweep(): void {
    this.cancelSweep = this.options.clock.after(SWEEP_MS, () => {
      this.intake.sweep();
      // What L1 said before this life is not said again.
      this.takeOver.look();
      // A tick may be due, though nobody sent anything.
      this.desk.tryBuild();
      if (this.status === "running") this.sweep();
    });
  }

  private assertRunning(): void {
    if (this.status !== "running") throw new Error(MESSAGES.closing, { cause: this.fault });
  }

  private halt(reason: unknown): void {
    if (this.status === "halted") return;
    this.status = "halted";
    this.fault = reason instanceof Error ? reason : new Error(JSON.stringify(reason));
    this.cancelSweep();
    void this.driver.stop();
    const { message } = this.fault;
    const unknown = new OutcomeUnknown(`the sequencer halted: ${message}`, { cause: this.fault });
    this.intake.waiters.failAll(unknown);
    this.options.observers?.onHalt?.(this.fault);
  }
}
