/** Who hears what, and when. Lossy, slow and divided until it heals; afterwards every message takes at most D. */
import type { Message, Peer } from "../../sequencer/consensus/messages.ts";
import type { Random } from "../generate/random.ts";
import type { VirtualClock } from "./clock.ts";
import type { Scenario } from "./scenario.ts";

export interface Network {
  send(from: number, to: number, message: Message): void;
}

export type Receive = (to: number, from: Peer, message: Message) => void;

export class RoughNetwork implements Network {
  private readonly scenario: Scenario;
  private readonly clock: VirtualClock;
  private readonly random: Random;
  private readonly delayMs: number;
  private readonly receive: Receive;

  constructor(scenario: Scenario, clock: VirtualClock, random: Random, delayMs: number, receive: Receive) {
    this.scenario = scenario;
    this.clock = clock;
    this.random = random;
    this.delayMs = delayMs;
    this.receive = receive;
  }

  send(from: number, to: number, message: Message): void {
    const { scenario, random, clock } = this;
    if (clock.nowMs >= scenario.healsAtMs) {
      this.deliver(from, to, message, random.between(1, this.delayMs / (random.chance(0.9) ? 4 : 1)));
      return;
    }
    if (this.isDivided(from, to) || random.chance(scenario.loss)) return;
    const copies = random.chance(scenario.duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const slow = random.chance(0.03) ? 10 : 1;
      this.deliver(from, to, message, random.between(1, scenario.usualDelayMs * slow));
    }
  }

  private deliver(from: number, to: number, message: Message, afterMs: number): void {
    this.clock.after(afterMs, () => this.receive(to, nameOf(from), message));
  }

  private isDivided(from: number, to: number): boolean {
    const { nowMs } = this.clock;
    return this.scenario.partitions.some(
      ({ fromMs, toMs, side }) => nowMs >= fromMs && nowMs < toMs && side[from] !== side[to],
    );
  }
}

export const nameOf = (node: number): Peer => `v${node}`;
export const nodeOf = (name: Peer): number => Number(name.slice(1));
