/** Jobs as JSON: what goes in comes out, and nothing malformed comes in. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeJob, encodeJob, MAX_JOB_STEPS } from "../../sequencer/batch/job-codec.ts";
import { MalformedValue } from "../../sequencer/batch/malformed-value.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { sampleJob } from "./sample-job.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests put the wrong types in on purpose
type Tree = Record<string, any>;

/** The JSON of the sample, through text once, free to be spoilt. */
const sampleJson = (): Tree => JSON.parse(JSON.stringify(encodeJob(sampleJob()))) as Tree;

function refusal(json: unknown): string {
  try {
    decodeJob(json);
  } catch (error) {
    if (!(error instanceof MalformedValue)) throw error;
    return `${error.path} ${error.reason}`;
  }
  return "accepted";
}

const refusalAfter = (spoil: (json: Tree) => void): string => {
  const json = sampleJson();
  spoil(json);
  return refusal(json);
};

test("a job survives JSON", () => {
  assert.equal(decodeJob(sampleJson()), sampleJob());
});

test("a decoded job encodes to the same bytes", () => {
  const text = JSON.stringify(encodeJob(sampleJob()));
  assert.is(JSON.stringify(encodeJob(decodeJob(JSON.parse(text)))), text);
});

for (const json of [null, undefined, 7, "job", [], true])
  test(`refuses ${JSON.stringify(json)} instead of a job`, () => {
    assert.is(refusal(json), "job notAnObject");
  });

const spoilt: [name: string, expected: string, spoil: (json: Tree) => void][] = [
  ["a missing field", "job.machine.fees missingField", (j) => delete j.machine.fees],
  ["a field too many", "job.header.bonus unknownField", (j) => (j.header.bonus = 1)],
  [
    "a field named __proto__",
    "job.__proto__ unknownField",
    (j) => Object.defineProperty(j, "__proto__", { value: {}, enumerable: true }),
  ],
  ["a number where a decimal belongs", "job.accountsRoot notADecimal", (j) => (j.accountsRoot = 5)],
  ["hex", "job.accountsRoot notADecimal", (j) => (j.accountsRoot = "0x10")],
  ["leading zeros", "job.accountsRoot notADecimal", (j) => (j.accountsRoot = "01")],
  [
    "minus zero",
    "job.opened[0].account.collateral notADecimal",
    (j) => (j.opened[0].account.collateral = "-0"),
  ],
  [
    "a decimal of a million digits",
    "job.accountsRoot notADecimal",
    (j) => (j.accountsRoot = "9".repeat(1e6)),
  ],
  ["the field modulus", "job.header.preRoot outOfRange", (j) => (j.header.preRoot = String(FIELD_MODULUS))],
  ["a word of 249 bits", "job.steps[0].word outOfRange", (j) => (j.steps[0].word = String(1n << 248n))],
  ["a negative word", "job.steps[0].word outOfRange", (j) => (j.steps[0].word = "-1")],
  ["a fraction of a lot", "job.markets[0].oraclePrice notAnInteger", (j) => (j.markets[0].oraclePrice = 1.5)],
  [
    "a price of 33 bits",
    "job.markets[0].oraclePrice outOfRange",
    (j) => (j.markets[0].oraclePrice = 2 ** 32),
  ],
  ["a third side", "job.machine.taker.side outOfRange", (j) => (j.machine.taker.side = 2)],
  [
    "a flag that is a number",
    "job.machine.taker.reduceOnly notABoolean",
    (j) => (j.machine.taker.reduceOnly = 1),
  ],
  ["an account twice", "job.opened duplicate", (j) => j.opened.push(j.opened[0])],
  [
    "an order twice",
    "job.opened[0].account.orders duplicate",
    (j) => j.opened[0].account.orders.push(j.opened[0].account.orders[0]),
  ],
  ["a path too short", "job.opened[0].path wrongLength", (j) => j.opened[0].path.pop()],
  ["a path row of five", "job.opened[0].path[0] wrongLength", (j) => j.opened[0].path[0].push("0")],
  ["an account outside the tree", "job.opened[0].index outOfRange", (j) => (j.opened[0].index = 64)],
  [
    "a slot outside the tree",
    "job.opened[0].orders[0].slot outOfRange",
    (j) => (j.opened[0].orders[0].slot = 16),
  ],
  [
    "an order that is not opened",
    "job.opened[0].account.orders inconsistent",
    (j) => j.opened[0].orders.pop(),
  ],
  ["a market too few", "job.markets wrongLength", (j) => j.markets.pop()],
  ["a position too few", "job.opened[0].account.sizes wrongLength", (j) => j.opened[0].account.sizes.pop()],
  ["more steps than the tier has", "job.steps wrongLength", (j) => (j.header.steps = 2)],
  ["a wrong count of words", "job.header.wordCount inconsistent", (j) => (j.header.wordCount = 3)],
  ["a tier beyond the limit", "job.header.steps outOfRange", (j) => (j.header.steps = MAX_JOB_STEPS + 1)],
  [
    "a huge list of steps",
    "job.steps wrongLength",
    (j) => (j.steps = new Array(MAX_JOB_STEPS + 1).fill(null)),
  ],
];

for (const [name, expected, spoil] of spoilt)
  test(`refuses ${name}`, () => {
    assert.is(refusalAfter(spoil), expected);
  });

test.run();
