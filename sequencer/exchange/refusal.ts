/**
 * Why a word was refused. Refusals are outcomes, not errors: each is proven by the circuit.
 * The first group changes nothing at all; the others burn the nonce and pay the fee.
 */
export type RefusalCode =
  // Nothing changes: these could otherwise be used to burn the nonce or the money of somebody else.
  /** The type is not known, or a word of the L1 queue carries the mark wrongly. */
  | "unknownRequest"
  /** Signed with a version of the trading key that is not the current one. */
  | "staleKey"
  /** The trading key has expired. */
  | "keyExpired"
  /** The trading key's scope does not have this type. */
  | "outOfScope"
  /** A trading key names no keys. */
  | "ownerKeyOnly"
  /** The key has used the nonce, or it lies below the window. */
  | "usedNonce"
  // The nonce is burned, the fee is not taken.
  /** Equity does not cover the request fee. */
  | "cannotPay"
  // The nonce is burned and the fee is paid.
  | "unknownMarket"
  /** Immediate-or-cancel and post-only at once. */
  | "badFlags"
  | "zeroPrice"
  | "zeroSize"
  | "expired"
  | "slotTaken"
  /** No fresh oracle price: only reduce-only orders; and no withdrawal or transfer by who holds a position there. */
  | "staleMarket"
  | "belowMinimum"
  | "outsideCollar"
  | "nothingToReduce"
  | "wouldCross"
  /** Equity would not cover the initial requirement. */
  | "belowRequirement"
  | "noSuchOrder"
  | "generationExhausted"
  | "badTarget"
  | "collateralLimit"
  | "versionExhausted"
  // Unsigned words.
  | "notDead"
  | "unknownAccount"
  | "outOfTurn"
  | "clockNotAdvanced"
  | "moveTooLarge"
  | "priceOutOfRange";
