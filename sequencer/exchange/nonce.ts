/**
 * Nonces may arrive out of order: a window of 32 and the one before it are kept as bits. A nonce names its
 * window (high bits) and its bit (low 5). A newer window moves the state on; below the kept two, never again.
 */
import { NONCE_BIT_BITS, NONCE_WINDOW } from "./limits.ts";
import type { Account } from "./state.ts";

type NonceState = Pick<Account, "nonceWindow" | "nonceBits" | "previousNonceBits">;

const windowOf = (nonce: number): number => nonce >>> NONCE_BIT_BITS;
const maskOf = (nonce: number): number => (1 << (nonce & (NONCE_WINDOW - 1))) >>> 0;

export function isFreshNonce(state: NonceState, nonce: number): boolean {
  const ahead = windowOf(nonce) - state.nonceWindow;
  if (ahead > 0) return true;
  if (ahead === 0) return (state.nonceBits & maskOf(nonce)) === 0;
  return ahead === -1 && (state.previousNonceBits & maskOf(nonce)) === 0;
}

/** Marks a fresh nonce as used. */
export function burnNonce(state: NonceState, nonce: number): void {
  const ahead = windowOf(nonce) - state.nonceWindow;
  const mask = maskOf(nonce);
  if (ahead === 0) state.nonceBits = (state.nonceBits | mask) >>> 0;
  else if (ahead === -1) state.previousNonceBits = (state.previousNonceBits | mask) >>> 0;
  else {
    state.previousNonceBits = ahead === 1 ? state.nonceBits : 0;
    state.nonceBits = mask;
    state.nonceWindow = windowOf(nonce);
  }
}
