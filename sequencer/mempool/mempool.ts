/**
 * Requests on their way into a block. Every node holds those that reached it, so that whoever leads next has them.
 *
 * - A request is known by its command word: account, key and nonce are in it, so two with the same word could never
 *   both be executed.
 * - An account's requests keep the order of their arrival, held and taken.
 * - Taking removes nothing: a block may fail. What a final block had is removed by `included`, and not held again.
 * - Everything is bounded. When there is no room, takers are turned away first: part of all the room, and part of each
 *   account's, is only for relief. Words of the L1 queue and what nodes derive need no room here.
 *
 * Whoever was told "held" hears of the end: a final block had it, or `expire` gave it up.
 */

import type { Hash } from "../consensus/messages.ts";
import { accountOf, commandOf, inSeededOrder, NonceOrder } from "../ordering/block-order.ts";
import { BlockRoom } from "../ordering/block-room.ts";
import { EntryClass, signedClass } from "../ordering/entry.ts";
import type { BlockLimits } from "../ordering/limits.ts";
import { requestBytes } from "../ordering/payload-layout.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { MempoolLimits } from "./limits.ts";
import { Remembered } from "./remembered.ts";
import { isSameRequest } from "./same-request.ts";

export type Offer =
  | { readonly outcome: "held" }
  /** Held already, or lately in a final block. */
  | { readonly outcome: "known" }
  /** The account has its share of the room. */
  | { readonly outcome: "tooManyPending" }
  | { readonly outcome: "busy"; readonly retryAfterMs: number };

interface Held {
  readonly request: SignedRequest;
  readonly isRelief: boolean;
  readonly bytes: number;
  readonly sinceMs: number;
}

/** What one account holds. */
interface Share {
  /** In order of arrival. */
  readonly commands: Set<bigint>;
  /** Of these, post-only orders and takers. */
  risk: number;
}

const NONE: ReadonlySet<bigint> = new Set();

/** A request that is given up, and why. */
export interface GivenUp<Reason> {
  readonly request: SignedRequest;
  readonly reason: Reason | "tooOld";
}

export interface TakeOptions {
  readonly seed: Hash;
  readonly limits: BlockLimits;
  /** Commands in blocks that are not final yet and that the new block builds on. */
  readonly inFlight: { has(command: bigint): boolean };
}

export class Mempool {
  private readonly limits: MempoolLimits;
  private readonly blockLimits: BlockLimits;
  private readonly isThrottled: () => boolean;
  /** By command, in order of arrival. */
  private readonly held = new Map<bigint, Held>();
  private readonly shares = new Map<number, Share>();
  private readonly recent: Remembered;
  private riskHeld = 0;
  private riskBytes = 0;
  private bytesHeld = 0;

  /** `isThrottled` says whether takers and new quotes are unwelcome for reasons outside, such as unproven batches. */
  constructor(limits: MempoolLimits, blockLimits: BlockLimits, isThrottled: () => boolean = () => false) {
    this.limits = limits;
    this.blockLimits = blockLimits;
    this.isThrottled = isThrottled;
    this.recent = new Remembered(limits.maxRemembered);
  }

  /** Requests held, of these post-only orders and takers, and bytes. */
  get size(): { readonly requests: number; readonly risk: number; readonly bytes: number } {
    return { requests: this.held.size, risk: this.riskHeld, bytes: this.bytesHeld };
  }

  /** Takes in a request whose shape and signature are good. */
  offer(request: SignedRequest, nowMs: number): Offer {
    const command = commandOf(request);
    if (this.held.has(command) || this.recent.has(command)) return { outcome: "known" };
    const isRelief = signedClass(command) === EntryClass.relief;
    const share = this.shares.get(accountOf(command)) ?? { commands: new Set(), risk: 0 };
    if (!this.hasShare(share, isRelief)) return { outcome: "tooManyPending" };
    const bytes = requestBytes(request);
    if (!this.hasRoom(isRelief, bytes)) return { outcome: "busy", retryAfterMs: this.retryAfterMs() };
    this.held.set(command, { request, isRelief, bytes, sinceMs: nowMs });
    share.commands.add(command);
    if (!isRelief) share.risk += 1;
    this.shares.set(accountOf(command), share);
    this.bytesHeld += bytes;
    if (!isRelief) {
      this.riskHeld += 1;
      this.riskBytes += bytes;
    }
    return { outcome: "held" };
  }

  /** Whether there would be room for a request of this class: asked before its signature is checked, which costs. */
  hasRoomFor(of: EntryClass): boolean {
    return this.hasRoom(of === EntryClass.relief, 0);
  }

  /** Whether this very request is held: its signature needs no second check. */
  holds(request: SignedRequest): boolean {
    const held = this.held.get(commandOf(request));
    return held !== undefined && isSameRequest(held.request, request);
  }

  /** Commands of an account that wait, in order of arrival. */
  commandsOf(account: number): ReadonlySet<bigint> {
    return this.shares.get(account)?.commands ?? NONE;
  }

  /** A block's worth, in block order. First relief that nothing of its account precedes, then all by arrival. */
  take({ seed, limits, inFlight }: TakeOptions): SignedRequest[] {
    const taking = new Taking(limits);
    const candidates = [...this.held].filter(([command]) => !inFlight.has(command));
    const blocked = new Set<number>();
    for (const [command, { isRelief }] of candidates) {
      const account = accountOf(command);
      if (blocked.has(account)) continue;
      if (!isRelief || !taking.take(command)) blocked.add(account);
    }
    blocked.clear();
    for (const [command] of candidates) {
      if (taking.isFull) break;
      const account = accountOf(command);
      if (taking.has(command) || blocked.has(account)) continue;
      if (!taking.take(command)) blocked.add(account);
    }
    const taken = candidates.filter(([command]) => taking.has(command)).map(([, { request }]) => request);
    return inSeededOrder(seed, taken);
  }

  /** A final block had these. They are not held again while they are remembered. */
  included(requests: readonly SignedRequest[]): void {
    for (const request of requests) {
      const command = commandOf(request);
      this.remove(command);
      this.recent.add(command);
    }
  }

  /** A final block had this and execution left it out: it was not consumed, so it may be offered again. */
  leftOut(request: SignedRequest): void {
    this.recent.forget(commandOf(request));
  }

  /**
   * Gives up what has waited too long, and what `faultOf` says can no longer be executed. Not what is in flight: the
   * block that has it decides.
   */
  expire<Reason>(
    nowMs: number,
    inFlight: { has(command: bigint): boolean },
    faultOf: (request: SignedRequest) => Reason | null,
  ): GivenUp<Reason>[] {
    const givenUp: GivenUp<Reason>[] = [];
    for (const [command, { request, sinceMs }] of this.held) {
      if (inFlight.has(command)) continue;
      const reason = nowMs - sinceMs > this.limits.maxAgeMs ? "tooOld" : faultOf(request);
      if (reason === null) continue;
      this.remove(command);
      givenUp.push({ request, reason });
    }
    return givenUp;
  }

  private hasShare({ commands, risk }: Share, isRelief: boolean): boolean {
    const { maxPerAccount, reliefPerAccount } = this.limits;
    return commands.size < maxPerAccount && (isRelief || risk < maxPerAccount - reliefPerAccount);
  }

  private hasRoom(isRelief: boolean, bytes: number): boolean {
    const { maxRequests, reservedForRelief, maxBytes } = this.limits;
    if (this.held.size >= maxRequests || this.bytesHeld + bytes > maxBytes) return false;
    if (isRelief) return true;
    const reservedBytes = Math.floor((maxBytes * reservedForRelief) / maxRequests);
    return (
      !this.isThrottled() &&
      this.riskHeld < maxRequests - reservedForRelief &&
      this.riskBytes + bytes <= maxBytes - reservedBytes
    );
  }

  private retryAfterMs(): number {
    const { minRetryMs, blockMs } = this.limits;
    return Math.max(minRetryMs, Math.ceil(this.held.size / this.blockLimits.maxRequests) * blockMs);
  }

  private remove(command: bigint): void {
    const held = this.held.get(command);
    if (held === undefined) return;
    this.held.delete(command);
    this.bytesHeld -= held.bytes;
    if (!held.isRelief) {
      this.riskHeld -= 1;
      this.riskBytes -= held.bytes;
    }
    const account = accountOf(command);
    const share = this.shares.get(account)!;
    share.commands.delete(command);
    if (!held.isRelief) share.risk -= 1;
    if (share.commands.size === 0) this.shares.delete(account);
  }
}

/** A block that fills up. */
class Taking {
  private readonly room: BlockRoom;
  private readonly nonces = new NonceOrder();
  private readonly commands = new Set<bigint>();

  constructor(limits: BlockLimits) {
    this.room = new BlockRoom(limits);
  }

  take(command: bigint): boolean {
    if (!this.nonces.rises(command) || this.room.take(command) !== null) return false;
    this.nonces.add(command);
    this.commands.add(command);
    return true;
  }

  has(command: bigint): boolean {
    return this.commands.has(command);
  }

  get isFull(): boolean {
    return this.room.isFull;
  }
}
