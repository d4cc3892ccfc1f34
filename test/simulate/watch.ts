/**
 * What must hold in every run, checked while it runs:
 *
 * - agreement: honest nodes deliver the same block at each height, and each chain is a chain of valid blocks;
 * - no false accusation: evidence names liars and twins only, not even a node that lost its log, and proves what it says;
 * - every contradiction that reached an honest node within its window is reported by that node;
 * - what left an honest node was on its disk before: votes, also those inside certificates and proposals;
 * - misconduct is told of faulty nodes only;
 * - honest nodes do not halt, and what they hold stays bounded.
 */
import { EVIDENCE_VIEWS, FUTURE_VIEWS, MAX_CHAIN_BLOCKS } from "../../sequencer/consensus/limits.ts";
import type {
  Block,
  Certificate,
  Evidence,
  Hash,
  Message,
  Peer,
  Subject,
  Vote,
} from "../../sequencer/consensus/messages.ts";
import type { HaltReason, LogRecord } from "../../sequencer/consensus/ports.ts";
import type { State } from "../../sequencer/consensus/state.ts";
import { nodeOf } from "./network.ts";
import { isBad } from "./payload.ts";
import type { Validator } from "./validator.ts";
import type { World } from "./world.ts";

/** The protocol or its checks failed: the seed replays it. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, facts: string) {
    super(`${rule}: ${facts}`);
    this.rule = rule;
  }
}

/** What an honest node heard of one signer in one view. */
interface Heard {
  notarize?: Hash;
  finalize?: Hash;
  nullify?: true;
}

/** What one life of an honest node heard and said. */
interface Life {
  readonly heard: Map<string, Heard>;
  readonly contradictions: Set<string>;
  readonly reported: Set<string>;
}

const nameOfSubject = ({ kind, epoch, view, block }: Subject): string => `${kind} ${epoch}/${view} ${block}`;

export class Watch {
  private readonly world: World;
  private readonly agreed = new Map<number, Hash>();
  private readonly onDisk = new Map<Validator, Set<string>>();
  /** The last finalization on disk, in the log or the database: it forbids to sign in that view and before, ever. */
  private readonly finalOnDisk = new Map<Validator, { readonly epoch: number; readonly view: number }>();
  private readonly lives = new Map<Validator, Life>();
  /** Contradictions of lives that ended before they could report are not held against them. */
  caught = 0;
  /** How often honest nodes told their network of somebody's misconduct. */
  blamed = 0;

  constructor(world: World) {
    this.world = world;
  }

  begins(validator: Validator): void {
    this.close(validator);
    this.lives.set(validator, { heard: new Map(), contradictions: new Set(), reported: new Set() });
    const last = validator.disk.chain.at(-1);
    if (last !== undefined) this.noteFinal(validator, last.block.header.epoch, last.finalView);
  }

  /** At the end of a life or of the run: what was heard was reported in the same step. */
  private close(validator: Validator): void {
    const life = this.lives.get(validator);
    if (life === undefined || !validator.character.isHonest) return;
    this.caught += life.reported.size;
  }

  closeAll(): void {
    for (const validator of this.lives.keys()) this.close(validator);
  }

  delivers(validator: Validator, hash: Hash, block: Block, finalization: Certificate | null): void {
    const { world } = this;
    const { character } = validator;
    const { height } = block.header;
    world.audit.delivered(world.clock.nowMs, character.node, height, hash);
    if (!character.isHonest) return;
    const other = this.agreed.get(height);
    if (other !== undefined && other !== hash)
      throw new Violation("agreement", `${character.name} delivers ${hash} at ${height}, another ${other}`);
    this.agreed.set(height, hash);
    if (validator.disk.height + 1 !== height || validator.disk.hash !== block.header.parent)
      throw new Violation("chain", `${character.name} delivers ${height} on ${validator.disk.height}`);
    if (isBad(block)) throw new Violation("validity", `${character.name} delivers an invalid block`);
    if (finalization !== null && finalization.block !== hash)
      throw new Violation("chain", `${character.name} delivers ${height} with another block's finalization`);
  }

  /** Before the core does: whatever contradicts within its window, it has to report. */
  hears(validator: Validator, message: Message): void {
    if (!validator.character.isHonest) return;
    const vote =
      message.kind === "vote" ? message.vote : message.kind === "proposal" ? message.proposal.vote : null;
    if (vote === null || !isInWindow(validator.state!, vote)) return;
    const life = this.lives.get(validator)!;
    const key = `${vote.epoch}/${vote.view}/${vote.signer}`;
    const heard = life.heard.get(key) ?? {};
    life.heard.set(key, heard);
    const isTwice =
      (vote.kind === "notarize" && heard.notarize !== undefined && heard.notarize !== vote.block) ||
      (vote.kind === "finalize" && heard.finalize !== undefined && heard.finalize !== vote.block) ||
      (vote.kind === "finalize" && heard.nullify === true) ||
      (vote.kind === "nullify" && heard.finalize !== undefined);
    if (isTwice) life.contradictions.add(key);
    if (vote.kind === "nullify") heard.nullify = true;
    else heard[vote.kind] ??= vote.block!;
  }

  accuses(validator: Validator, evidence: Evidence): void {
    const { character } = validator;
    const { first, second } = evidence;
    const { validators } = this.world.epochOf(first.epoch);
    const accused = this.world.characterOf(nodeOf(validators[first.signer]!));
    const { verify } = this.world.keys;
    const epoch = this.world.epoch(first.epoch);
    const isSound =
      first.signer === second.signer &&
      first.epoch === second.epoch &&
      first.view === second.view &&
      verify(epoch, first) &&
      verify(epoch, second) &&
      kindsFit(evidence);
    this.world.audit.note("evidence", this.world.clock.nowMs, character.node, first.signer, first.view);
    if (!character.isHonest) return;
    if (!isSound) throw new Violation("evidence", `${character.name} reports what is no contradiction`);
    if (accused.isBlameless)
      throw new Violation(
        "no false accusation",
        `${accused.name}: ${nameOfSubject(first)} and ${nameOfSubject(second)}`,
      );
    this.lives.get(validator)!.reported.add(`${first.epoch}/${first.view}/${first.signer}`);
  }

  /** After effects of everything heard were carried out. */
  checkReports(): void {
    for (const [validator, { contradictions, reported }] of this.lives)
      for (const key of contradictions)
        if (!reported.has(key) && validator.state !== null)
          throw new Violation(
            "every equivocator is caught",
            `${validator.character.name} kept ${key} to itself`,
          );
  }

  synced(validator: Validator, records: readonly LogRecord[]): void {
    const disk = this.onDisk.get(validator) ?? new Set();
    this.onDisk.set(validator, disk);
    for (const record of records) {
      if (record.kind === "vote") disk.add(nameOfSubject(record.vote));
      if (record.kind !== "certificate" || record.certificate.kind !== "finalize") continue;
      this.noteFinal(validator, record.certificate.epoch, record.certificate.view);
    }
  }

  private noteFinal(validator: Validator, epoch: number, view: number): void {
    const known = this.finalOnDisk.get(validator);
    if (known === undefined || epoch > known.epoch || (epoch === known.epoch && view > known.view))
      this.finalOnDisk.set(validator, { epoch, view });
  }

  says(validator: Validator, message: Message): void {
    const { character, state } = validator;
    if (!character.isHonest || state === null) return;
    if (message.kind === "vote") this.mustBeOnDisk(validator, message.vote);
    if (message.kind === "proposal") this.mustBeOnDisk(validator, message.proposal.vote);
    if (message.kind !== "certificate") return;
    const { certificate } = message;
    const own = this.world.epochOf(certificate.epoch).validators.indexOf(character.name);
    const part = certificate.signatures.find(({ signer }) => signer === own);
    if (part !== undefined) this.mustBeOnDisk(validator, { ...certificate, ...part });
  }

  private mustBeOnDisk(validator: Validator, vote: Vote): void {
    if (this.onDisk.get(validator)?.has(nameOfSubject(vote))) return;
    const final = this.finalOnDisk.get(validator);
    if (final !== undefined && final.epoch === vote.epoch && vote.view <= final.view) return;
    throw new Violation("disk before network", `${validator.character.name} says ${nameOfSubject(vote)}`);
  }

  blames({ character }: Validator, peer: Peer): void {
    if (!character.isHonest) return;
    if (this.world.characterOf(nodeOf(peer)).isHonest)
      throw new Violation("no false blame", `${character.name} says that ${peer} misbehaves`);
    this.blamed += 1;
  }

  halts(validator: Validator, reason: HaltReason): void {
    if (validator.character.isHonest)
      throw new Violation(
        "honest nodes go on",
        `${validator.character.name} halts: ${JSON.stringify(reason)}`,
      );
  }

  steps({ character }: Validator, { rounds, blocks, view, finalView }: State): void {
    const most = view - finalView + EVIDENCE_VIEWS + FUTURE_VIEWS + 1;
    if (character.isHonest && (rounds.size > most || blocks.size > 2 * most + MAX_CHAIN_BLOCKS))
      throw new Violation("bounds", `${character.name} holds ${rounds.size} rounds, ${blocks.size} blocks`);
  }
}

function isInWindow(state: State, { view, epoch, kind, block }: Vote): boolean {
  if (state.over || epoch !== state.epoch.number) return false;
  if ((kind === "nullify") !== (block === null)) return false;
  return view > state.finalView - EVIDENCE_VIEWS && view <= state.view + FUTURE_VIEWS && view >= 1;
}

function kindsFit({ kind, first, second }: Evidence): boolean {
  if (kind === "finalizeAndNullify") return first.kind === "finalize" && second.kind === "nullify";
  const wanted = kind === "notarizeTwice" ? "notarize" : "finalize";
  return first.kind === wanted && second.kind === wanted && first.block !== second.block;
}
