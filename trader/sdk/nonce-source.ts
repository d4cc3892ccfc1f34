/**
 * Nonces that no restart and no second machine reuses. One nonce passes per second of the clock, so a process that
 * remembers nothing starts above what an earlier one used; and never below what the exchange has seen of the account,
 * so that a burst (which runs ahead of the clock) is not repeated either. 2^32 seconds are 136 years.
 */
import { NONCE_BITS } from "../../sequencer/exchange/limits.ts";
import { TraderError } from "./trader-error.ts";

/** 2025-01-01, from which on the seconds are counted. */
const CLOCK_START_SECONDS = 1_735_689_600;

export interface NonceSourceOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The next nonce of the account's key as the exchange tells it. */
  readonly from: number;
}

/**
 * Hands out nonces in rising order.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { NonceSource } from "./nonce-source.ts";
 *
 * const nonces = new NonceSource({ now: () => 0, from: 99 });
 * equal(nonces.next(), 99);
 * equal(nonces.next(), 100);
 */
export class NonceSource {
  private readonly now: () => number;
  private following: number;

  constructor({ now, from }: NonceSourceOptions) {
    this.now = now;
    this.following = from;
  }

  next(): number {
    const clock = Math.floor(this.now() / 1000) - CLOCK_START_SECONDS;
    const nonce = Math.max(this.following, clock);
    if (nonce >= 2 ** NONCE_BITS)
      throw new TraderError("NONCES_EXHAUSTED", {
        message: `the account has used its 2^${NONCE_BITS} nonces`,
        whatToDo: "Move the collateral to a new account.",
      });
    this.following = nonce + 1;
    return nonce;
  }

  /** What the exchange tells later can only move it on: what was handed out stays handed out. */
  observe(nextNonce: number): void {
    this.following = Math.max(this.following, nextNonce);
  }
}
