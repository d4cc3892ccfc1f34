/** Every bound of snapshots, each with its reason. */

/** Hashes of groups of 64 accounts: those of 2^20 accounts. */
export const MAX_GROUPS = 16_384;

/** 4^3 accounts: with all their orders, 1.3 MB at most; some ten kB in general. */
export const MAX_GROUP_LEVEL = 3;
export const MAX_GROUP_ACCOUNTS = 64;

/** Groups of one message: it is ended by its bytes before, but for empty groups. */
export const MAX_ANSWERED_GROUPS = 256;

/** At which no further group is added to a message: the next one may be the largest. */
export const GROUPS_BYTES = 512 * 1024;

/** Final headers after the block: until one names its digest, and one has a finalization. Leaders name roots a few blocks old. */
export const MAX_DESCENDANTS = 1024;

/** Blocks whose words are needed to compare digests. */
export const MAX_EXECUTED = 256;

/** Words of an executed block: the requests of the largest payload, L1 words, expiries. */
export const MAX_BLOCK_WORDS = 16_384;

/** Batches that end in one block. */
export const MAX_BLOCK_BORDERS = 4096;

/** A head above this is not handed out: those who wait catch up by blocks, or by a later batch's snapshot. */
export const MAX_HEAD_BYTES = 4 * 2 ** 20;

/** Snapshots open at a time. Each holds a state of the database, and what the batches since changed. */
export const MAX_OPEN = 2;

/** One that nobody asked for so long may be given up for another batch's: who reads it asks as soon as it has an answer. */
export const IDLE_MS = 10_000;

/** Batches between the snapshot and the present, whose jobs are read to go back: some seconds. */
export const MAX_BATCHES_BACK = 4096;

/** Answers in the making. */
export const MAX_ANSWERS = 2;

/** For one answer: the largest takes half a second on the slowest line that a validator can have. */
export const ANSWER_MS = 5_000;

/** A pause before everybody is asked once more. */
export const PAUSE_MS = 500;

/** After so long without anything new, joining by a snapshot is given up, and blocks are fetched from where the node is. */
export const GIVE_UP_MS = 60_000;

/** Batches that a node lies behind what is proven before it asks for a snapshot instead of blocks. */
export const MIN_BATCHES_BEHIND = 16;

/** How long a running node that is so far behind may get no nearer to the present, unless told otherwise, until it ends. */
export const FAR_BEHIND_MS = 30_000;

/** Looks in this time: one alone may fall into a pause, and each asks L1. */
export const FAR_BEHIND_LOOKS = 6;
