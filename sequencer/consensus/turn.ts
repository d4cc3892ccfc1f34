/** One step in the making: a copy of the state that may be written, and the effects so far. */
import type { Hash, Message, Peer, Vote, VoteKind } from "./messages.ts";
import type { Effect, HaltReason, LogRecord } from "./ports.ts";
import { emptyRound, type Round, type Setting, type State } from "./state.ts";

type Draft = { -readonly [K in keyof State]: State[K] };
export type RoundDraft = { -readonly [K in keyof Round]: Round[K] };

export class Turn {
  readonly setting: Setting;
  readonly state: Draft;
  readonly effects: Effect[] = [];
  /** Something changed that may make something missing or no longer missing. */
  moved = false;
  /** The message that this step takes holds what no honest node sends: a forged certificate, or another block's payload. */
  foundForgery = false;
  /** Rounds copied in this step. */
  private rounds: Map<number, Round> | null = null;
  private readonly copied = new Set<number>();

  constructor(setting: Setting, state: State) {
    this.setting = setting;
    this.state = { ...state };
  }

  /** A view's round, to be changed in place: it belongs to this step. */
  edit(view: number): RoundDraft {
    if (this.rounds === null) {
      this.rounds = new Map(this.state.rounds);
      this.state.rounds = this.rounds;
    }
    if (!this.copied.has(view)) {
      this.rounds.set(view, { ...(this.rounds.get(view) ?? emptyRound(view)) });
      this.copied.add(view);
    }
    return this.rounds.get(view) as RoundDraft;
  }

  setVote(vote: Vote): void {
    const round = this.edit(vote.view);
    const votes = round.votes[vote.kind].slice();
    votes[vote.signer] = vote;
    round.votes = { ...round.votes, [vote.kind]: votes };
  }

  /** Forgets the rounds that are not wanted any more. */
  keepRounds(from: number): void {
    const doomed = [...this.state.rounds.keys()].filter((view) => view < from);
    if (doomed.length === 0) return;
    this.rounds ??= new Map(this.state.rounds);
    this.state.rounds = this.rounds;
    for (const view of doomed) this.rounds.delete(view);
  }

  clearRounds(): void {
    this.rounds = new Map();
    this.state.rounds = this.rounds;
    this.copied.clear();
  }

  get quorum(): number {
    return this.setting.rules.quorum(this.state.epoch.validators.length);
  }

  /** Whether anything may be signed in that view at all. */
  maySign(view: number): boolean {
    const { self, silentThrough, finalView, over } = this.state;
    return self >= 0 && view > silentThrough && view > finalView && !over;
  }

  persist(...records: readonly LogRecord[]): void {
    const last = this.effects.at(-1);
    if (last?.kind === "persist")
      this.effects[this.effects.length - 1] = { kind: "persist", records: [...last.records, ...records] };
    else this.effects.push({ kind: "persist", records });
  }

  /** Who is no validator of the epoch only asks: what it heard, the validators know. */
  broadcast(message: Message): void {
    if (this.state.self < 0 && message.kind !== "statusRequest") return;
    this.effects.push({ kind: "broadcast", message });
  }

  send(to: Peer, message: Message): void {
    this.effects.push({ kind: "send", to, message });
  }

  halt(reason: HaltReason): void {
    if (this.state.halted !== null) return;
    this.state.halted = reason;
    this.effects.push({ kind: "halt", reason });
  }

  /** The state and the effects of this step. Who halts does nothing after that, not even in the same step. */
  end(): { readonly state: State; readonly effects: readonly Effect[] } {
    const halt = this.effects.findIndex(({ kind }) => kind === "halt");
    return { state: this.state, effects: halt < 0 ? this.effects : this.effects.slice(0, halt + 1) };
  }

  /** A certified block of a view, of either kind that names one. */
  certifiedBlock(view: number): Hash | null {
    const certificates = this.state.rounds.get(view)?.certificates;
    return certificates?.finalize?.block ?? certificates?.notarize?.block ?? null;
  }

  has(kind: VoteKind, view: number): boolean {
    return (this.state.rounds.get(view)?.certificates[kind] ?? null) !== null;
  }

  /** A number below the limit: xorshift32, its state a part of ours. */
  random(limit: number): number {
    let x = this.state.random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state.random = x >>> 0;
    return this.state.random % limit;
  }
}
