/** The one error of decoding. What was decoded until then is thrown away. */
export type WireCode =
  /** Not the one encoding of anything: truncated, a field that is unknown, missing, repeated or out of order. */
  | "malformed"
  /** A number, a length or a count beyond its bound. */
  | "outOfRange"
  /** Each part is well formed, but they do not fit each other. */
  | "inconsistent";

export class WireError extends Error {
  readonly code: WireCode;

  constructor(code: WireCode) {
    super(`not a message: ${code}`);
    this.name = "WireError";
    this.code = code;
  }
}

export function refuse(code: WireCode): never {
  throw new WireError(code);
}
