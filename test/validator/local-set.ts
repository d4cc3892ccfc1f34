/** Validators in one process, each with its own database, joined by a network that is only a queue. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Epoch, makeEpoch, quorumOf } from "../../sequencer/consensus/epoch.ts";
import type { Message, Peer } from "../../sequencer/consensus/messages.ts";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import { domainSeparator } from "../../sequencer/consensus/vote.ts";
import { MEMPOOL_LIMITS } from "../../sequencer/mempool/limits.ts";
import { decodeSnapshotMessage, encodeSnapshotMessage } from "../../sequencer/network/wire/snapshot.ts";
import type { Clock, SequencerSettings } from "../../sequencer/node/settings.ts";
import { BLOCK_LIMITS } from "../../sequencer/ordering/limits.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import type { HeadRules, ProvenBatch } from "../../sequencer/snapshot/check-head.ts";
import { certificateCheck, type JoinEnd, joinBySnapshot } from "../../sequencer/snapshot/join.ts";
import type { SnapshotAnswer, SnapshotQuestion } from "../../sequencer/snapshot/snapshot.ts";
import { SnapshotClient, type SnapshotFault } from "../../sequencer/snapshot/snapshot-client.ts";
import { Database } from "../../sequencer/store/database.ts";
import { workHere } from "../../sequencer/threads/kernel-work.ts";
import { settingOf, type ValidatorSettings } from "../../sequencer/validator/settings.ts";
import type { TakeOver } from "../../sequencer/validator/take-over.ts";
import { ValidatorSequencer } from "../../sequencer/validator/validator-sequencer.ts";
import { Random } from "../generate/random.ts";
import { genesis, poseidon, settingsOf } from "../node/exchange-fixture.ts";

/** Real time, counted from the exchange's beginning. */
export function genesisClock(): Clock {
  const startMs = Date.now();
  return {
    nowMs: () => genesis.time * 1000 + (Date.now() - startMs),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Of all that its members sign. */
export const SEPARATOR = domainSeparator({ chainId: 1n, verifyingContract: `0x${"11".repeat(20)}` });

export const secretKeyOf = (index: number): Uint8Array => new Uint8Array(32).fill(index + 1);

export class LocalSet {
  readonly members: (ValidatorSequencer | null)[];
  readonly addresses: readonly Peer[];
  readonly faults: Error[] = [];
  /** What members found wrong with leaders' blocks. */
  readonly invalid: { readonly leader: Peer; readonly fault: string }[] = [];
  /** Changes what members say to each other. */
  change: (from: Peer, message: Message) => Message = (_, message) => message;
  private readonly path: string;
  private readonly clock = genesisClock();
  private readonly settings: SequencerSettings;
  private readonly random: Random;
  /** Those who get answers and nothing else, as one whom the mesh takes for a reader. */
  readonly readers = new Set<number>();
  /** Those who ask for a snapshot. */
  private readonly joining = new Map<Peer, { take(from: Peer, answer: SnapshotAnswer): void }>();
  /** Pairs that do not hear each other. */
  readonly cut = new Set<string>();
  /** The registry: sets by epoch. */
  private readonly sealed = new Map<number, readonly Peer[]>();
  private successor: Omit<TakeOver, "unended"> | null = null;
  private readonly first: number;

  /** The chain begins with the first `first` of them; with all, unless given. */
  constructor(
    path: string,
    size: number,
    seed: number,
    settings: SequencerSettings = settingsOf(),
    first = size,
  ) {
    this.first = first;
    this.path = path;
    this.settings = settings;
    this.random = new Random(seed);
    this.members = new Array(size).fill(null);
    this.addresses = this.members.map((_, i) => addressOf(secretKeyOf(i)));
  }

  async start(index: number, isBorn: boolean): Promise<ValidatorSequencer> {
    return await this.startOn(await this.database(index), index, isBorn);
  }

  database(index: number): Promise<Database> {
    return Database.open(join(this.path, String(index)));
  }

  /** As a start that may join by a snapshot of the others: of what a member says was proven. */
  async startBehind(
    index: number,
    proven: ProvenBatch,
    forge: (answer: SnapshotAnswer, from: Peer) => SnapshotAnswer | null = (answer) => answer,
  ): Promise<{ end: JoinEnd; faults: SnapshotFault[]; member: ValidatorSequencer }> {
    const database = await this.database(index);
    const self = this.addresses[index]!;
    const faults: SnapshotFault[] = [];
    const rules = this.headRules(index);
    const client = new SnapshotClient({
      rules,
      peers: this.addresses.filter((address) => address !== self),
      send: (to, question) => {
        const asked = decodeSnapshotMessage(encodeSnapshotMessage(question)) as SnapshotQuestion;
        setImmediate(() => this.hears(self, to)?.askSnapshot(self, asked));
      },
      clock: this.clock,
      onFault: (_, fault) => faults.push(fault),
    });
    this.joining.set(self, { take: (from, answer) => this.forged(client, from, forge(answer, from)) });
    const end = await joinBySnapshot({
      database,
      settings: this.settings,
      poseidon,
      work: workHere(poseidon, genesis.domain),
      clock: this.clock,
      client,
      proven: async () => proven,
      epochOf: this.epochOf,
      minBehind: 1,
    });
    this.joining.delete(self);
    return { end, faults, member: await this.startOn(database, index, false) };
  }

  private forged(client: SnapshotClient, from: Peer, answer: SnapshotAnswer | null): void {
    if (answer !== null) client.take(from, answer);
  }

  /** How a member checks a snapshot's head. */
  headRules(index: number): HeadRules {
    return {
      dimensions: this.settings.dimensions,
      hash: poseidon.hash,
      isFinalization: certificateCheck(settingOf(this.validatorSettings(index)), this.epochOf),
    };
  }

  private readonly epochOf = async (number: number): Promise<Epoch | undefined> => {
    const { epoch } = this.validatorSettings(0);
    const validators = this.sealed.get(number);
    return number === epoch.number ? epoch : validators && makeEpoch(number, validators);
  };

  private async startOn(database: Database, index: number, isBorn: boolean): Promise<ValidatorSequencer> {
    const self = this.addresses[index]!;
    const member = await ValidatorSequencer.open({
      database,
      settings: this.settings,
      validator: this.validatorSettings(index),
      sealed: {
        of: (epoch) => this.sealed.get(epoch) ?? "unseen",
        after: (epoch) => this.sealed.get(epoch + 1) ?? null,
        takesOver: (epoch) => this.takesOver(epoch),
      },
      isBorn,
      poseidon,
      work: workHere(poseidon, genesis.domain),
      clock: this.clock,
      random: () => this.random.below(2 ** 31) / 2 ** 31,
      outbox: {
        send: (to, message) => this.post(self, to, message),
        broadcast: (message) => {
          for (const to of this.listeners) if (to !== self) this.post(self, to, message);
        },
        publishRequests: (requests) => {
          for (const to of this.listeners) if (to !== self) this.pass(self, to, requests);
        },
        sendSnapshot: (to, answer) => this.answer(self, to, answer),
        misbehaved: (peer) => this.faults.push(new Error(`${self} says that ${peer} misbehaves`)),
      },
      observers: {
        onHalt: (fault) => this.faults.push(fault),
        onInvalid: (leader, fault) =>
          this.invalid.push({ leader: member.epoch.validators[leader] ?? "nobody", fault }),
      },
    });
    this.members[index] = member;
    return member;
  }

  /** The registry's set after a silence, which all see at once. */
  sealTakeOver(epoch: number, indices: readonly number[], committed: TakeOver["committed"] = null): void {
    const addresses = indices.map((index) => this.addresses[index]!);
    this.successor = { epoch: makeEpoch(epoch, addresses), committed };
    for (const member of this.running) member.sealedCame();
  }

  private takesOver(from: number): TakeOver | null {
    const { successor } = this;
    if (successor === null || successor.epoch.number <= from) return null;
    const first = this.validatorSettings(0).epoch;
    const sealed = [...this.sealed].map(([number, validators]) => makeEpoch(number, validators));
    const unended = [first, ...sealed].filter(
      ({ number }) => number >= from && number < successor.epoch.number,
    );
    return { ...successor, unended };
  }

  /** The registry's next set, which all see at once. */
  seal(epoch: number, indices: readonly number[]): void {
    this.sealed.set(
      epoch,
      indices.map((index) => this.addresses[index]!),
    );
    for (const member of this.running) member.sealedCame();
  }

  async stop(index: number): Promise<void> {
    const member = this.members[index];
    this.members[index] = null;
    await member?.close();
  }

  /** Its disk is gone, and with it the log of what it signed. */
  async lose(index: number): Promise<void> {
    await this.stop(index);
    await rm(join(this.path, String(index)), { recursive: true });
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.members.map((_, i) => this.stop(i)));
  }

  get running(): ValidatorSequencer[] {
    return this.members.filter((member) => member !== null);
  }

  private validatorSettings(index: number): ValidatorSettings {
    const validators = this.addresses.slice(0, this.first);
    const epoch = makeEpoch(settingsOf().epoch, validators);
    return {
      epoch,
      secretKey: secretKeyOf(index),
      separator: SEPARATOR,
      timing: { delayMs: 100, heartbeatMs: 100, retryMs: 200, clockDriftMs: 1000 },
      derivation: {
        tickSeconds: 2,
        quorum: quorumOf(validators.length),
        expiryDepth: 8,
        maxExpiriesPerBlock: 16,
      },
      blockLimits: BLOCK_LIMITS,
      mempoolLimits: MEMPOOL_LIMITS,
    };
  }

  private get listeners(): Peer[] {
    return this.addresses.filter((_, index) => !this.readers.has(index));
  }

  private hears(from: Peer, to: Peer): ValidatorSequencer | null {
    const index = this.addresses.indexOf(to);
    return this.cut.has(`${from}>${to}`) ? null : (this.members[index] ?? null);
  }

  private post(from: Peer, to: Peer, message: Message): void {
    const copy = structuredClone(this.change(from, message));
    setImmediate(() => this.hears(from, to)?.receive(from, copy));
  }

  private answer(from: Peer, to: Peer, answer: SnapshotAnswer): void {
    // Through the wire's encoding: what a decoded message shares with nobody.
    const copy = decodeSnapshotMessage(encodeSnapshotMessage(answer)) as SnapshotAnswer;
    setImmediate(() => this.joining.get(to)?.take(from, copy));
  }

  private pass(from: Peer, to: Peer, requests: readonly SignedRequest[]): void {
    setImmediate(() => void this.hears(from, to)?.receiveRequests(requests));
  }
}
