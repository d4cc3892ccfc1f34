/** Circuits and machine read one table: widths, hash kinds, word types, the bits of words. */
import { readFile } from "node:fs/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HashDomain } from "../../sequencer/exchange/encode.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import * as limits from "../../sequencer/exchange/limits.ts";
import {
  amountOf,
  decodeTick,
  decodeWord,
  outcomeOf,
  payloadOf,
  targetOf,
  typeOf,
  WordType,
  withOutcome,
} from "../../sequencer/exchange/word.ts";
import { Random, testSeed } from "../generate/random.ts";
import { Gadget } from "./gadget.ts";

const test = suite("one table");
const random = new Random(testSeed("one table"));

/** The functions of a circom file that return a number. */
async function constantsOf(file: string): Promise<Map<string, number>> {
  const text = await readFile(new URL(`../../circuits/${file}`, import.meta.url), "utf8");
  const found = text.matchAll(/^function (\w+)\(\) \{ return (\d+); \}$/gm);
  return new Map([...found].map(([, name, value]) => [name!, Number(value)]));
}

/** orderNode -> ORDER_NODE */
const screaming = (name: string): string => name.replace(/[A-Z]/g, "_$&").toUpperCase();

test("widths and limits", async () => {
  const circom = await constantsOf("limits.circom");
  const derived = ["EQUITY_BITS", "SCALED_EQUITY_BITS", "RATIO_BITS"];
  const table = limits as unknown as Record<string, number>;
  assert.ok(circom.size > 20);
  for (const [name, value] of circom)
    if (!derived.includes(name)) assert.is(value, table[name], `${name} of circuits/limits.circom`);
});

test("the widths that follow from them are wide enough", async () => {
  const { EQUITY_BITS, SCALED_EQUITY_BITS, RATIO_BITS } = Object.fromEntries(
    await constantsOf("limits.circom"),
  ) as Record<string, number>;
  const { pow2 } = limits;
  const lots = pow2(limits.POSITION_BITS);
  const price = pow2(limits.PRICE_BITS);
  const fraction = pow2(limits.FRACTION_BITS);
  const markets = BigInt(limits.MAX_MARKETS);
  // The largest fill moves equity once more, before it is known to be legal.
  const worth = markets * lots * (price + 2n * pow2(limits.FUNDING_BITS));
  const equity = pow2(limits.COLLATERAL_BITS) + worth + lots * price;
  assert.ok(equity < pow2(EQUITY_BITS!));
  const requirement = (markets + 2n) * lots * price * fraction;
  const amount = pow2(limits.AMOUNT_BITS) * BigInt(limits.FRACTION_ONE);
  const more = amount + pow2(limits.SIZE_BITS + limits.PRICE_BITS) * fraction;
  const scaled = equity * BigInt(limits.FRACTION_ONE) + requirement + pow2(limits.RESERVED_BITS) + more;
  assert.ok(scaled < pow2(SCALED_EQUITY_BITS!));
  assert.ok(2n * equity * requirement < pow2(RATIO_BITS!));
  assert.ok(pow2(RATIO_BITS! + 1) < FIELD_MODULUS);
  // What custody takes apart has a bit more than it and than an amount, whatever was registered on top.
  const registrations = pow2(limits.ACCOUNT_BITS + limits.AMOUNT_BITS);
  const custody = pow2(limits.CUSTODY_BITS) + registrations + pow2(limits.AMOUNT_BITS);
  assert.ok(custody < pow2(limits.CUSTODY_BITS + 1));
});

test("hash kinds and word types", async () => {
  const kinds = await constantsOf("hash.circom");
  const domains = Object.entries(HashDomain).map(([kind, value]) => [
    `HASH_${screaming(kind)}`,
    Number(value),
  ]);
  assert.equal([...kinds].sort(), domains.sort());
  const types = await constantsOf("word.circom");
  assert.is(types.get("WORD_TYPES"), Object.keys(WordType).length);
  for (const [name, value] of Object.entries(WordType))
    if (value !== 0) assert.is(types.get(`TYPE_${screaming(name)}`), value, name);
});

const WORD_FIELDS = [
  "account keySelector keyVersion slot market side immediateOrCancel postOnly reduceOnly price size expiry",
  "l1 refused dropped amount target payload tickTime plain",
]
  .join(" ")
  .split(" ");

const WORD_TEXT = `pragma circom 2.2.0;
include "word.circom";
template Decoded() {
    signal input word;
    component decode = DecodeWord();
    decode.in <== word;
${WORD_FIELDS.map((name) => `    signal output ${name} <== decode.out.${name};`).join("\n")}
    signal output isType[13] <== decode.out.isType;
    signal output nonce <== BitsAt(32, 0, 32)(decode.out.nonceBits);
    signal output tickFresh[8] <== decode.out.tickFresh;
    signal output tickMagnitude[8] <== decode.out.tickMagnitude;
    signal output tickSign[8] <== decode.out.tickSign;
}
`;

test("the bits of a word", async () => {
  const decoder = await Gadget.compile("test-word", WORD_TEXT, "Decoded", { word: 0n });
  const { WORD_BITS } = limits;
  const edges = [0n, limits.pow2(WORD_BITS) - 1n].map((word) => withOutcome(word, 1));
  for (let i = 0; i < 60; i++) {
    const word = edges[i] ?? withOutcome(random.bigint(WORD_BITS), random.below(3));
    const answer = (await decoder.ask({ word }))!;
    const { type, outcome, nonce, ...fields } = decodeWord(word);
    const expected = {
      ...fields,
      nonce,
      refused: outcome & 1,
      dropped: outcome >> 1,
      amount: amountOf(word),
      target: targetOf(word),
      payload: payloadOf(word),
      tickTime: decodeTick(word).time,
      plain: withOutcome(word, 0),
    };
    for (const [name, value] of Object.entries(expected)) assert.is(answer(name), BigInt(value), name);
    for (let t = 0; t < 13; t++) assert.is(answer(`isType[${t}]`), t === typeOf(word) ? 1n : 0n);
    const { fresh, deltas } = decodeTick(word);
    for (let m = 0; m < limits.MAX_MARKETS; m++) {
      assert.is(answer(`tickFresh[${m}]`), fresh[m] ? 1n : 0n);
      const sign = answer(`tickSign[${m}]`) === 1n ? -1 : 1;
      assert.is(sign * Number(answer(`tickMagnitude[${m}]`)), deltas[m]);
    }
  }
  assert.is(await decoder.ask({ word: limits.pow2(WORD_BITS) }), null, "249 bits");
  assert.is(await decoder.ask({ word: 3n << 5n }), null, "a fourth outcome");
  assert.is(outcomeOf(3n << 5n), 3);
});

test.run();
