/**
 * Follows the exchange contract.
 *
 * - Words of the L1 queue go to the sequencer in order and exactly once, as soon as they are `finalityBlocks` deep.
 *   The cursor is the sequencer's own count, so it survives a kill at any moment.
 * - Commitments and proofs are recorded per batch as soon as they are seen, or the batch is cut here, and taken back
 *   when a reorganisation undoes them. On a start everything since the last proven batch is read again.
 * - A reorganisation that reaches below the final block is a fault: deposits from there may have been traded.
 *
 * `look()` is one look at the chain; it changes nothing unless all of it could be read consistently.
 */
import type { Provider } from "ethers";
import type { ExchangeEvent } from "../../verifier-contracts/events.ts";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { findAnchor } from "./anchor.ts";
import { ChainFaultError } from "./fault.ts";
import { findGap, type Standing } from "./gap.ts";
import { HeldSightings } from "./held-sightings.ts";
import { MAX_HELD_BATCHES, MAX_LOG_BLOCKS, MAX_QUEUE_WORDS } from "./limits.ts";
import type { ChainLog } from "./log.ts";
import type { DeployedExchange, L1Intake, Settlements } from "./ports.ts";
import type { BatchSettlement } from "./settlement-record.ts";
import { addEvent, type Changes, record, takeBack } from "./sightings.ts";
import { type BlockMark, extendTrail, findFork, type LinkedBlock } from "./trail.ts";
import { wholeRequests } from "./whole-requests.ts";

export interface WatcherOptions {
  readonly provider: Provider;
  readonly exchange: ExchangeContract;
  readonly deployment: DeployedExchange;
  readonly intake: L1Intake;
  readonly settlements: Settlements;
  /** At least 1. */
  readonly finalityBlocks: number;
  /** Words handed over per look; at least those of one request. */
  readonly maxQueueWords?: number;
  /** Batches of which something is held before they are cut here. */
  readonly maxHeldBatches?: number;
  readonly log: ChainLog;
  /** Sees every event once it is part of the trail; again after a start or a reorganisation. */
  readonly onEvent?: (event: ExchangeEvent) => void;
}

export class Watcher {
  headBlock = 0;
  finalBlock = 0;
  private readonly options: WatcherOptions;
  /** Oldest first; empty before the first look. */
  private trail: readonly BlockMark[] = [];
  /** At the trail's newest block; null when what is recorded from later ones is not known to be true. */
  private standing: Standing | null = null;
  private readonly held: HeldSightings;
  /** Newest block with a revert: taking one back needs a fresh start. */
  private revertBlock = -1;

  constructor(options: WatcherOptions) {
    if (options.finalityBlocks < 1) throw new RangeError("finalityBlocks is at least 1");
    this.options = options;
    this.held = new HeldSightings(options.maxHeldBatches ?? MAX_HELD_BATCHES);
  }

  async look(): Promise<void> {
    const { provider, settlements } = this.options;
    await this.recordCut();
    const head = await this.blockAt("latest");
    if (head === undefined) throw new Error("the chain has no head");
    if (this.held.hasDropped(settlements.latestBatch())) this.trail = [];
    if (this.trail.length === 0) {
      this.trail = [await findAnchor(this.options, head)];
      this.standing = null;
      this.held.clear();
    }
    if (await this.follow(head, provider)) await this.takeRequests();
  }

  /** Whether the view of the chain is up to date with the head. */
  private async follow(head: LinkedBlock, provider: Provider): Promise<boolean> {
    const newest = this.trail.at(-1)!;
    if (newest.hash === head.hash) return true;
    // An endpoint that lags behind shows an older block of the same chain.
    if (this.trail.some(({ hash }) => hash === head.hash)) return false;
    const fork = await findFork(this.trail, async (number) => (await this.blockAt(number))?.hash);
    if (fork === undefined) this.fault(head);
    else if (fork.number < this.revertBlock && fork !== newest) {
      this.revertBlock = -1;
      this.trail = [];
    } else return await this.advance(fork, head, provider);
    return false;
  }

  private fault(head: BlockMark): never {
    const oldest = this.trail[0]!;
    throw new ChainFaultError(
      "reorgBeyondFinality",
      `block ${oldest.number}, taken for final, is no longer part of the chain`,
      { finalBlock: oldest.number, hash: oldest.hash, head: head.number },
    );
  }

  private async advance(fork: BlockMark, head: LinkedBlock, provider: Provider): Promise<boolean> {
    const { exchange, settlements, finalityBlocks, log, onEvent } = this.options;
    const events = await this.eventsBetween(fork.number + 1, head.number);
    const standing = await exchange.state(head.number);
    const blocks = await this.blocksUpTo(head, Math.max(fork.number + 1, head.number - finalityBlocks));
    const trail = blocks && extendTrail(this.trail, fork, blocks, finalityBlocks);
    if (trail === undefined || !isOnTrail(events, trail)) return false;
    const isReorganised = fork !== this.trail.at(-1);
    const before = isReorganised ? null : this.standing;
    const changes = this.held.upTo(fork.number);
    if (before === null)
      for (const [number, undone] of await takeBack(settlements, fork.number)) changes.set(number, undone);
    for (const event of events) await addEvent(changes, event, settlements, provider);
    // Nothing is taken, and the same blocks are read again: the endpoint may know more by then.
    const gap = await findGap({ before, events, after: standing, settlementOf: this.withChanges(changes) });
    if (gap !== undefined) throw new Error(`the endpoint left out ${gap}, up to block ${head.number}`);
    // Asked first: a batch that is cut meanwhile is held as well, and found to be recorded.
    const latest = settlements.latestBatch();
    await this.record(changes);
    this.held.replace(changes, latest);
    if (isReorganised) log.warn({ fork: fork.number, head: head.number }, "the chain was reorganised");
    for (const event of events) {
      if (event.name === "BatchesReverted") this.revertBlock = event.blockNumber;
      onEvent?.(event);
    }
    this.trail = trail;
    this.standing = standing;
    this.headBlock = head.number;
    this.finalBlock = Math.max(head.number - finalityBlocks, 0);
    return true;
  }

  /** What can be said of a batch: of those before this node's history, nothing. */
  private withChanges(changes: Changes): (number: number) => Promise<BatchSettlement | undefined> {
    const { settlements } = this.options;
    return async (number) => {
      const seen = changes.get(number);
      if (seen !== undefined) return seen;
      const latest = settlements.latestBatch();
      const view = await settlements.batchView(number);
      if (view !== undefined) return view.settlement;
      return number <= latest || this.held.hasDropped(number)
        ? undefined
        : { number, commit: null, prove: null };
    };
  }

  private async record(changes: Changes): Promise<void> {
    const { settlements, log } = this.options;
    for (const { number, commit, prove } of await record(changes, settlements))
      log.info({ batch: number, commit: commit?.hash, prove: prove?.hash }, "batch seen on L1");
  }

  /** Records what was held of batches that were cut since; also when the chain does not move. */
  private async recordCut(): Promise<void> {
    const cut = this.held.cutBy(this.options.settlements.latestBatch());
    await this.record(cut);
    this.held.forget(cut.keys());
  }

  /** Hands over what of the queue has become final. */
  private async takeRequests(): Promise<void> {
    const { exchange, deployment, intake } = this.options;
    if (this.finalBlock < deployment.blockNumber) return;
    const next = intake.nextL1Index();
    const { queuedRequests } = await exchange.state(this.finalBlock);
    if (queuedRequests < next)
      throw new Error(`the contract has ${queuedRequests} L1 requests, the sequencer took ${next}`);
    if (queuedRequests === next) return;
    const portion = this.options.maxQueueWords ?? MAX_QUEUE_WORDS;
    const words = await exchange.requests(next, Math.min(next + portion, queuedRequests), this.finalBlock);
    const whole = wholeRequests(words);
    if (whole.length === 0) throw new Error(`the L1 queue ends inside a request at ${next}`);
    await intake.submitL1(whole, next);
  }

  private async eventsBetween(from: number, to: number): Promise<ExchangeEvent[]> {
    const events: ExchangeEvent[] = [];
    for (let start = from; start <= to; start += MAX_LOG_BLOCKS)
      events.push(...(await this.options.exchange.events(start, Math.min(start + MAX_LOG_BLOCKS - 1, to))));
    return events;
  }

  /** The blocks from a number up to the head; undefined when one is missing by now. */
  private async blocksUpTo(head: LinkedBlock, from: number): Promise<LinkedBlock[] | undefined> {
    const blocks: LinkedBlock[] = [];
    for (let number = from; number < head.number; number++) {
      const block = await this.blockAt(number);
      if (block === undefined) return undefined;
      blocks.push(block);
    }
    return [...blocks, head];
  }

  private async blockAt(tag: number | "latest"): Promise<LinkedBlock | undefined> {
    const block = await this.options.provider.getBlock(tag);
    if (block === null || block.hash === null) return undefined;
    return { number: block.number, hash: block.hash, parentHash: block.parentHash };
  }
}

/** Whether every event lies in a block of the trail, as far as the trail reaches back. */
function isOnTrail(events: readonly ExchangeEvent[], trail: readonly BlockMark[]): boolean {
  const hashes = new Map(trail.map(({ number, hash }) => [number, hash]));
  return events.every(({ blockNumber, blockHash }) => (hashes.get(blockNumber) ?? blockHash) === blockHash);
}
