/** One run: nodes, network and clock made from a scenario, until it heals and goes well again, or a check fails. */
import { type Epoch, makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Timing } from "../../sequencer/consensus/limits.ts";
import type { Block, Message, Peer } from "../../sequencer/consensus/messages.ts";
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
  readonly rules?: Rules;
  readonly readsLog?: boolean;
  readonly keepsSilence?: boolean;
  readonly asks?: boolean;
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
    const { nodes, validators, seed } = this.scenario;
    const order = new Random(seed + number * 7919).shuffled(Array.from({ length: nodes }, (_, i) => i));
    const epoch = makeEpoch(number, order.slice(0, validators).map(nameOf));
    this.epochs.set(number, epoch);
    return epoch;
  }

  epochAfter = (height: number): Epoch => this.epoch(Math.floor(height / this.epochBlocks));

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
    return this.nodes.flat().filter(({ character }) => character.isHonest);
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
      epochs: Math.floor(blocks / this.epochBlocks),
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
