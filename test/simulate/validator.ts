/** A shell around the real core: carries out its effects on the simulated disk and network, in their order. */
import { bornLog, recordsOf, recover, type Start } from "../../sequencer/consensus/begin.ts";
import { MAX_CHAIN_BLOCKS, type Timing } from "../../sequencer/consensus/limits.ts";
import type { Message, Peer } from "../../sequencer/consensus/messages.ts";
import type { Effect, Input } from "../../sequencer/consensus/ports.ts";
import type { Rules } from "../../sequencer/consensus/rules.ts";
import { nextDeadlineMs, type Setting, type State } from "../../sequencer/consensus/state.ts";
import { type Step, step } from "../../sequencer/consensus/step.ts";
import type { Random } from "../generate/random.ts";
import { Disk } from "./disk.ts";
import { hashHeader, hashPayload, type Sign } from "./keys.ts";
import { makePayload, verdictOn } from "./payload.ts";
import type { World } from "./world.ts";

/** What a node really says where its core would say something. Honest nodes say just that. */
export interface Tongue {
  say(validator: Validator, to: Peer | "all", message: Message): void;
  /** Sees what the node hears, before its core does; false keeps it from the core. */
  hear?(validator: Validator, from: Peer, message: Message): boolean;
}

export const honestTongue: Tongue = { say: (validator, to, message) => validator.post(to, message) };

export interface Character {
  readonly node: number;
  readonly name: Peer;
  readonly rules: Rules;
  readonly tongue: Tongue;
  readonly sign: Sign;
  /** Whether the checks hold it to the protocol. */
  readonly isHonest: boolean;
  /** Honest, or one that lost its log and stays silent for it: nobody may ever find a contradiction of it. */
  readonly isBlameless: boolean;
  /** A node of the mutant "no log" begins each life as if it were its first. */
  readonly readsLog: boolean;
  /** A node of the mutant "no silence" does so when its log was lost. */
  readonly keepsSilence: boolean;
  /** A node of the mutant "blind take-over" begins where its own disk ends. */
  readonly takesOverBlindly: boolean;
}

/** Effects that do not leave the node. */
const INSIDE: ReadonlySet<Effect["kind"]> = new Set([
  "build",
  "validate",
  "evidence",
  "misconduct",
  "deliver",
]);

export class Validator {
  readonly character: Character;
  readonly world: World;
  readonly disk: Disk;
  readonly random: Random;
  private readonly setting: Setting;
  private current: State | null = null;
  /** Life number: what was filed in an earlier life is void. */
  private life = 0;
  /** Effects to carry out, with marks where a sync has to come first. */
  private queue: (Exclude<Effect, { kind: "persist" }> | { kind: "onceSynced"; records: number })[] = [];
  /** Records since the beginning of this life. */
  private written = 0;
  private synced = 0;
  private isSyncing = false;
  private wakesAtMs = Number.POSITIVE_INFINITY;
  private deliveredSinceCompaction = 0;

  constructor(world: World, character: Character, timing: Timing, random: Random) {
    this.world = world;
    this.character = character;
    this.random = random;
    this.disk = new Disk(bornLog(0));
    const { name, rules, sign } = character;
    this.setting = { self: name, timing, rules, sign, hashHeader, hashPayload, verify: world.keys.verify };
  }

  get state(): State | null {
    return this.current;
  }

  start(): void {
    const { disk, world } = this;
    if (this.current !== null || world.isDead(this.character.node)) return;
    const epoch = world.epochAfter(disk.header, disk.tookOver);
    const unended = world.unendedAfter(disk.header, disk.tookOver);
    const last = disk.chain.at(-1);
    const isBeginning = last === undefined || last.block.header.epoch !== epoch.number;
    const start: Start = {
      epoch,
      unended,
      start: isBeginning ? (last?.finalization ?? null) : null,
      floor: { hash: disk.hash, height: disk.height, header: disk.header },
      finalView: isBeginning ? 0 : last.finalView,
      finalization: isBeginning ? null : last.finalization,
      roots: new Map([[disk.height, disk.stateRoot(disk.height)]]),
      nowMs: world.clock.nowMs,
      random: this.random.bits32(),
    };
    const { readsLog, keepsSilence } = this.character;
    const isSound = readsLog && (keepsSilence || disk.log !== null);
    const log = isSound ? disk.log : bornLog(epoch.number);
    world.watch.begins(this);
    world.watch.synced(this, log ?? []);
    this.settle(recover(this.setting, start, log));
    this.hearOfSeal();
  }

  /** Its watcher of L1 sees a set that takes over, sooner or later. */
  hearOfSeal(): void {
    const { life } = this;
    this.world.clock.after(this.random.between(0, 300), () => {
      if (this.life === life && this.current !== null) this.goOver(this.current);
    });
  }

  private goOver(state: State): void {
    const takeOver = this.world.takeOverFrom(state.epoch.number);
    if (takeOver === null) return;
    this.disk.tookOver = takeOver.epoch.number;
    if (this.character.takesOverBlindly)
      this.current = { ...state, rounds: new Map(), finalization: null, start: null };
    this.input({ kind: "clock", nowMs: this.world.clock.nowMs });
    this.input({ kind: "takeOver", ...takeOver });
  }

  /** As by loss of power. */
  crash(losesLog: boolean): void {
    if (this.current === null) return;
    this.current = null;
    this.life += 1;
    this.queue = [];
    this.written = 0;
    this.synced = 0;
    this.isSyncing = false;
    this.wakesAtMs = Number.POSITIVE_INFINITY;
    this.disk.tear(this.random, this.world.clock.nowMs);
    if (losesLog) this.disk.loseLog();
  }

  /** From the network. Votes are verified here, as the core demands. */
  receive(from: Peer, message: Message): void {
    if (this.current === null) return;
    if (this.character.tongue.hear?.(this, from, message) === false) return;
    if (this.current === null || !this.isGenuine(message)) return;
    this.world.watch.hears(this, message);
    this.input({ kind: "clock", nowMs: this.world.clock.nowMs });
    this.input({ kind: "message", from, message });
  }

  private isGenuine(message: Message): boolean {
    const vote =
      message.kind === "vote" ? message.vote : message.kind === "proposal" ? message.proposal.vote : null;
    if (vote === null) return true;
    const { epoch } = this.current!;
    return vote.epoch === epoch.number && this.world.keys.verify(epoch, vote);
  }

  private input(input: Input): void {
    if (this.current === null) return;
    this.settle(step(this.setting, this.current, input));
  }

  private settle({ state, effects }: Step): void {
    this.current = state;
    this.world.watch.steps(this, state);
    for (const effect of effects) this.file(effect);
    this.drain();
    this.wake();
  }

  /** In order; what follows a persist waits for its sync. What does not leave the node needs not wait. */
  private file(effect: Effect): void {
    if (effect.kind === "persist") {
      this.disk.write(effect.records);
      this.written += effect.records.length;
      this.queue.push({ kind: "onceSynced", records: this.written });
    } else if (INSIDE.has(effect.kind)) this.perform(effect);
    else this.queue.push(effect);
  }

  private drain(): void {
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      if (next.kind === "onceSynced") {
        if (next.records > this.synced) {
          this.sync();
          return;
        }
        this.queue.shift();
      } else {
        this.queue.shift();
        this.perform(next);
      }
    }
  }

  /** One sync for all that was written until it begins. */
  private sync(): void {
    if (this.isSyncing) return;
    this.isSyncing = true;
    const { life, disk, written } = this;
    this.world.clock.after(this.random.between(0, this.world.syncMs), () => {
      if (this.life !== life) return;
      this.isSyncing = false;
      this.world.watch.synced(this, disk.sync(written - this.synced));
      this.synced = written;
      this.drain();
    });
  }

  private perform(effect: Exclude<Effect, { kind: "persist" }>): void {
    const { world, random } = this;
    switch (effect.kind) {
      case "broadcast":
        this.character.tongue.say(this, "all", effect.message);
        return;
      case "send":
        this.character.tongue.say(this, effect.to, effect.message);
        return;
      case "build": {
        const { view, parent, parentHeader, empty } = effect;
        if (!empty && !random.chance(world.traffic)) return;
        const built = makePayload(world, parentHeader, empty, random);
        this.later(empty ? 0 : random.between(0, 10), { kind: "built", view, parent, ...built });
        return;
      }
      case "validate": {
        const verdict = verdictOn(world, effect.block, effect.parentHeader, random);
        this.later(random.between(0, 3), { kind: "verdict", hash: effect.hash, verdict });
        return;
      }
      case "deliver":
        this.deliver(effect);
        return;
      case "epochEnded":
        this.later(random.between(0, 5), { kind: "epoch", ...world.epochOf(effect.epoch + 1) });
        return;
      case "serveChain":
        this.serveChain(effect.to, effect.fromHeight);
        return;
      case "serveBlocks":
        for (const { hash, block } of this.disk.chain)
          if (effect.hashes.includes(hash))
            this.character.tongue.say(this, effect.to, { kind: "blocks", blocks: [block] });
        return;
      case "misconduct":
        world.watch.blames(this, effect.peer);
        return;
      case "evidence":
        world.watch.accuses(this, effect.evidence);
        return;
      case "halt":
        world.watch.halts(this, effect.reason);
    }
  }

  private deliver({ hash, block, finalView, finalization }: Extract<Effect, { kind: "deliver" }>): void {
    const { disk, world } = this;
    world.watch.delivers(this, hash, block, finalization);
    world.delivered(this.character.node, block);
    const writtenAtMs = world.clock.nowMs;
    const stateRoot = disk.append({ hash, block, finalView, finalization, writtenAtMs });
    this.later(this.random.between(0, 20), { kind: "executed", height: block.header.height, stateRoot });
    this.deliveredSinceCompaction += 1;
    if (this.deliveredSinceCompaction >= 10) this.compact();
  }

  /** The state is ahead of what was synced: after this, all of it is on disk. */
  private compact(): void {
    if (this.isSyncing) return;
    this.deliveredSinceCompaction = 0;
    const records = [...recordsOf(this.current!), ...this.disk.looseBlocks(this.world.clock.nowMs)];
    this.disk.compact(records);
    this.synced = this.written;
    this.world.watch.synced(this, records);
  }

  private serveChain(to: Peer, fromHeight: number): void {
    if (fromHeight < 1) return;
    const stretch = this.disk.stretch(fromHeight, MAX_CHAIN_BLOCKS);
    const finalization = stretch.at(-1)?.finalization;
    if (finalization === undefined || finalization === null) return;
    const blocks = stretch.map(({ block }) => block);
    this.character.tongue.say(this, to, { kind: "chain", blocks, finalization });
  }

  /** To the wire. */
  post(to: Peer | "all", message: Message): void {
    const { world, character } = this;
    world.watch.says(this, message);
    if (to !== "all") world.post(character.node, to, message);
    else
      for (const peer of this.current?.epoch.validators ?? [])
        if (peer !== character.name) world.post(character.node, peer, message);
  }

  private later(afterMs: number, input: Input): void {
    const { life } = this;
    this.world.clock.after(afterMs, () => {
      if (this.life !== life) return;
      // Who took over does not wait for the end of the epoch before.
      if (input.kind === "epoch" && input.number <= this.current!.epoch.number) return;
      this.input({ kind: "clock", nowMs: this.world.clock.nowMs });
      this.input(input);
    });
  }

  private wake(): void {
    const dueMs = nextDeadlineMs(this.current!, this.setting.timing);
    if (dueMs === undefined || dueMs >= this.wakesAtMs) return;
    const { life } = this;
    this.wakesAtMs = dueMs;
    this.world.clock.at(dueMs, () => {
      if (this.life !== life || this.wakesAtMs !== dueMs) return;
      this.wakesAtMs = Number.POSITIVE_INFINITY;
      this.input({ kind: "clock", nowMs: this.world.clock.nowMs });
    });
  }
}
