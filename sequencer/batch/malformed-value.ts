export type MalformedReason =
  | "notAnObject"
  | "missingField"
  | "unknownField"
  | "notAList"
  /** A list of a fixed length has another, or one with a limit is longer. */
  | "wrongLength"
  /** A map or a set of names has one twice. */
  | "duplicate"
  | "notABoolean"
  /** Not an integer that a double holds exactly, or in another spelling than its own. */
  | "notAnInteger"
  /** Not a decimal string without leading zeros. */
  | "notADecimal"
  | "outOfRange"
  /** Bytes end before the value does, or after. */
  | "tooShort"
  | "tooLong"
  /** Each part is well formed, but they do not fit each other. */
  | "inconsistent";

/** What was read is not what it claims to be; nothing of it is used. */
export class MalformedValue extends Error {
  readonly code = "malformedValue";
  readonly reason: MalformedReason;
  readonly path: string;

  constructor(reason: MalformedReason, path: string) {
    super(`${path}: ${reason}`);
    this.name = "MalformedValue";
    this.reason = reason;
    this.path = path;
  }
}
