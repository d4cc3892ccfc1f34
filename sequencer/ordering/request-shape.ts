/** What can be said against a request's words without looking at any state. */
import { isSigned } from "../exchange/decide.ts";
import { pow2, WORD_BITS } from "../exchange/limits.ts";
import { decodeWord, isL1, outcomeOf, typeOf, WordType } from "../exchange/word.ts";
import { MAX_REQUEST_WORDS } from "./limits.ts";
import { hasSpareBits } from "./word-masks.ts";

export type ShapeFault =
  /** Not one command with the payload words that its type needs, in their order. */
  | "malformed"
  /** More words than a request has, or a word of more than 248 bits. */
  | "oversized"
  /** The last word is of a type that nobody signs. */
  | "unknownType"
  /** The word claims to come from the L1 queue. */
  | "l1Mark"
  /** The outcome bits are the sequencer's. */
  | "outcomeBits"
  /** A bit is set that the type does not use. */
  | "spareBits"
  /** The slot is not one of the tree's. */
  | "unknownSlot";

/** `slots` are those of an account, by the depth of the order trees. */
export function shapeFault(words: readonly bigint[], slots: number): ShapeFault | null {
  if (words.length > MAX_REQUEST_WORDS) return "oversized";
  if (words.some((word) => word < 0n || word >= pow2(WORD_BITS))) return "oversized";
  const command = words.at(-1);
  if (command === undefined) return "malformed";
  if (!isSigned(typeOf(command))) return "unknownType";
  const types = words.slice(0, -1).map(typeOf);
  const wanted =
    typeOf(command) === WordType.setTradingKey ? [WordType.payloadHigh, WordType.payloadLow] : [];
  if (types.length !== wanted.length || types.some((type, i) => type !== wanted[i])) return "malformed";
  if (words.some(isL1)) return "l1Mark";
  if (words.some((word) => outcomeOf(word) !== 0)) return "outcomeBits";
  if (words.some((word) => hasSpareBits(typeOf(word), word))) return "spareBits";
  return opensSlotBeyond(command, slots) ? "unknownSlot" : null;
}

/** A new key's scope lies where other words have the slot, and opens the leaf of that number. */
function opensSlotBeyond(command: bigint, slots: number): boolean {
  const { type, slot } = decodeWord(command);
  const usesSlot = type === WordType.place || type === WordType.cancel || type === WordType.setTradingKey;
  return usesSlot && slot >= slots;
}
