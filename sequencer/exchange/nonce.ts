/**
 * Nonces may arrive out of order: a window of 32 and the one before it are kept as bits. A nonce names its
 * window (high bits) and its bit (low 5). A newer window moves the state on; below the kept two, never again.
 *
 * Owner key and trading key count apart. A new trading key begins with none used: what an older one signed names
 * an older version and stays refused.
 */
import { NONCE_BIT_BITS, NONCE_WINDOW } from "./limits.ts";
import type { Account, UsedNonces } from "./state.ts";

const windowOf = (nonce: number): number => nonce >>> NONCE_BIT_BITS;
const maskOf = (nonce: number): number => (1 << (nonce & (NONCE_WINDOW - 1))) >>> 0;

/** The nonces of the key that a request is signed with. */
export const noncesOf = (account: Account, keySelector: number): UsedNonces =>
  keySelector === 1 ? account.tradingNonces : account.ownerNonces;

export function isFreshNonce(used: UsedNonces, nonce: number): boolean {
  const ahead = windowOf(nonce) - used.window;
  if (ahead > 0) return true;
  if (ahead === 0) return (used.bits & maskOf(nonce)) === 0;
  return ahead === -1 && (used.previousBits & maskOf(nonce)) === 0;
}

/** The lowest nonce above all used ones; 2^32 when there is none. */
export const nextNonce = ({ window, bits }: UsedNonces): number =>
  window * NONCE_WINDOW + (NONCE_WINDOW - Math.clz32(bits));

/** The used nonces with a fresh one among them. */
export function withNonce(used: UsedNonces, nonce: number): UsedNonces {
  const ahead = windowOf(nonce) - used.window;
  const mask = maskOf(nonce);
  if (ahead === 0) return { ...used, bits: (used.bits | mask) >>> 0 };
  if (ahead === -1) return { ...used, previousBits: (used.previousBits | mask) >>> 0 };
  return { window: windowOf(nonce), bits: mask, previousBits: ahead === 1 ? used.bits : 0 };
}
