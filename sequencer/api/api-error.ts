/** An error reply: `{ error: { code, message, ...facts } }`. */
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import { RETRY_AFTER_SECONDS } from "./limits.ts";

/** JSON values that say more: what was expected, where it is wrong. */
export type Facts = Readonly<Record<string, unknown>>;

export interface ErrorBody {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly [fact: string]: unknown };
}

/** Thrown by routes; the error handler turns it into the reply. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly facts: Facts;

  constructor(code: ErrorCode, facts: Facts = {}, message: string = ERROR_CODES[code].when) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.facts = facts;
  }
}

export const statusOf = (code: ErrorCode): number => ERROR_CODES[code].status;

export const errorBody = (code: ErrorCode, facts: Facts, message: string): ErrorBody => ({
  error: { ...facts, code, message },
});

/** Headers that belong to a status; a client may be told a longer pause than the usual one. */
export function headersOf(status: number, facts: Facts): Record<string, string> {
  if (status !== 429 && status !== 503) return {};
  const wished = typeof facts.retryAfterMs === "number" ? Math.ceil(facts.retryAfterMs / 1000) : 0;
  return { "retry-after": String(Math.max(RETRY_AFTER_SECONDS, wished)) };
}
