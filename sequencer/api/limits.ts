/** Every bound of the HTTP API, each with its reason. */

/** A request is at most three words, a key and a signature: under 700 bytes of JSON; room for spaces. */
export const MAX_REQUEST_BYTES = 4096;
/** Requests of one body: a market maker's quotes in all markets, moved at once. */
export const MAX_MANY_REQUESTS = 64;
export const MAX_MANY_BYTES = MAX_MANY_REQUESTS * 1024;
/** A Groth16 proof and three public signals: under 1.5 KiB of JSON. */
export const MAX_PROOF_BYTES = 8192;
/** Bodies of the other job routes: two short fields. */
export const MAX_LEASE_BYTES = 512;

/** Words of one signed request: a new trading key takes two payload words and the command. */
export const MAX_REQUEST_WORDS = 3;

/** Submissions inside the node at a time: two fifths of a second of a node at its fastest. More are told to come back. */
export const MAX_SUBMISSIONS = 2048;
/**
 * Of these, only for cancels, reduce-only orders, withdrawals, transfers and keys: as the node's own queue has room for
 * them, or a crowd of takers would hold all places here and nobody could take risk back.
 */
export const RESERVED_FOR_RELIEF = 512;
/** What a client that came at a bad moment is told to wait at least. */
export const RETRY_AFTER_SECONDS = 1;

/** How long a read waits for the place of the log that it demands: a node that is up gets there in some blocks. */
export const AT_LEAST_WAIT_MS = 2_000;
export const AT_LEAST_POLL_MS = 20;

/** Rows of one page; a page stays under about 100 KiB. */
export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;
/** Batches read without a pause: of 256 steps each, some milliseconds. */
export const BATCHES_PER_SLICE = 16;
/** Reads of whole batches at a time, of which one is at work. More are told to come back. */
export const MAX_HEAVY_READS = 64;
/** After a part of such a read the thread is free for so many times as long: they get a quarter of it at most. */
export const HEAVY_REST_FACTOR = 3;
/** A part that took long because the node was busy with something else is not made up for without end. */
export const MAX_HEAVY_REST_MS = 100;
/** Price levels of one side of the book. */
export const MAX_BOOK_DEPTH = 100;
export const DEFAULT_BOOK_DEPTH = 20;

/** Accounts that one owner key may list; whoever has more asks L1. */
export const MAX_ACCOUNTS_PER_OWNER = 64;
/** Accounts that the owner index takes in without a pause: about a millisecond. */
export const OWNERS_PER_SLICE = 256;

/** A lease outlasts the slowest proof between two extensions, and a dead worker's job is free again soon. */
export const MAX_LEASE_SECONDS = 900;
export const MAX_WORKER_NAME = 64;

/**
 * Open connections: each costs a socket and about 20 KiB. Twice the submissions, so that there is a connection left
 * on which to say that the node is busy.
 */
export const MAX_CONNECTIONS = 2 * MAX_SUBMISSIONS;
/** Head and body of a request must be here by then: nobody may hold a connection by sending slowly. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** An idle kept-alive connection is closed after this. */
export const KEEP_ALIVE_MS = 30_000;
/**
 * Whoever holds a connection when the node stops, and waits for nothing or sends no end, is cut off after this. An answer that
 * is due takes less: a block some milliseconds, a validator that leaves two seconds.
 */
export const CLOSING_MS = 5_000;
/** How often connections are looked for meanwhile on which the last answer has gone out. */
export const CLOSING_LOOK_MS = 100;
/** How often slow connections are looked for. */
export const CONNECTION_CHECK_MS = 1000;
/** Total size of a request's head. */
export const MAX_HEADER_BYTES = 8192;
