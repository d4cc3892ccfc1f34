/**
 * Every bit width and bound of the exchange, once. The circuits take the same numbers from
 * `circuits/limits.circom`, which a test compares with this file; the contracts' constants likewise.
 */

/** Bits of one request word: 31 bytes, so that every word is below the BN254 scalar field. */
export const WORD_BITS = 248;

/** Bits of an account index: a 4-ary tree of depth 10. Account 0 is reserved and never opened. */
export const ACCOUNT_BITS = 20;
/** Bits of an order slot: a 4-ary tree of depth 4 under each account. */
export const SLOT_BITS = 8;
/** Bits of a market number in a word; `MAX_MARKETS` of them can exist. */
export const MARKET_BITS = 4;
/** Markets that one tick word can carry a price for. */
export const MAX_MARKETS = 8;

/** Price in ticks per lot. */
export const PRICE_BITS = 32;
/** Size of one order in lots. */
export const SIZE_BITS = 32;
/** Absolute size of a position in lots: 256 orders of the largest size fit. */
export const POSITION_BITS = 40;
/** An amount deposited, withdrawn or transferred, in quanta. */
export const AMOUNT_BITS = 64;
/** Unix seconds: good until 2106. */
export const TIME_BITS = 32;
/** Cancel-all counter of an account. */
export const GENERATION_BITS = 24;
/** Version of a trading key. */
export const KEY_VERSION_BITS = 16;
/** What a trading key may do, see `SCOPE`. */
export const SCOPE_BITS = 8;
/** One nonce: a window number and a bit inside the window. */
export const NONCE_BITS = 32;
/** Low bits of a nonce that select the bit; the window number is what remains. */
export const NONCE_BIT_BITS = 5;
/** Nonces of one window; the state keeps the current window and the one before it. */
export const NONCE_WINDOW = 2 ** NONCE_BIT_BITS;

/** Margin and collar fractions are in units of 1 / FRACTION_ONE. */
export const FRACTION_ONE = 10_000;
export const FRACTION_BITS = 14;

/** Largest |oracle delta| of one tick word, in ticks. */
export const DELTA_BITS = 21;
/** Funding index in quanta per lot, absolute value. */
export const FUNDING_BITS = 40;
/** No step but a fee leaves |collateral| at 2^94 or above; equity then stays below 2^97. */
export const COLLATERAL_BITS = 94;
/**
 * What deposits less withdrawals have left in custody, in quanta: a deposit that would reach 2^96 is refused. No
 * registration ever is, and all of them together add less than 2^84: custody stays below 2^97.
 */
export const CUSTODY_BITS = 96;
/** Reserved requirement: 256 orders of price * size * fraction. */
export const RESERVED_BITS = 88;
/** Open-interest cap of a market in lots; below 2^53, so that numbers stay exact. */
export const OPEN_INTEREST_BITS = 52;
/** Half a key hash, as carried by one payload word. */
export const PAYLOAD_BITS = 128;

/** Limit of a circuit's public words: see circuits/README.md. */
export const HEADER_WORDS = 9;

export const pow2 = (bits: number): bigint => 1n << BigInt(bits);
