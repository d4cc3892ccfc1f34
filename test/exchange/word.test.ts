import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_MARKETS, pow2, WORD_BITS } from "../../sequencer/exchange/limits.ts";
import {
  amountFields,
  amountOf,
  decodeTick,
  decodeWord,
  encodePayload,
  encodeTick,
  encodeWord,
  FIELDS,
  isL1,
  outcomeOf,
  payloadOf,
  targetOf,
  typeOf,
  type WordFields,
  WordType,
  withOutcome,
  wordFromHex,
  wordToHex,
} from "../../sequencer/exchange/word.ts";
import { Random, testSeed } from "../generate/random.ts";

const random = new Random(testSeed("words"));
const NAMES = Object.keys(FIELDS).filter((name) => name !== "spare") as (keyof WordFields)[];
const widest = (name: keyof WordFields): number => 2 ** FIELDS[name][1] - 1;

/** The table read as it stands: slowly, from the text of the bits. */
function slice(word: bigint, offset: number, width: number): number {
  const digits = word.toString(2).padStart(WORD_BITS, "0");
  return Number.parseInt(digits.slice(WORD_BITS - offset - width, WORD_BITS - offset), 2);
}

const samples = (): bigint[] => [
  0n,
  pow2(WORD_BITS) - 1n,
  ...Array.from({ length: WORD_BITS }, (_, bit) => pow2(bit)),
  ...Array.from({ length: 3000 }, () => random.bigint(WORD_BITS)),
];

test("the fields of the table neither overlap nor leave a gap, but for the spare flag and the spare bits", () => {
  const taken = new Array<string>(WORD_BITS).fill("");
  for (const [name, [offset, width]] of Object.entries(FIELDS))
    for (let bit = offset; bit < offset + width; bit++) {
      assert.is(taken[bit], "", `${name} overlaps ${taken[bit]}`);
      taken[bit] = name;
    }
  const free = taken.flatMap((name, bit) => (name === "" ? [bit] : []));
  assert.equal(free, [93]);
});

test("every field decodes to the bits that the table names, in any word", () => {
  for (const word of samples()) {
    const fields = decodeWord(word);
    for (const name of NAMES) assert.is(fields[name], slice(word, FIELDS[name][0], FIELDS[name][1]), name);
    assert.is(typeOf(word), slice(word, 0, 5));
    assert.is(outcomeOf(word), slice(word, 5, 2));
    assert.is(isL1(word), slice(word, 7, 1) === 1);
    assert.is(targetOf(word), slice(word, 158, 20));
    assert.is(amountOf(word), (word >> 94n) % pow2(64));
    assert.is(payloadOf(word), (word >> 8n) % pow2(128));
  }
});

test("fields survive encoding, at their largest one by one and all at once", () => {
  const none = Object.fromEntries(NAMES.map((name) => [name, 0])) as unknown as WordFields;
  for (const name of NAMES) {
    const fields = { ...none, [name]: widest(name) };
    assert.equal(decodeWord(encodeWord(fields)), fields);
  }
  const all = Object.fromEntries(NAMES.map((name) => [name, widest(name)])) as unknown as WordFields;
  assert.equal(decodeWord(encodeWord(all)), all);
  for (let i = 0; i < 500; i++) {
    const fields = Object.fromEntries(NAMES.map((name) => [name, random.below(widest(name) + 1)]));
    assert.equal(decodeWord(encodeWord(fields as unknown as WordFields)), fields);
  }
});

test("a field that is too large, negative or not whole is not encoded", () => {
  for (const name of NAMES)
    for (const wrong of [widest(name) + 1, -1, 0.5, Number.NaN])
      assert.throws(() => encodeWord({ type: 2, [name]: wrong }), RangeError);
});

test("the outcome bits are replaced, and nothing else", () => {
  for (const word of samples())
    for (let outcome = 0; outcome < 4; outcome++) {
      const replaced = withOutcome(word, outcome);
      assert.is(outcomeOf(replaced), outcome);
      assert.is(withOutcome(replaced, outcomeOf(word)), word);
    }
});

test("amounts of 64 bits survive in the fields of price and size", () => {
  for (const amount of [0n, 1n, pow2(32) - 1n, pow2(32), pow2(64) - 1n, random.bigint(64)]) {
    const word = encodeWord({
      type: WordType.withdraw,
      account: 2 ** 20 - 1,
      expiry: 1,
      ...amountFields(amount),
    });
    assert.is(amountOf(word), amount);
  }
});

test("payloads of 128 bits survive; larger ones are not encoded", () => {
  for (const data of [0n, 1n, pow2(128) - 1n, random.bigint(128)])
    for (const l1 of [false, true]) {
      const word = encodePayload(WordType.payloadLow, data, l1);
      assert.equal([payloadOf(word), isL1(word), typeOf(word)], [data, l1, WordType.payloadLow]);
    }
  assert.throws(() => encodePayload(WordType.payloadHigh, pow2(128), false), RangeError);
  assert.throws(() => encodePayload(WordType.payloadHigh, -1n, false), RangeError);
});

test("ticks survive: time, who is fresh, and moves of either sign", () => {
  const most = 2 ** 21 - 1;
  const ticks: (number | null)[][] = [
    [0, null, most, -most, 1, -1, null, 5],
    new Array(MAX_MARKETS).fill(-most),
    ...Array.from({ length: 200 }, () =>
      Array.from({ length: MAX_MARKETS }, () => (random.chance(0.3) ? null : random.between(-most, most))),
    ),
  ];
  for (const deltas of ticks)
    for (const time of [0, 1_700_000_000, 2 ** 32 - 1]) {
      const word = encodeTick({ time, deltas });
      assert.ok(word < pow2(WORD_BITS) && typeOf(word) === WordType.tick && !isL1(word));
      assert.equal(decodeTick(word), {
        time,
        fresh: deltas.map((delta) => delta !== null),
        deltas: deltas.map((delta) => delta ?? 0),
      });
    }
});

test("what does not fit a tick is not encoded", () => {
  assert.throws(() => encodeTick({ time: 1, deltas: [2 ** 21] }), RangeError);
  assert.throws(() => encodeTick({ time: 1, deltas: [0.5] }), RangeError);
  assert.throws(() => encodeTick({ time: 2 ** 32, deltas: [] }), RangeError);
  assert.throws(() => encodeTick({ time: -1, deltas: [] }), RangeError);
  assert.throws(() => encodeTick({ time: 1, deltas: new Array(MAX_MARKETS + 1).fill(0) }), RangeError);
});

test("a tick's move is at most its magnitude's 21 bits, and minus zero is zero", () => {
  for (const word of samples())
    for (const delta of decodeTick(word).deltas)
      assert.ok(Math.abs(delta) < 2 ** 21 && !Object.is(delta, -0));
});

test("words travel as 31 bytes of hex, and nothing else is taken for one", () => {
  for (const word of samples()) assert.is(wordFromHex(wordToHex(word)), word);
  const hex = wordToHex(random.bigint(WORD_BITS));
  for (const wrong of [
    hex.slice(2),
    `${hex}00`,
    hex.slice(0, -2),
    `${hex.slice(0, -1)}g`,
    "",
    "0x",
    ` ${hex}`,
  ])
    assert.is(wordFromHex(wrong), undefined);
});

test.run();
