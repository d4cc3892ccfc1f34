/** Every bound of the oracle, each with its reason. */

/**
 * A report counts for blocks up to so long after it was signed. Reports are signed every second, so a leader has
 * fresh ones of everybody; more age would only give it more old prices to pick from. A rule: the same for everybody.
 */
export const MAX_REPORT_AGE_MS = 5_000;
/** How far a report may be ahead of its block's time: clocks differ. A rule, too. */
export const MAX_REPORT_LEAD_MS = 1_000;
/** A leader takes no report that would be too old so much later: its block gets its time after it is filled. */
export const PROPOSAL_SLACK_MS = 500;

/** How often a validator asks its sources and signs a report. */
export const REPORT_INTERVAL_MS = 1_000;
/** An own price is reported for so long after a source gave it; then the market has no price. */
export const MAX_OBSERVATION_AGE_MS = 10_000;

/** A source that does not answer by then gave no price. */
export const SOURCE_TIMEOUT_MS = 3_000;
/** Price pages are below a kilobyte; a list of all markets of an exchange is below this. */
export const MAX_ANSWER_BYTES = 1_048_576;
/** Digits of a price before and after the point, more than any price needs and few enough for exact arithmetic. */
export const MAX_PRICE_CHARACTERS = 64;
/** Sources per market. */
export const MAX_SOURCES = 16;
