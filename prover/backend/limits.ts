/** Bounds of the proving process. */

/** No tier takes this long on a machine worth using; beyond it the process hangs and its lease must end. */
export const PROOF_LIMIT_MS = 2 * 60 * 60 * 1000;

/** What is kept of a program's output, for the message when it fails. */
export const OUTPUT_LIMIT_CHARACTERS = 4_000;

/** Proof and public signals are about a kilobyte. */
export const PROOF_FILE_LIMIT_BYTES = 64 * 1024;

/** How often the memory of a foreign program is looked at. The kernel keeps the peak, so seldom is enough. */
export const MEMORY_POLL_MS = 200;
