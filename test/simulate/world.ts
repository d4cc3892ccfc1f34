/** One run: nodes, network and clock made from a scenario, until it heals and goes well again, or a check fails. */
import { type Epoch, makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Timing } from "../../sequencer/consensus/limits.ts";
import type { Block, Header, Message, Peer } from "../../sequencer/consensus/messages.ts";
import { type Rules, simplexRules } from "../../sequencer/consensus/rules.ts";
import { Random } from "../generate/random.ts";
import { Audit } from "./audit.ts";
import { VirtualClock } from "./clock.ts";
import { KeyRing } from "./keys.ts";
import { makeTongue } from "./liars.ts";
import { type Network, nameOf, nodeOf, type Receive, RoughNetwork } from "./network.ts";
import type { Scenario } from "./scenario.ts";
import { type Character, honestTongue, Validator } from "./validator.ts";
import { Violation, Watch } from "./watch.ts";

export const TIMING: Timing = { delayMs: 100, heartbeatMs: 40, retryMs: 120, clockDriftMs: 50 };
/** After the network healed, so long for all honest nodes to stand level and go on. */
const RECOVERY_MS = 40_000;
/** And so many blocks more than the highest had then. */
const NEW_BLOCKS = 5;

/** A way to break the protocol, to see that the checks notice. */
export interface Mutation {
  /** Whether a world can show it; left out, every one may. */
  readonly concerns?: (scenario: Scenario) => boolean;
  readonly rules?: Rules;
  readonly readsLog?: boolean;
  readonly keepsSilence?: boolean;
  readonly asks?: boolean;
  /** Takes over without what it knew of the set before. */
  readonly takesOverBlindly?: boolean;
}

/** Another network than a scenario's, and somebody who watches blocks become final. */
export interface Surroundings {
  readonly timing: Timing;
  network(world: World, receive: Receive): Network;
  delivered(node: number, block: Block, nowMs: number): void;
}

export interface Outcome {
  readonly seed: number;
  readonly audit: string;
  readonly events: number;
  readonly blocks: number;
  readonly epochs: number;
  readonly tookOver: boolean;
  readonly contradictionsCaught: number;
  readonly misconductTold: number;
  /** After the network healed, until all was well again. */
  readonly recoveredAfterMs: number;
}

export class World {
  readonly clock = new VirtualClock();
  readonly audit = new Audit();
  readonly watch: Watch;
  readonly keys: KeyRing;
  readonly syncMs = 3;
  readonly scenario: Scenario;
  readonly random: Random;
  /** Instances by node; twins are two. */
  readonly nodes: Validator[][] = [];
  private readonly network: Network;
  private readonly mutation: Mutation;
  private readonly surroundings: Surroundings | null;
  private readonly epochs = new Map<number, Epoch>();
  private readonly dead = new Set<number>();
  /** As L1 has it. */
  private sealed: Epoch | null = null;

  constructor(scenario: Scenario, mutation: Mutation = {}, surroundings: Surroundings | null = null) {
    this.scenario = scenario;
    this.mutation = mutation;
    this.surroundings = surroundings;
    this.random = new Random(scenario.seed ^ 0x5eed);
    this.keys = new KeyRing(
      Array.from({ length: scenario.nodes }, (_, node) => nameOf(node)),
      this.random,
    );
    this.watch = new Watch(this);
    const receive: Receive = (to, from, message) => this.receive(to, from, message);
    this.network =
      surroundings?.network(this, receive) ??
      new RoughNetwork(scenario, this.clock, this.random, TIMING.delayMs, receive);
    for (let node = 0; node < scenario.nodes; node++) this.nodes.push(this.makeNode(node));
  }

  get traffic(): number {
    return this.scenario.traffic;
  }

  get epochBlocks(): number {
    return this.scenario.epochBlocks;
  }

  private makeNode(node: number): Validator[] {
    const fault = this.scenario.faults.get(node);
    const rules = this.mutation.rules ?? simplexRules;
    const name = nameOf(node);
    const character: Character = {
      node,
      name,
      rules: fault === "twins" ? { ...rules, isSignedElsewhere: () => false } : rules,
      tongue: fault === undefined ? honestTongue : makeTongue(fault),
      sign: this.keys.signerOf(name),
      isHonest: fault === undefined,
      isBlameless: fault === undefined || fault === "forgetful",
      keepsSilence: this.mutation.keepsSilence ?? true,
      readsLog: this.mutation.readsLog ?? true,
      takesOverBlindly: this.mutation.takesOverBlindly ?? false,
    };
    const instances = fault === "twins" ? 2 : 1;
    const timing = this.surroundings?.timing ?? TIMING;
    return Array.from(
      { length: instances },
      () => new Validator(this, character, timing, new Random(this.random.bits32())),
    );
  }

  characterOf = (node: number): Character => this.nodes[node]![0]!.character;

  /** Which nodes validate in an epoch: all but one, if there is one more than needed. */
  epochOf(number: number): { readonly number: number; readonly validators: readonly Peer[] } {
    return this.epoch(number);
  }

  epoch(number: number): Epoch {
    const known = this.epochs.get(number);
    if (known !== undefined) return known;
    const { validators, seed } = this.scenario;
    const members = this.sealed !== null && number >= this.sealed.number ? this.survivors : this.everybody;
    const order = new Random(seed + number * 7919).shuffled(members);
    const epoch = makeEpoch(number, order.slice(0, validators).map(nameOf));
    this.epochs.set(number, epoch);
    return epoch;
  }

  /** The epoch that a node is in, or will be when it starts again. */
  private reached({ state, disk }: Validator): number {
    return Math.max(state?.epoch.number ?? 0, followingOf(disk.header), disk.tookOver);
  }

  private get everybody(): number[] {
    return Array.from({ length: this.scenario.nodes }, (_, node) => node);
  }

  private get survivors(): number[] {
    return this.everybody.filter((node) => !this.scenario.death?.nodes.includes(node));
  }

  /** The epoch of the block after this one, for a node that may have gone over to a later one. */
  epochAfter(header: Header | null, tookOver: number): Epoch {
    return this.epoch(Math.max(followingOf(header), tookOver));
  }

  /** Those that may have ordered something after this block, if the one that it is followed by took over. */
  unendedAfter(header: Header | null, tookOver: number): Epoch[] {
    if (followingOf(header) > tookOver) return [];
    return this.epochsFrom(header?.epoch ?? 0, tookOver);
  }

  private epochsFrom(first: number, before: number): Epoch[] {
    return Array.from({ length: Math.max(0, before - first) }, (_, i) => this.epoch(first + i));
  }

  isDead = (node: number): boolean => this.dead.has(node);

  /** What takes over from the epoch that a node is in. */
  takeOverFrom(epoch: number): { readonly epoch: Epoch; readonly unended: readonly Epoch[] } | null {
    const { sealed } = this;
    return sealed === null || epoch >= sealed.number
      ? null
      : { epoch: sealed, unended: this.epochsFrom(epoch, sealed.number) };
  }

  post(from: number, to: Peer, message: Message): void {
    const isRequest = message.kind === "certificateRequest" || message.kind === "blockRequest";
    if (this.mutation.asks === false && (isRequest || message.kind === "chainRequest")) return;
    this.network.send(from, nodeOf(to), message);
  }

  private receive(to: number, from: Peer, message: Message): void {
    this.audit.heard(this.clock.nowMs, nodeOf(from), to, message);
    for (const instance of this.nodes[to]!) instance.receive(from, message);
  }

  private get honest(): Validator[] {
    return this.nodes.flat().filter(({ character }) => character.isHonest && !this.isDead(character.node));
  }

  delivered(node: number, block: Block): void {
    this.surroundings?.delivered(node, block, this.clock.nowMs);
  }

  private startAll(): void {
    for (const instance of this.nodes.flat())
      if (this.scenario.faults.get(instance.character.node) !== "silent")
        this.clock.at(this.random.between(0, 50), () => instance.start());
  }

  /** So much virtual time and no more. */
  runFor(durationMs: number): void {
    this.startAll();
    while (this.clock.tick(durationMs));
  }

  run(): Outcome {
    const { scenario, clock } = this;
    this.startAll();
    this.fileCrashes();
    this.fileDeath();
    while (clock.tick(scenario.healsAtMs));
    const heightThen = Math.max(0, ...this.honest.map(({ disk }) => disk.height));
    const recoveredAfterMs = this.runUntilWell(heightThen + NEW_BLOCKS);
    this.watch.checkReports();
    this.watch.closeAll();
    const blocks = Math.min(...this.honest.map(({ disk }) => disk.height));
    return {
      seed: scenario.seed,
      audit: this.audit.digest(),
      events: this.audit.events,
      blocks,
      epochs: Math.max(...this.honest.map(({ state }) => state?.epoch.number ?? 0)),
      tookOver: this.sealed !== null,
      contradictionsCaught: this.watch.caught,
      misconductTold: this.watch.blamed,
      recoveredAfterMs,
    };
  }

  /** Both twins crash together or one of them; a forgetful node loses its log. All are back when the network heals. */
  private fileCrashes(): void {
    const { scenario, clock, random } = this;
    const crashes = [...scenario.crashes];
    for (const [node, fault] of scenario.faults)
      if (fault === "forgetful")
        crashes.push({ node, atMs: random.between(300, scenario.healsAtMs), downMs: 50 });
    for (const { node, atMs, downMs } of crashes) {
      const fault = scenario.faults.get(node);
      if (fault === "silent") continue;
      const instances = this.nodes[node]!.filter(() => fault !== "twins" || random.chance(0.6));
      for (const instance of instances) {
        clock.at(atMs, () => instance.crash(fault === "forgetful"));
        clock.at(Math.min(atMs + downMs, scenario.healsAtMs), () => instance.start());
      }
    }
  }

  private fileDeath(): void {
    const { death } = this.scenario;
    if (death === null) return;
    const { clock } = this;
    const dead = death.nodes.flatMap((node) => this.nodes[node]!);
    clock.at(death.atMs, () => {
      for (const node of death.nodes) this.dead.add(node);
      for (const instance of dead) instance.crash(false);
    });
    for (const atMs of death.sealedAtMs) clock.at(atMs, () => this.seal());
    if (death.returnsAtMs === null) return;
    clock.at(death.returnsAtMs, () => {
      this.dead.clear();
      for (const instance of dead) instance.start();
    });
  }

  private seal(): void {
    // Numbers between were sealed, and nobody came to them.
    const last = Math.max(...this.nodes.flat().map((instance) => this.reached(instance)));
    const number = last + this.random.between(2, 4);
    const order = new Random(number).shuffled(this.survivors);
    this.sealed = makeEpoch(number, order.map(nameOf));
    this.epochs.set(number, this.sealed);
    for (const instance of this.nodes.flat()) instance.hearOfSeal();
  }

  private runUntilWell(height: number): number {
    const { scenario, clock, honest } = this;
    const deadlineMs = scenario.healsAtMs + RECOVERY_MS;
    for (let events = 0; ; events++) {
      if (!clock.tick(deadlineMs)) break;
      if (events % 16 === 0 && honest.every(({ disk }) => disk.height >= height))
        return clock.nowMs - scenario.healsAtMs;
    }
    const heights = honest.map(({ character, disk }) => `${character.name} at ${disk.height}`);
    throw new Violation("progress", `no ${height} within ${RECOVERY_MS} ms: ${heights.join(", ")}`);
  }
}

const followingOf = (header: Header | null): number =>
  header === null ? 0 : header.epoch + (header.lastOfEpoch ? 1 : 0);
