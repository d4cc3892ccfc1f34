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
  /** The order names a market that the exchange does not have. */
  | "unknownMarket"
  /** Immediate-or-cancel and post-only at once. */
  | "badFlags"
  /** The order's price is zero. */
  | "zeroPrice"
  /** The order's size is zero. */
  | "zeroSize"
  /** The order's expiry is set and not after the machine time. */
  | "expired"
  /** The slot of an order that could come to rest, so of any but immediate-or-cancel, holds one already. */
  | "slotTaken"
  /**
   * No fresh oracle price, in the order's market or in one where its account holds a position: only reduce-only orders;
   * and no withdrawal or transfer by who holds a position there.
   */
  | "staleMarket"
  /** Price times size is less than the market's least value of an order that is not reduce-only. */
  | "belowMinimum"
  /** A buy higher above the oracle price, or a sell lower below it, than the market's collar lets an order reach. */
  | "outsideCollar"
  /** Reduce-only, and the account has no position in the market that this side would make smaller. */
  | "nothingToReduce"
  /** Post-only, and the best order of the other side would match it. */
  | "wouldCross"
  /** Equity would not cover the initial requirement, with what orders reserve and what the request adds or takes. */
  | "belowRequirement"
  /** More than deposits less withdrawals have left: another account is below zero, and nobody has made up for it yet. */
  | "beyondCustody"
  /** The slot to be cancelled holds no order; of an expire, likewise. */
  | "noSuchOrder"
  /** The account has cancelled all as often as its generation can count. */
  | "generationExhausted"
  /** The receiver of a transfer was never registered, or is the sender. */
  | "badTarget"
  /** Collateral of the account, or of who receives it, would leave its range of 2^94 quanta either way. */
  | "collateralLimit"
  /** The trading key has been replaced as often as its version can count. */
  | "versionExhausted"
  // Unsigned words: nobody's nonce, nobody's fee.
  /** An expire names an order that has neither expired nor been cancelled by its account's generation. */
  | "notDead"
  /** A deposit names an account that was never registered. */
  | "unknownAccount"
  /** All accounts together would hold more than a state can say. */
  | "custodyLimit"
  /** A registration names another account than the next one. */
  | "outOfTurn"
  /** A tick's time is not after the machine time. */
  | "clockNotAdvanced"
  /** A tick moves a price further than its market allows in the time since the last one, or one that it calls stale at all. */
  | "moveTooLarge"
  /** A tick would bring a price to zero or below, or to 2^32 ticks. */
  | "priceOutOfRange";
