/** Bounds of the batch job, each with its reason. */

/** A worker that dies blocks its job for this long at most. */
export const LEASE_SECONDS = 60;
/** A lease is renewed after a third of its time: two renewals may fail before it runs out. */
export const RENEWALS_PER_LEASE = 3;

/** Paths of a job take about 4 kB an account and 1.5 kB an order: the largest job is below this. */
export const MAX_JOB_BYTES = 128 * 1024 * 1024;
/** Any other answer is a few numbers. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** A node answers in milliseconds; a large job may take seconds to travel. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Pauses between attempts grow from the first to the longest and are spread by chance. */
export const FIRST_PAUSE_MS = 250;
export const LONGEST_PAUSE_MS = 15_000;
/** For asking: about half a minute, then the caller decides. */
export const ASK_ATTEMPTS = 7;
/** For a finished proof, which cost minutes: about ten minutes, enough for a node to restart. */
export const HAND_IN_ATTEMPTS = 45;

/** With --watch: how often an idle worker asks. */
export const IDLE_PAUSE_MS = 2_000;
/** With --watch: longest pause after jobs that failed one after another. */
export const LONGEST_FAILURE_PAUSE_MS = 60_000;
