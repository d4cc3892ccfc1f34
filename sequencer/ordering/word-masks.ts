/** Which bits a signed word of each type may have set. One spelling per request: all others are refused at the door. */
import { AMOUNT_BITS, PAYLOAD_BITS, pow2 } from "../exchange/limits.ts";
import { AMOUNT_OFFSET, FIELDS, PAYLOAD_OFFSET, TARGET_OFFSET, WordType } from "../exchange/word.ts";

const mask = (offset: number, width: number): bigint => (pow2(width) - 1n) << BigInt(offset);
const fields = (...names: (keyof typeof FIELDS)[]): bigint =>
  names.reduce((bits, name) => {
    const [offset, width] = FIELDS[name];
    return bits | mask(offset, width);
  }, 0n);

/** Outcome and l1 have refusals of their own, so they pass here. */
const TAGS = fields("type", "outcome", "l1");
const SIGNED = TAGS | fields("account", "keySelector", "keyVersion", "nonce");
const AMOUNT = mask(AMOUNT_OFFSET, AMOUNT_BITS);

const ALLOWED: Readonly<Record<number, bigint>> = {
  [WordType.place]:
    SIGNED |
    fields(
      "slot",
      "market",
      "side",
      "immediateOrCancel",
      "postOnly",
      "reduceOnly",
      "price",
      "size",
      "expiry",
    ),
  [WordType.cancel]: SIGNED | fields("slot"),
  [WordType.cancelAll]: SIGNED,
  [WordType.withdraw]: SIGNED | AMOUNT,
  [WordType.transfer]: SIGNED | AMOUNT | mask(TARGET_OFFSET, FIELDS.account[1]),
  [WordType.setTradingKey]: SIGNED | fields("slot", "expiry"),
  [WordType.payloadHigh]: TAGS | mask(PAYLOAD_OFFSET, PAYLOAD_BITS),
  [WordType.payloadLow]: TAGS | mask(PAYLOAD_OFFSET, PAYLOAD_BITS),
};

export const hasSpareBits = (type: number, word: bigint): boolean => (word & ~(ALLOWED[type] ?? 0n)) !== 0n;
