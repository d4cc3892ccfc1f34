/**
 * Runs the consensus core: gives it one input after the other and carries out its effects in their order. What follows
 * a `persist` leaves only when its records are on disk; the inputs that came meanwhile share the next sync.
 */

import type { Message, Peer } from "../consensus/messages.ts";
import type { Effect, Input, LogRecord } from "../consensus/ports.ts";
import { nextDeadlineMs, type Setting, type State } from "../consensus/state.ts";
import { type Step, step } from "../consensus/step.ts";
import type { Clock } from "../node/settings.ts";

/**
 * Inputs that wait while the disk syncs: some hundred messages are a full round of a large set. Beyond it messages are
 * dropped as a network may; what is missing is asked for again.
 */
const MAX_WAITING = 8192;

type EffectOf<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

/** Where effects go. None of these may throw or wait; answers come back by `push`. */
export interface EffectPorts {
  send(to: Peer, message: Message): void;
  broadcast(message: Message): void;
  build(effect: EffectOf<"build">): void;
  validate(effect: EffectOf<"validate">): void;
  deliver(effect: EffectOf<"deliver">): void;
  epochEnded(effect: EffectOf<"epochEnded">): void;
  serveChain(effect: EffectOf<"serveChain">): void;
  serveBlocks(effect: EffectOf<"serveBlocks">): void;
  evidence(effect: EffectOf<"evidence">): void;
}

export interface DriverOptions {
  readonly setting: Setting;
  /** From `recover`: its effects are the first to be carried out. */
  readonly start: Step;
  readonly ports: EffectPorts;
  readonly persist: (records: readonly LogRecord[]) => Promise<void>;
  /** Called between steps, when nothing waits to be persisted. */
  readonly atRest: (state: State) => Promise<void>;
  readonly clock: Clock;
  /** The node must not go on: a broken invariant, a failing disk, or the core said so. */
  readonly onHalt: (reason: unknown) => void;
}

export class Driver {
  private readonly options: DriverOptions;
  private current: State;
  private waiting: Input[] = [];
  private running: Promise<void> | null = null;
  private stopped = false;
  private cancelTimer: (() => void) | null = null;
  /** Messages that found the queue full. */
  dropped = 0;

  constructor(options: DriverOptions) {
    this.options = options;
    this.current = options.start.state;
  }

  get state(): State {
    return this.current;
  }

  start(): void {
    this.work(this.options.start.effects);
  }

  push(input: Input): void {
    if (this.stopped) return;
    if (input.kind === "message" && this.waiting.length >= MAX_WAITING) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(input);
    this.work([]);
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    await this.running;
  }

  private work(effects: readonly Effect[]): void {
    if (this.running !== null) return;
    this.cancelTimer?.();
    this.running = this.drain(effects)
      .catch((error: unknown) => this.halt(error))
      .finally(() => {
        this.running = null;
        if (this.waiting.length > 0 && !this.stopped) this.work([]);
        else this.arm();
      });
  }

  private async drain(first: readonly Effect[]): Promise<void> {
    await this.carryOut(first);
    while (this.waiting.length > 0 && !this.stopped) {
      const inputs = this.waiting;
      this.waiting = [];
      await this.carryOut(this.take(inputs));
      await this.options.atRest(this.current);
    }
  }

  private take(inputs: readonly Input[]): Effect[] {
    const { setting, clock } = this.options;
    const effects: Effect[] = [];
    for (const input of [{ kind: "clock", nowMs: clock.nowMs() } as const, ...inputs]) {
      const result = step(setting, this.current, input);
      this.current = result.state;
      effects.push(...result.effects);
    }
    return effects;
  }

  private async carryOut(effects: readonly Effect[]): Promise<void> {
    const records = effects.flatMap((effect) => (effect.kind === "persist" ? effect.records : []));
    const first = effects.findIndex(({ kind }) => kind === "persist");
    const before = first < 0 ? effects : effects.slice(0, first);
    for (const effect of before) this.emit(effect);
    if (records.length === 0) return;
    await this.options.persist(records);
    for (const effect of effects.slice(first)) this.emit(effect);
  }

  private emit(effect: Effect): void {
    const { ports } = this.options;
    switch (effect.kind) {
      case "persist":
        return;
      case "send":
        ports.send(effect.to, effect.message);
        return;
      case "broadcast":
        ports.broadcast(effect.message);
        return;
      case "halt":
        this.halt(effect.reason);
        return;
      default:
        (ports[effect.kind] as (of: typeof effect) => void)(effect);
    }
  }

  private halt(reason: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.cancelTimer?.();
    this.options.onHalt(reason);
  }

  private arm(): void {
    if (this.stopped) return;
    const { setting, clock } = this.options;
    const deadlineMs = nextDeadlineMs(this.current, setting.timing);
    if (deadlineMs === undefined || !Number.isFinite(deadlineMs)) return;
    const tick = (): void => this.push({ kind: "clock", nowMs: clock.nowMs() });
    this.cancelTimer = clock.after(Math.max(0, deadlineMs - clock.nowMs()), tick);
  }
}
