export type ReplayErrorCode =
  /** A line of the message file is not what the format says. */
  | "BAD_LINE"
  /** The file cannot be read. */
  | "BAD_FILE"
  /** No account has a slot left for another resting order. */
  | "SLOTS_EXHAUSTED"
  /** The exchange refused what the replay sent. */
  | "REQUEST_REFUSED"
  /** The exchange's book is not the one that the messages describe. */
  | "BOOK_DIFFERS";

/** Why a replay stopped. */
export class ReplayError extends Error {
  readonly code: ReplayErrorCode;

  constructor(code: ReplayErrorCode, message: string) {
    super(message);
    this.name = "ReplayError";
    this.code = code;
  }
}
