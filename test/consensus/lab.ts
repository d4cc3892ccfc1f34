/** One real core among scripted others: four validators, a still clock, every signature at hand. */
import { bornLog, recover, type Start } from "../../sequencer/consensus/begin.ts";
import { leaderOf, makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Timing } from "../../sequencer/consensus/limits.ts";
import type {
  Block,
  Certificate,
  Hash,
  Header,
  Message,
  Proposal,
  Subject,
  Vote,
  VoteKind,
} from "../../sequencer/consensus/messages.ts";
import type { Effect, Input, LogRecord, Verdict } from "../../sequencer/consensus/ports.ts";
import { simplexRules } from "../../sequencer/consensus/rules.ts";
import type { Setting, State } from "../../sequencer/consensus/state.ts";
import { type Step, step } from "../../sequencer/consensus/step.ts";
import { Random } from "../generate/random.ts";
import { GENESIS, GENESIS_ROOT } from "../simulate/disk.ts";
import { hashHeader, hashPayload, KeyRing } from "../simulate/keys.ts";

export const NAMES = ["v0", "v1", "v2", "v3"] as const;
export const TIMING: Timing = { delayMs: 100, heartbeatMs: 40, retryMs: 150, clockDriftMs: 50 };
export { GENESIS, GENESIS_ROOT };

export type EffectOf<K extends Effect["kind"]> = Extract<Effect, { kind: K }>;

export class Lab {
  readonly keys = new KeyRing(NAMES, new Random(1));
  readonly setting: Setting;
  state: State;
  /** All effects so far; `forget` empties it. */
  effects: Effect[] = [];
  /** What the shell says of blocks. */
  verdict: Verdict = "valid";
  readonly self: number;

  /** Validator 0 unless told; it leads views 4, 8 ... */
  constructor(self = 0, log: readonly LogRecord[] | null = bornLog(0), start: Partial<Start> = {}) {
    this.self = self;
    this.setting = {
      self: NAMES[self]!,
      timing: TIMING,
      rules: simplexRules,
      hashHeader,
      hashPayload,
      sign: this.keys.signerOf(NAMES[self]!),
      verify: this.keys.verify,
    };
    const first: Start = {
      epoch: makeEpoch(0, NAMES),
      floor: { hash: GENESIS, height: 0, header: null },
      finalView: 0,
      finalization: null,
      roots: new Map([[0, GENESIS_ROOT]]),
      nowMs: 0,
      random: 1,
      ...start,
    };
    const begun = recover(this.setting, first, log);
    this.state = begun.state;
    this.settle(begun);
  }

  input(input: Input): this {
    this.settle(step(this.setting, this.state, input));
    return this;
  }

  private settle({ state, effects }: Step): void {
    this.state = state;
    this.effects.push(...effects);
    for (const effect of effects)
      if (effect.kind === "validate" && this.verdict !== "missing")
        this.input({ kind: "verdict", hash: effect.hash, verdict: this.verdict });
  }

  hear(message: Message, from = 1): this {
    return this.input({ kind: "message", from: NAMES[from]!, message });
  }

  hearVotes(...votes: readonly Vote[]): this {
    for (const vote of votes) this.hear({ kind: "vote", vote }, vote.signer);
    return this;
  }

  hearCertificate(certificate: Certificate, from = 1): this {
    return this.hear({ kind: "certificate", certificate }, from);
  }

  clock(nowMs: number): this {
    return this.input({ kind: "clock", nowMs });
  }

  forget(): this {
    this.effects = [];
    return this;
  }

  all<K extends Effect["kind"]>(kind: K): EffectOf<K>[] {
    return this.effects.filter((effect): effect is EffectOf<K> => effect.kind === kind);
  }

  /** Messages to one or all. */
  said<K extends Message["kind"]>(kind: K): Extract<Message, { kind: K }>[] {
    return this.effects.flatMap((effect) =>
      (effect.kind === "broadcast" || effect.kind === "send") && effect.message.kind === kind
        ? [effect.message as Extract<Message, { kind: K }>]
        : [],
    );
  }

  /** Its votes as `notarize 1`. */
  get votes(): string[] {
    const votes = [
      ...this.said("vote").map(({ vote }) => vote),
      ...this.said("proposal").map(({ proposal }) => proposal.vote),
    ];
    return votes.filter(({ signer }) => signer === this.self).map(({ kind, view }) => `${kind} ${view}`);
  }

  vote(kind: VoteKind, view: number, block: Hash | null, signer: number, epoch = 0): Vote {
    const subject: Subject = { kind, epoch, view, block };
    return { ...subject, signer, signature: this.keys.signerOf(NAMES[signer]!)(subject) };
  }

  certificate(kind: VoteKind, view: number, block: Hash | null, signers = [1, 2, 3], epoch = 0): Certificate {
    const signatures = signers.map((signer) => {
      return { signer, signature: this.vote(kind, view, block, signer, epoch).signature };
    });
    return { kind, epoch, view, block, signatures };
  }

  block(view: number, above: Block | null = null, changes: Partial<Header> = {}, content = view): Block {
    const payload = Uint8Array.of(content);
    const header: Header = {
      epoch: 0,
      view,
      height: (above?.header.height ?? 0) + 1,
      parent: above === null ? GENESIS : hashHeader(above.header),
      timeMs: 0,
      stateRootHeight: above?.header.stateRootHeight ?? 0,
      stateRoot: above?.header.stateRoot ?? GENESIS_ROOT,
      payloadHash: hashPayload(payload),
      lastOfEpoch: false,
      ...changes,
    };
    return { header, payload };
  }

  proposal(block: Block, parentView: number, certificates: readonly Certificate[], view?: number): Proposal {
    const at = view ?? block.header.view;
    const { epoch } = block.header;
    const vote = this.vote("notarize", at, hashOf(block), leaderOf(this.state.epoch, at), epoch);
    return { epoch, view: at, block, parentView, certificates, vote };
  }

  hearProposal(
    block: Block,
    parentView: number,
    certificates: readonly Certificate[] = [],
    view?: number,
  ): this {
    const proposal = this.proposal(block, parentView, certificates, view);
    return this.hear({ kind: "proposal", proposal }, proposal.vote.signer);
  }

  /** So many final blocks, one a view, by catching up. */
  catchUp(heights: number, signers = [1, 2, 3]): Block[] {
    const blocks: Block[] = [];
    for (let view = 1; view <= heights; view++) blocks.push(this.block(view, blocks.at(-1) ?? null));
    const finalization = this.certificate("finalize", heights, hashOf(blocks.at(-1)!), signers);
    this.hear({ kind: "chain", blocks, finalization });
    return blocks;
  }

  /** A chain of certified blocks, one a view, heard and voted for; the own views are not among them. */
  grow(views: number): Block[] {
    const blocks: Block[] = [];
    for (let view = 1; view <= views; view++) {
      const above = blocks.at(-1) ?? null;
      const block = this.block(view, above);
      const reasons = above === null ? [] : [this.certificate("notarize", view - 1, hashOf(above))];
      this.hearProposal(block, view - 1, reasons);
      this.hearCertificate(this.certificate("notarize", view, hashOf(block)));
      blocks.push(block);
    }
    return blocks;
  }
}

export const hashOf = ({ header }: Block): Hash => hashHeader(header);
