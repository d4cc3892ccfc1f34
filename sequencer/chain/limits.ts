/** Every bound of the chain side, each with its reason. */

/** Blocks on top of one before its L1 requests are taken, on a chain of this machine. For any other, its operator says. */
export const DEFAULT_FINALITY_BLOCKS = 2;
/** How often the chain is looked at. */
export const DEFAULT_POLL_MS = 500;

/** Queue words handed over per look: the sequencer's memory stays bounded when deposits flood in. */
export const MAX_QUEUE_WORDS = 240;
/** Blocks per request for logs: public endpoints refuse more. */
export const MAX_LOG_BLOCKS = 2000;
/** Batches of which L1 may tell before they are cut here; what it tells of later ones is read again when it is their turn. */
export const MAX_HELD_BATCHES = 4096;

/** First pause after a failed call, and the longest: an endpoint that is down is asked twice a minute. */
export const MIN_BACKOFF_MS = 500;
export const MAX_BACKOFF_MS = 30_000;
/** An endpoint that does not answer by then counts as failed. */
export const RPC_TIMEOUT_MS = 15_000;

/** An endpoint that lacks the newest events mends within seconds: at so many failures in a row another one is asked. */
export const FAILURES_BEFORE_TURN = 3;
/** Endpoints of L1: two that are asked in turn survive the loss of one, four that of a provider and of a region. */
export const MAX_ENDPOINTS = 4;

/** A transaction without a receipt is sent again with a higher fee after this long. */
export const RESEND_AFTER_MS = 60_000;
/** Fees grow by an eighth, the least that nodes accept for a replacement, and a bit. */
export const FEE_BUMP_PERCENT = 115n;
/** A replacement pays at most this many times what the chain asks for at that moment. */
export const MAX_FEE_FACTOR = 10n;
/** Spare gas on top of the estimate, which is made on a block that may differ from the one that includes it. */
export const GAS_MARGIN_PERCENT = 125n;
/** Refusals of the same kind in a row before a person has to look: an endpoint that lags behind mends sooner. */
export const MAX_REFUSALS = 8;
/** And for so long at least: an endpoint that starts again, or a set that hands over, takes some of it. */
export const MIN_REFUSED_MS = 30_000;
/** Refusals further apart than this are none in a row: what was wrong had mended in between. */
export const REFUSALS_APART_MS = 2 * MAX_BACKOFF_MS;
/** Silences last for a day: whether there is one is asked in one of so many looks. */
export const SUCCESSION_POLLS = 10;
/** After a silence anybody may seal the next set: each of those who are there waits so long for the one before. */
export const SEAL_TURN_SECONDS = 60;
