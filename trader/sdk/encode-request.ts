import { encodeWord, type WordFields } from "../../sequencer/exchange/word.ts";
import { TraderError } from "./trader-error.ts";

/** Encodes fields that a caller chose: one that does not fit its bits is the caller's error, not a bug. */
export function encodeRequest(fields: Partial<WordFields> & { type: number }): bigint {
  try {
    return encodeWord(fields);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TraderError("OUT_OF_RANGE", { message: cause.message, facts: { fields }, cause });
  }
}
