/**
 * Nonces that no restart and no second machine reuses. One nonce passes per second of the clock, so a process that
 * remembers nothing starts above what an earlier one used; and never below what the account's window shows as used,
 * so that a burst (which runs ahead of the clock) is not replayed either. 2^32 seconds are 136 years.
 */
import { NONCE_BITS, NONCE_WINDOW } from "../../sequencer/exchange/limits.ts";
import { TraderError } from "./trader-error.ts";

/** 2025-01-01, from which on the seconds are counted. */
const CLOCK_START_SECONDS = 1_735_689_600;

/** The account's nonce window as the API shows it. */
export interface NonceWindow {
  readonly nonceWindow: number;
  readonly nonceBits: number;
}

const highestUsed = ({ nonceWindow, nonceBits }: NonceWindow): number =>
  nonceBits === 0 ? nonceWindow * NONCE_WINDOW - 1 : nonceWindow * NONCE_WINDOW + 31 - Math.clz32(nonceBits);

/**
 * Hands out nonces in rising order.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { NonceSource } from "./nonce-source.ts";
 *
 * const used = { nonceWindow: 3, nonceBits: 0b101 };
 * const nonces = new NonceSource({ now: () => 0, used });
 * equal(nonces.next(), 3 * 32 + 3);
 * equal(nonces.next(), 3 * 32 + 4);
 */
export class NonceSource {
  private readonly now: () => number;
  private last: number;

  /** `now` in Unix milliseconds. */
  constructor(options: { readonly now: () => number; readonly used: NonceWindow }) {
    this.now = options.now;
    this.last = highestUsed(options.used);
  }

  next(): number {
    const clock = Math.floor(this.now() / 1000) - CLOCK_START_SECONDS;
    const nonce = Math.max(this.last + 1, clock, 0);
    if (nonce >= 2 ** NONCE_BITS)
      throw new TraderError("NONCES_EXHAUSTED", {
        message: `the account has used its 2^${NONCE_BITS} nonces`,
        whatToDo: "Move the collateral to a new account.",
      });
    this.last = nonce;
    return nonce;
  }

  /** Never falls back: what was handed out stays handed out. */
  observe(used: NonceWindow): void {
    this.last = Math.max(this.last, highestUsed(used));
  }
}
