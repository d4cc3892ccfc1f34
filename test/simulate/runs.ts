/**
 * Every run of the real core with four validators, one of them hostile, over a few views, event by event; any message may
 * be lost, late or out of order, any timer may run out at any moment. search.ts walks through them.
 *
 * A global state is the states of the three honest cores. What they sent is in there: messages once sent can reach
 * anybody at any later moment or never. Reductions, and why nothing is missed by them:
 *
 * - Votes are not delivered one by one. A core acts on votes only when they make a quorum (evidence aside), so "node i
 *   learns a certificate that can be made" stands for all orders in which its votes could have come. It can be made as
 *   soon as a quorum less one honest votes exist: the hostile validator signs everything.
 * - Finalizations are not delivered: they make a node refuse more and sign less. That no two of those that can be made
 *   contradict each other is checked in every state.
 * - The hostile leader's certificates need not travel with its proposals: whoever could learn them learns them anyway.
 *   It proposes two blocks on every block that there is.
 * - Two blocks of the hostile leader on one parent differ in a byte that nobody looks at: whichever is heard of first is
 *   called the first.
 * - Honest nodes that lead none of these views behave alike: which of them is in which state makes no difference.
 * - Time stands still: a timer's end is a transition, whatever the clock says.
 * - A core's answer depends on its own state and the message alone, so answers are kept and states are numbers.
 */
import { bornLog, recordsOf, recover } from "../../sequencer/consensus/begin.ts";
import { leaderOf, makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type {
  Block,
  Certificate,
  Hash,
  Message,
  Proposal,
  Subject,
  Vote,
} from "../../sequencer/consensus/messages.ts";
import type { Input, LogRecord } from "../../sequencer/consensus/ports.ts";
import { type Rules, simplexRules } from "../../sequencer/consensus/rules.ts";
import type { Setting, State } from "../../sequencer/consensus/state.ts";
import { type Step, step } from "../../sequencer/consensus/step.ts";
import { Random } from "../generate/random.ts";
import { contradiction } from "./contradiction.ts";
import { GENESIS, GENESIS_ROOT } from "./disk.ts";
import { hashHeader, hashPayload, KeyRing } from "./keys.ts";
import type { Mutation } from "./world.ts";

const N = 4;
const NAMES = ["v0", "v1", "v2", "v3"];
const EPOCH = makeEpoch(0, NAMES);
/** Nothing is due by itself. */
const NEVER_MS = 1e9;
const START = {
  epoch: EPOCH,
  floor: { hash: GENESIS, height: 0, header: null },
  finalView: 0,
  finalization: null,
  roots: new Map([[0, GENESIS_ROOT]]),
  nowMs: 0,
  random: 1,
};
/** Node states are numbers below this, so that three of them fit a double. */
const MOST_NODE_STATES = 2 ** 17;
/** Of a few views: certificates, proposals and timers of three nodes. */
const MOST_SUCCESSORS = 2 ** 12;

/** An honest node stops for good, which nobody hostile may bring it to. */
class NodeHalts extends Error {}

/** By honest node: the number of its state. */
export type GlobalState = readonly number[];

/** A core's state, numbered, with what others can see of it. */
interface NodeState {
  readonly state: State;
  /** Subjects that it voted for. */
  readonly votes: readonly number[];
  readonly moves: Map<string, number>;
  /** The same for nodes in the same state that lead nothing, whoever they are. */
  readonly kin: number;
}

/** A proposal that can reach anybody in its view. */
interface Offer {
  readonly name: string;
  make(): Proposal;
}

export class Runs {
  private readonly keys = new KeyRing(NAMES, new Random(1));
  private readonly settings: readonly Setting[];
  private readonly honest: readonly number[];
  private readonly hostile: number;
  private readonly views: number;
  private readonly rules: Rules;
  private readonly readsLog: boolean;
  private readonly nodes: NodeState[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly kins = new Map<string, number>();
  /** Places in a global state of nodes that lead none of the views. */
  private readonly alike: readonly number[];
  private readonly subjects: Subject[] = [];
  private readonly subjectNumbers = new Map<string, number>();
  private readonly blocks = new Map<Hash, Block>();
  /** Of the hostile leader, by view and parent. */
  private readonly firstBlocks = new Map<string, Hash>();

  /** As one of mutants.ts has it. */
  constructor(views: number, hostile: number, { rules = simplexRules, readsLog = true }: Mutation = {}) {
    this.views = views;
    this.readsLog = readsLog;
    this.hostile = hostile;
    this.rules = rules;
    this.honest = NAMES.map((_, index) => index).filter((index) => index !== hostile);
    this.alike = this.honest.flatMap((index, at) => (this.leadsAny(index) ? [] : [at]));
    const timing = { delayMs: NEVER_MS, heartbeatMs: NEVER_MS, retryMs: NEVER_MS, clockDriftMs: 0 };
    this.settings = NAMES.map((self) => ({
      self,
      timing,
      rules,
      hashHeader,
      hashPayload,
      sign: this.keys.signerOf(self),
      verify: this.keys.verify,
    }));
  }

  /** Where every run begins. */
  get first(): number[] {
    return this.honest.map((index) => this.begin(index));
  }

  /** No more node states can be told apart safely: what follows from a state may have that many new ones. */
  get isFull(): boolean {
    return this.nodes.length > MOST_NODE_STATES - MOST_SUCCESSORS;
  }

  /** The states that follow from one, or which rule is broken there. */
  after(global: GlobalState): readonly GlobalState[] | string {
    const broken = this.brokenIn(global);
    if (broken !== null) return broken;
    try {
      const successors = this.successors(global);
      const isStuck =
        successors.length === 0 && global.some((id) => this.nodes[id]!.state.view <= this.views);
      return isStuck ? "stall: nothing can happen any more, and a node is stuck" : successors;
    } catch (error) {
      if (error instanceof NodeHalts) return `halt: ${error.message}`;
      throw error;
    }
  }

  private begin(index: number): number {
    return this.intern(this.start(index, bornLog(0)), []);
  }

  private start(index: number, log: readonly LogRecord[]): State {
    return this.settled(index, recover(this.settings[index]!, START, log));
  }

  /** A node ends, whichever that is, and starts again with what its log has to say, written anew. */
  crashed(global: GlobalState, at: number): GlobalState {
    const index = this.honest[at]!;
    const logOf = (state: State): readonly LogRecord[] => (this.readsLog ? recordsOf(state) : bornLog(0));
    return global.with(
      at,
      this.move(global[at]!, "crash", (state) => this.start(index, logOf(state))),
    );
  }

  /** Each global state that one event leads to. */
  private successors(global: GlobalState): number[][] {
    const found: number[][] = [];
    const certificates = this.formable(global);
    global.forEach((id, at) => {
      const index = this.honest[at]!;
      const move = (name: string, make: (state: State) => State): void => {
        const to = this.move(id, name, make);
        if (to !== id) found.push(global.with(at, to));
      };
      const { state } = this.nodes[id]!;
      for (const subject of certificates)
        if (this.subjects[subject]!.kind !== "finalize")
          move(`c${subject}`, (from) =>
            this.hear(index, from, { kind: "certificate", certificate: this.certificate(subject, global) }),
          );
      if (state.view > this.views) return;
      move("timeout", (from) => this.timeOut(index, from));
      if (state.building !== null) move("build", (from) => this.build(index, from));
      for (const offer of this.offers(global, state.view))
        move(`p${offer.name}`, (from) =>
          this.hear(index, from, { kind: "proposal", proposal: offer.make() }),
        );
    });
    return found;
  }

  private move(id: number, name: string, make: (state: State) => State): number {
    const { state, moves, votes } = this.nodes[id]!;
    const known = moves.get(name);
    if (known !== undefined) return known;
    const to = this.intern(make(state), votes);
    moves.set(name, to);
    return to;
  }

  private hear(index: number, state: State, message: Message): State {
    return this.input(index, state, { kind: "message", from: NAMES[this.hostile]!, message });
  }

  private timeOut(index: number, state: State): State {
    return this.input(index, { ...state, leaderDeadlineMs: 0 }, { kind: "clock", nowMs: 0 });
  }

  private build(index: number, state: State): State {
    const { view, parent } = state.building!;
    return this.input(index, state, {
      kind: "built",
      view,
      parent,
      payload: new Uint8Array(),
      lastOfEpoch: false,
    });
  }

  private input(index: number, state: State, input: Input): State {
    return this.settled(index, step(this.settings[index]!, state, input));
  }

  /** Blocks are valid; what a node asks for, it gets to know when it gets to know it. */
  private settled(index: number, { state, effects }: Step): State {
    let settled = state;
    for (const effect of effects) {
      if (effect.kind === "halt") throw new NodeHalts(effect.reason.code);
      if (effect.kind === "persist")
        for (const record of effect.records)
          if (record.kind === "block") this.blocks.set(hashHeader(record.block.header), record.block);
      if (effect.kind === "validate")
        settled = this.input(index, settled, { kind: "verdict", hash: effect.hash, verdict: "valid" });
      const missing =
        effect.kind === "send" && effect.message.kind === "blockRequest" ? effect.message.hashes : [];
      const blocks = missing.map((hash) => this.blocks.get(hash)!).filter((block) => block !== undefined);
      if (blocks.length > 0) settled = this.hear(index, settled, { kind: "blocks", blocks });
    }
    return settled;
  }

  /** A vote once given cannot be taken back, whatever the core remembers. */
  private intern(state: State, before: readonly number[]): number {
    const given = new Set(before);
    for (const { own } of state.rounds.values())
      for (const vote of [own.notarize, own.nullify, own.finalize])
        if (vote !== null) given.add(this.subjectNumber(vote));
    const votes = [...given].sort((a, b) => a - b);
    const print = `${this.fingerprint(state)};${votes}`;
    const ownPrint = `${state.self}:${print}`;
    const known = this.numbers.get(ownPrint);
    if (known !== undefined) return known;
    if (this.nodes.length >= MOST_NODE_STATES) throw new Error("too many node states to number them");
    const kinPrint = this.leadsAny(state.self) ? ownPrint : print;
    const kin = this.kins.get(kinPrint) ?? this.kins.size;
    this.kins.set(kinPrint, kin);
    this.nodes.push({ state, votes, moves: new Map(), kin });
    this.numbers.set(ownPrint, this.nodes.length - 1);
    return this.nodes.length - 1;
  }

  private leadsAny(index: number): boolean {
    for (let view = 1; view <= this.views; view++) if (leaderOf(EPOCH, view) === index) return true;
    return false;
  }

  /** The same for states that nobody can tell apart. */
  keyOf(global: GlobalState): number {
    const kins = global.map((id) => this.nodes[id]!.kin);
    const sorted = this.alike.map((at) => kins[at]!).sort((a, b) => a - b);
    this.alike.forEach((at, i) => {
      kins[at] = sorted[i]!;
    });
    return kins.reduce((key, kin) => key * MOST_NODE_STATES + kin, 0);
  }

  /** All that a core's further behaviour depends on within the search, beside who it is: behind the views nobody builds. */
  private fingerprint({ view, building, rounds, blocks }: State): string {
    const built = view > this.views ? null : building;
    const parts: unknown[] = [view, built?.parent, built?.parentView, [...blocks.keys()].sort()];
    for (let at = 1; at <= this.views; at++) {
      const round = rounds.get(at);
      if (round === undefined) continue;
      const { own, certificates, proposal } = round;
      parts.push(at, proposal?.hash, proposal?.proposal.parentView, proposal?.verdict);
      parts.push(own.notarize?.block, own.nullify !== null, own.finalize?.block);
      parts.push(certificates.notarize?.block, certificates.nullify !== null);
    }
    return parts.join();
  }

  private subjectNumber({ kind, epoch, view, block }: Subject): number {
    const name = `${kind} ${view} ${block}`;
    const known = this.subjectNumbers.get(name);
    if (known !== undefined) return known;
    this.subjects.push({ kind, epoch, view, block });
    this.subjectNumbers.set(name, this.subjects.length - 1);
    return this.subjects.length - 1;
  }

  /** What has a quorum together with the hostile validator. */
  private formable(global: GlobalState): number[] {
    const enough = this.rules.quorum(N) - 1;
    const counts = new Map<number, number>();
    for (const id of global)
      for (const subject of this.nodes[id]!.votes) counts.set(subject, (counts.get(subject) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= enough).map(([subject]) => subject);
  }

  /** By the hostile validator and honest ones who signed; which of these makes no difference to who learns it. */
  private certificate(number: number, global: GlobalState): Certificate {
    const subject = this.subjects[number]!;
    const signers = this.honest.filter((_, at) => this.nodes[global[at]!]!.votes.includes(number));
    const quorum = [this.hostile, ...signers].slice(0, this.rules.quorum(N)).sort();
    const signatures = quorum.map((signer) => {
      return { signer, signature: this.keys.signerOf(NAMES[signer]!)(subject) };
    });
    return { ...subject, signatures };
  }

  /** The honest leader's if it made one, or all that the hostile leader may think of. */
  private offers(global: GlobalState, view: number): Offer[] {
    const leader = leaderOf(EPOCH, view);
    if (leader !== this.hostile) {
      const { state } = this.nodes[global[this.honest.indexOf(leader)]!]!;
      const own = state.rounds.get(view)?.proposal ?? null;
      if (own === null) return [];
      const { certificates, ...rest } = own.proposal;
      // A numbered state may have come about with other signers than here.
      const signed = () => certificates.map((one) => this.certificate(this.subjectNumber(one), global));
      return [{ name: own.hash + rest.parentView, make: () => ({ ...rest, certificates: signed() }) }];
    }
    return [GENESIS, ...this.standing(global)].flatMap((parent) =>
      (this.isHeardOf(global, view, parent) ? [0, 1] : [0]).map((variant) => ({
        name: `${view}/${parent}/${variant}`,
        make: () => this.hostileProposal(view, parent, variant),
      })),
    );
  }

  /** Whether anybody holds the first of the hostile leader's blocks on a parent. */
  private isHeardOf(global: GlobalState, view: number, parent: Hash): boolean {
    const name = `${view}/${parent}`;
    const hash = this.firstBlocks.get(name) ?? this.hostileProposal(view, parent, 0).vote.block!;
    this.firstBlocks.set(name, hash);
    return global.some((id) => this.nodes[id]!.state.blocks.has(hash));
  }

  /** Blocks of earlier views that somebody voted for. */
  private standing(global: GlobalState): Hash[] {
    const voted = global.flatMap((id) => this.nodes[id]!.votes.map((number) => this.subjects[number]!));
    return [...new Set(voted.flatMap(({ kind, block }) => (kind === "notarize" ? [block!] : [])))];
  }

  private hostileProposal(view: number, parent: Hash, variant: number): Proposal {
    const above = parent === GENESIS ? null : this.blocks.get(parent)!.header;
    const payload = Uint8Array.of(variant);
    const header = {
      epoch: 0,
      view,
      height: (above?.height ?? 0) + 1,
      parent,
      timeMs: 0,
      stateRootHeight: 0,
      stateRoot: GENESIS_ROOT,
      payloadHash: hashPayload(payload),
      lastOfEpoch: false,
    };
    const subject: Subject = { kind: "notarize", epoch: 0, view, block: hashHeader(header) };
    const signature = this.keys.signerOf(NAMES[this.hostile]!)(subject);
    const vote: Vote = { ...subject, signer: this.hostile, signature };
    const parentView = above?.view ?? 0;
    return { epoch: 0, view, block: { header, payload }, parentView, certificates: [], vote };
  }

  private brokenIn(global: GlobalState): string | null {
    for (const id of global) {
      const own = this.nodes[id]!.votes.map((number) => this.subjects[number]!);
      const pair = contradiction(own, true);
      if (pair !== null) return `no false accusation: an honest node signs ${pair}`;
    }
    const certified = this.formable(global).map((number) => this.subjects[number]!);
    const final = certified.filter(({ kind }) => kind === "finalize").map(({ block }) => block!);
    for (const one of final)
      for (const other of final)
        if (!this.isAncestor(one, other) && !this.isAncestor(other, one))
          return `agreement: ${one} and ${other} can both be final`;
    const pair = contradiction(certified, false);
    return pair === null ? null : `certificates: ${pair} can both be made`;
  }

  private isAncestor(ancestor: Hash, of: Hash): boolean {
    for (let at: Hash | undefined = of; at !== undefined; at = this.blocks.get(at)?.header.parent)
      if (at === ancestor) return true;
    return false;
  }
}
