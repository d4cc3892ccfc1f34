/** What the core asks about payloads: to make one as leader, and to judge those of others. */
import { leaderOf } from "../consensus/epoch.ts";
import type { Block, Hash, Peer } from "../consensus/messages.ts";
import type { Effect, Input } from "../consensus/ports.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { InFlight } from "../mempool/in-flight.ts";
import type { Mempool } from "../mempool/mempool.ts";
import { composePayload } from "../ordering/compose-payload.ts";
import { encodePayload } from "../ordering/encode-payload.ts";
import type { ChainPoint, Payload } from "../ordering/payload.ts";
import { judgePayload, type RequestVerifier, type SealedSet } from "../ordering/payload-rule.ts";
import { revealOf } from "../ordering/seed.ts";
import type { EpochTerms } from "./epoch-terms.ts";
import type { L1Queue } from "./l1-queue.ts";
import type { Payloads } from "./payloads.ts";

type Build = Extract<Effect, { kind: "build" }>;
type Validate = Extract<Effect, { kind: "validate" }>;

/**
 * Final blocks waiting for their execution here at which this node, as leader, proposes no more requests: agreement
 * is faster than execution, and what is final and not executed is held in memory. Some seconds of full blocks.
 */
const MAX_EXECUTING = 64;

export interface BlockDeskOptions {
  /** What holds in the epoch that the core is in. */
  readonly terms: () => EpochTerms;
  readonly slots: number;
  readonly exchange: Exchange;
  readonly mempool: Mempool;
  readonly inFlight: InFlight;
  readonly payloads: Payloads;
  readonly l1: L1Queue;
  readonly sealedSet: SealedSet;
  /** The set with which this node, as leader, ends the epoch; null while it goes on. */
  readonly nextSet: () => readonly Peer[] | null;
  readonly verifier: RequestVerifier;
  /** The view that the core is in: a question of an earlier one is not answered any more. */
  readonly view: () => number;
  /** Final blocks that are not executed here yet. */
  readonly executing: () => number;
  /** A block that the core holds. */
  readonly held: (hash: Hash) => Block | undefined;
  readonly answer: (input: Input) => void;
  readonly onFault: (error: unknown) => void;
  /** A leader's block was found to break the rule. */
  readonly onInvalid: (leader: number, fault: string) => void;
  readonly nowMs: () => number;
}

export class BlockDesk {
  private readonly options: BlockDeskOptions;
  /** The leader's question, until there is something to propose. */
  private wanted: Build | null = null;
  /** A block with L1 words that this node has not seen final yet. */
  private unseen: Validate | null = null;

  constructor(options: BlockDeskOptions) {
    this.options = options;
  }

  /** Views begin anew, and no question of the epoch before is answered any more. */
  beginEpoch(): void {
    this.wanted = null;
    this.unseen = null;
  }

  build(request: Build): void {
    this.wanted = request;
    this.tryBuild();
  }

  /** Something to order came in, or time passed. */
  tryBuild(): void {
    const { wanted } = this;
    if (wanted === null) return;
    // The view ended without this leader. What its block would have stood on may lie far below the final state by now.
    if (wanted.view !== this.options.view()) {
      this.wanted = null;
      return;
    }
    const parent = this.pointAfter(wanted.parent);
    if (parent === undefined || !(wanted.empty || this.hasSomething(wanted.parent, parent))) return;
    this.wanted = null;
    const payload = this.compose(wanted, parent);
    const { view, parent: hash } = wanted;
    this.options.answer({
      kind: "built",
      view,
      parent: hash,
      payload: encodePayload(payload),
      lastOfEpoch: payload.next !== null,
    });
  }

  /** A block that may become final, or just did: what the next one builds on, and what is on its way. */
  note(hash: Hash, { header, payload: bytes }: Block): void {
    const { payloads, inFlight } = this.options;
    if (payloads.after(hash) !== undefined) return;
    const payload = payloads.open(bytes);
    payloads.add(hash, payload);
    inFlight.add(hash, header.parent, header.height, payload.requests);
  }

  validate(request: Validate): void {
    this.unseen = null;
    this.judge(request).catch(this.options.onFault);
  }

  /** Something became final on L1, as far as this node sees: there may be a block that waited for them, and something to order. */
  l1Came(): void {
    const { unseen } = this;
    this.unseen = null;
    if (unseen?.block.header.view === this.options.view()) this.validate(unseen);
    this.tryBuild();
  }

  private async judge(request: Validate): Promise<void> {
    const { hash, block } = request;
    const { slots, l1, sealedSet, verifier, answer, onInvalid } = this.options;
    const { header, payload: bytes } = block;
    const parent = this.pointAfter(header.parent);
    if (parent === undefined) {
      answer({ kind: "verdict", hash, verdict: "missing" });
      return;
    }
    const { validator } = this.options.terms();
    const { epoch, separator, blockLimits: limits } = validator;
    const { view, timeMs, lastOfEpoch } = header;
    const markets = this.options.exchange.markets.length;
    const context = {
      parent,
      view,
      timeMs,
      lastOfEpoch,
      epoch,
      separator,
      markets,
      slots,
      limits,
    };
    const judgement = await judgePayload(bytes, { ...context, l1Words: l1.words, sealedSet }, verifier);
    if (judgement.verdict === "missing") {
      // The core waits for the answer, and asks again by itself after a while.
      this.unseen = request;
      return;
    }
    if (judgement.verdict === "valid") {
      this.options.payloads.know(bytes, judgement.payload);
      this.note(hash, block);
    }
    if (judgement.verdict === "provablyInvalid") onInvalid(leaderOf(epoch, view), judgement.fault);
    answer({ kind: "verdict", hash, verdict: judgement.verdict });
  }

  /** What a block builds on; learned from the core where a block came certified and was never judged here. */
  private pointAfter(hash: Hash): ChainPoint | undefined {
    const { payloads, held } = this.options;
    for (let at = hash; payloads.after(at) === undefined; ) {
      const block = held(at);
      if (block === undefined) break;
      this.note(at, block);
      at = block.header.parent;
    }
    return payloads.after(hash);
  }

  private compose({ view, parent: hash, parentHeader }: Build, parent: ChainPoint): Payload {
    const { mempool, inFlight, l1, nextSet } = this.options;
    const { blockLimits: limits, epoch, secretKey, separator } = this.options.terms().validator;
    return composePayload({
      parent,
      reveal: revealOf(secretKey, { separator, epoch: epoch.number, view }),
      limits,
      l1Words: l1.words,
      reports: this.dueReports(parentHeader?.timeMs ?? 0),
      takeRequests: (seed) =>
        this.isBehind ? [] : mempool.take({ seed, limits, inFlight: inFlight.upTo(hash) }),
      next: nextSet(),
    });
  }

  /** Reports are worth their bytes only in a block that moves the clock. */
  private dueReports(parentTimeMs: number) {
    const { terms, nowMs } = this.options;
    return this.isTickDue() ? terms().reports.forBlock(Math.max(nowMs(), parentTimeMs)) : [];
  }

  private isTickDue(): boolean {
    const { exchange, terms, nowMs } = this.options;
    return Math.floor(nowMs() / 1000) - exchange.machine.time >= terms().validator.derivation.tickSeconds;
  }

  private get isBehind(): boolean {
    return this.options.executing() >= MAX_EXECUTING;
  }

  private hasSomething(parent: Hash, point: ChainPoint): boolean {
    const { mempool, inFlight, l1, nextSet } = this.options;
    if (this.isTickDue() || nextSet() !== null || l1.words(point.l1Next, 1).length > 0) return true;
    return !this.isBehind && mempool.size.requests > 0 && mempool.size.requests > inFlight.upTo(parent).size;
  }
}
