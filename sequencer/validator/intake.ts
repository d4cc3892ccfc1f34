/**
 * How requests come in: from traders through this node's door, and from the doors of others. Every validator holds what
 * reaches it, so that whoever leads next can propose it; each checks for itself.
 */
import type { Exchange } from "../exchange/exchange.ts";
import { isFreshNonce, nextNonce, noncesOf, withNonce } from "../exchange/nonce.ts";
import type { Account } from "../exchange/state.ts";
import { decodeWord, keySelectorOf, nonceOf } from "../exchange/word.ts";
import { type KeyHashes, type StandingFault, standingFault } from "../execution/standing.ts";
import { requestsAhead } from "../mempool/ahead.ts";
import type { InFlight } from "../mempool/in-flight.ts";
import { Mempool } from "../mempool/mempool.ts";
import { checkRequest, type Door, MESSAGES } from "../node/admission.ts";
import { OutcomeUnknown } from "../node/outcome-unknown.ts";
import type { AdmissionCode, Refusal } from "../node/refusal.ts";
import type { SequencerSettings } from "../node/settings.ts";
import type { Receipt } from "../node/view.ts";
import { commandOf } from "../ordering/block-order.ts";
import { EntryClass, signedClass } from "../ordering/entry.ts";
import { shapeFault } from "../ordering/request-shape.ts";
import type { SignedRequest } from "../signature/request.ts";
import { ARITY } from "../state-tree/sparse-tree.ts";
import type { KernelWork } from "../threads/kernel-work.ts";
import type { ValidatorSettings } from "./settings.ts";
import { Waiters } from "./waiters.ts";

export interface IntakeOptions {
  readonly settings: SequencerSettings;
  readonly validator: ValidatorSettings;
  readonly exchange: Exchange;
  readonly keys: KeyHashes;
  readonly work: KernelWork;
  readonly inFlight: InFlight;
  /** Too many batches wait for proofs: only relief is welcome. */
  readonly isThrottled: () => boolean;
  /** Whether the others take one more request from this node now. */
  readonly mayPass: () => boolean;
  readonly publish: (requests: readonly SignedRequest[]) => void;
  /** Something new can be proposed. */
  readonly onHeld: () => void;
  readonly nowMs: () => number;
}

/** A request that reached its end otherwise than by a receipt is refused with one of these. */
const refusal = (code: AdmissionCode, retryAfterMs?: number): Refusal => ({
  refused: code,
  message: MESSAGES[code],
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/**
 * What has changed for a request since it was let in, and never changes back. Everything that is held is asked every
 * second, so it is little: whether an account can pay, say, is seen when a block has the request.
 */
function lastingFault({ accounts, machine }: Exchange, command: bigint): StandingFault | null {
  const { account: index, keySelector, keyVersion, nonce } = decodeWord(command);
  const account = accounts.get(index);
  if (account === undefined) return "unknownAccount";
  if (!isFreshNonce(noncesOf(account, keySelector), nonce)) return "usedNonce";
  if (keySelector === 0) return null;
  if (keyVersion !== account.keyVersion) return "staleKey";
  return account.keyExpiry !== 0 && account.keyExpiry <= machine.time ? "keyExpired" : null;
}

export class Intake {
  readonly mempool: Mempool;
  readonly waiters = new Waiters();
  private readonly options: IntakeOptions;
  private readonly door: Door;
  private readonly slots: number;

  constructor(options: IntakeOptions) {
    const { settings, validator, exchange, keys, isThrottled } = options;
    this.options = options;
    this.mempool = new Mempool(validator.mempoolLimits, validator.blockLimits, isThrottled);
    this.slots = ARITY ** settings.dimensions.orderDepth;
    this.door = {
      exchange,
      pending: requestsAhead(this.mempool),
      keys,
      settings,
      hasRoom: (of) => this.waiters.hasRoom && this.mempool.hasRoomFor(of),
    };
  }

  /** From a trader: waits for its end. */
  async submit(request: SignedRequest): Promise<Receipt | Refusal> {
    const command = commandOf(request);
    if (this.mempool.holds(request)) return await this.waiters.wait(command);
    if (!this.options.mayPass()) return refusal("busy", this.retryAfterMs);
    const fault =
      checkRequest(this.door, request) ?? this.workFault(command) ?? (await this.signatureFault(request));
    if (fault !== null) return refusal(fault, fault === "busy" ? this.retryAfterMs : undefined);
    const offer = this.mempool.offer(request, this.options.nowMs());
    if (offer.outcome === "busy") return refusal("busy", offer.retryAfterMs);
    if (offer.outcome === "tooManyPending") return refusal("tooManyPending");
    if (offer.outcome === "known" && !this.mempool.holds(request)) return refusal("usedNonce");
    const ended = this.waiters.wait(command);
    if (offer.outcome === "held") {
      this.options.publish([request]);
      this.options.onHeld();
    }
    return await ended;
  }

  /** From another validator's door. False if one of them is such as no honest node passes on. */
  async takeFromPeer(requests: readonly SignedRequest[]): Promise<boolean> {
    const { work, nowMs, onHeld } = this.options;
    const wellFormed = requests.filter(({ words }) => shapeFault(words, this.slots) === null);
    // A peer's state may be ahead of this one's: what has no standing here is left, and not held against it.
    const wanted = wellFormed.filter((request) => this.isWanted(request));
    const verdicts = await Promise.all(wanted.map((request) => work.check(request)));
    const good = wanted.filter((_, i) => verdicts[i]);
    const held = good.filter((request) => this.mempool.offer(request, nowMs()).outcome === "held");
    if (held.length > 0) onHeld();
    return wellFormed.length === requests.length && good.length === wanted.length;
  }

  private isWanted(request: SignedRequest): boolean {
    const { exchange, keys, work } = this.options;
    if (this.mempool.holds(request)) return false;
    const of = signedClass(commandOf(request));
    if (!this.mempool.hasRoomFor(of) || !work.hasRoom(of === EntryClass.relief)) return false;
    return standingFault(exchange, keys, request) === null;
  }

  /** The lowest nonce of a key above all used and waiting ones. */
  nextNonce(account: Account, index: number, keySelector: number): number {
    let used = noncesOf(account, keySelector);
    for (const command of this.mempool.commandsOf(index)) {
      if (keySelectorOf(command) !== keySelector || !isFreshNonce(used, nonceOf(command))) continue;
      used = withNonce(used, nonceOf(command));
    }
    return nextNonce(used);
  }

  of(account: number): { readonly length: number } {
    return { length: this.mempool.commandsOf(account).size };
  }

  /** Gives up what waited too long and what can never be executed any more. */
  sweep(): void {
    const { exchange, inFlight, nowMs } = this.options;
    const givenUp = this.mempool.expire(nowMs(), inFlight.all(), (request) =>
      lastingFault(exchange, commandOf(request)),
    );
    for (const { request, reason } of givenUp) {
      const command = commandOf(request);
      if (reason === "tooOld")
        this.waiters.fail(command, new OutcomeUnknown("no block took the request in time"));
      else this.waiters.answer(command, refusal(reason));
    }
  }

  /** A final block had it and it could not be made to pay. */
  leftOut(request: SignedRequest, fault: AdmissionCode): void {
    this.mempool.leftOut(request);
    this.waiters.answer(commandOf(request), refusal(fault));
  }

  /** Before the signature is looked at: so many may wait for that, and some places are only for relief. */
  private workFault(command: bigint): AdmissionCode | null {
    return this.options.work.hasRoom(signedClass(command) === EntryClass.relief) ? null : "busy";
  }

  private async signatureFault(request: SignedRequest): Promise<AdmissionCode | null> {
    if (!(await this.options.work.check(request))) return "badSignature";
    // Others may have come first while it was checked.
    return this.mempool.holds(request) ? null : checkRequest(this.door, request);
  }

  private get retryAfterMs(): number {
    return this.options.validator.mempoolLimits.minRetryMs;
  }
}
