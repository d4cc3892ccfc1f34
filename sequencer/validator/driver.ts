/**
 * Runs the consensus core: gives it one input after the other and carries out its effects in their order. What leaves the
 * node behind a `persist` leaves when its records are on disk; what stays in the node - payloads to make and to judge,
 * final blocks to execute, evidence - is begun at once. While the disk syncs the core goes on, and all that it signs
 * meanwhile shares the next sync.
 */

import type { Message, Peer } from "../consensus/messages.ts";
import type { Effect, Input, LogRecord } from "../consensus/ports.ts";
import { nextDeadlineMs, type Setting, type State } from "../consensus/state.ts";
import { type Step, step } from "../consensus/step.ts";
import type { Clock } from "../node/settings.ts";

/**
 * Effects that wait for the disk: some hundred messages are a full round of a large set. Beyond it the core waits as
 * well, and as many inputs wait for it; then messages are dropped as a network may, and asked for again.
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
  misconduct(effect: EffectOf<"misconduct">): void;
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

/** What stays in the node. */
const INSIDE: ReadonlySet<Effect["kind"]> = new Set([
  "build",
  "validate",
  "evidence",
  "misconduct",
  "deliver",
]);

/** An effect, and how many records have to be on disk before it leaves. */
interface Held {
  readonly effect: Effect;
  readonly records: number;
}

export class Driver {
  private readonly options: DriverOptions;
  private current: State;
  private inputs: Input[] = [];
  private held: Held[] = [];
  /** To be written by the next sync. */
  private records: LogRecord[] = [];
  private written = 0;
  private synced = 0;
  private isStepping = false;
  /** Of the disk. */
  private running: Promise<void> | null = null;
  private stopped = false;
  private cancelTimer: (() => void) | null = null;
  private armedForMs: number | undefined = undefined;
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
    if (input.kind === "message" && this.inputs.length >= MAX_WAITING) {
      this.dropped += 1;
      return;
    }
    this.inputs.push(input);
    // An answer to what is begun in a step waits for the step's end.
    if (!this.isStepping) this.work([]);
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    await this.running;
  }

  private work(effects: readonly Effect[]): void {
    this.isStepping = true;
    try {
      this.file(effects);
      this.release();
      while (this.mayStep) {
        this.takeInputs();
        this.release();
      }
    } catch (error) {
      this.halt(error);
    }
    this.isStepping = false;
    this.write();
    this.arm();
  }

  private get mayStep(): boolean {
    return this.inputs.length > 0 && this.held.length < MAX_WAITING && !this.stopped;
  }

  private takeInputs(): void {
    const { inputs } = this;
    this.inputs = [];
    const nowMs = this.options.clock.nowMs();
    if (nowMs > this.current.nowMs) this.take({ kind: "clock", nowMs });
    for (const input of inputs) this.take(input);
  }

  private take(input: Input): void {
    const { state, effects } = step(this.options.setting, this.current, input);
    this.current = state;
    this.file(effects);
  }

  private file(effects: readonly Effect[]): void {
    for (const effect of effects)
      if (effect.kind === "persist") {
        this.records.push(...effect.records);
        this.written += effect.records.length;
      } else if (INSIDE.has(effect.kind)) this.emit(effect);
      else this.held.push({ effect, records: this.written });
  }

  /** What needs not wait for the disk any more. */
  private release(): void {
    const waits = this.held.findIndex(({ records }) => records > this.synced);
    const ready = this.held.splice(0, waits < 0 ? this.held.length : waits);
    for (const { effect } of ready) if (!this.stopped) this.emit(effect);
  }

  private write(): void {
    if (this.running !== null || this.stopped || this.records.length === 0) return;
    this.running = this.sync()
      .catch((error: unknown) => this.halt(error))
      .finally(() => {
        this.running = null;
        this.write();
      });
  }

  /** One sync for all that there is; then what waited for it, and what came meanwhile. */
  private async sync(): Promise<void> {
    while (this.records.length > 0 && !this.stopped) {
      const { records } = this;
      this.records = [];
      await this.options.persist(records);
      this.synced += records.length;
      this.work([]);
    }
    if (!this.stopped) await this.options.atRest(this.current);
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
    const { setting, clock } = this.options;
    const deadlineMs = this.stopped ? undefined : nextDeadlineMs(this.current, setting.timing);
    if (deadlineMs === this.armedForMs) return;
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.armedForMs = deadlineMs;
    if (deadlineMs === undefined || !Number.isFinite(deadlineMs)) return;
    this.cancelTimer = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () => {
      this.armedForMs = undefined;
      this.push({ kind: "clock", nowMs: clock.nowMs() });
    });
  }
}
