/** The hand-written interface, the table of words and the commitment's formula, against compiler and sources. */
import { readFile } from "node:fs/promises";
import { Interface, type InterfaceAbi } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { headerWords } from "../../sequencer/batch/header.ts";
import { MAX_VALIDATORS } from "../../sequencer/consensus/limits.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { ACCOUNT_BITS, HEADER_WORDS, WORD_BITS } from "../../sequencer/exchange/limits.ts";
import { AMOUNT_OFFSET, FIELDS, Outcome, PAYLOAD_OFFSET, WordType } from "../../sequencer/exchange/word.ts";
import { EXCHANGE_ABI, TOKEN_ABI, TOKEN_ERRORS } from "../../verifier-contracts/abi.ts";
import { buildExchange } from "../../verifier-contracts/build.ts";
import {
  challengeOf,
  creditsOf,
  decodeBatchData,
  encodeBatchData,
  encodeCredit,
  evaluateWords,
  headerOf,
} from "../../verifier-contracts/commitment.ts";
import { REGISTRY_ABI } from "../../verifier-contracts/registry-abi.ts";
import { withdrawWord } from "./exchange-fixture.ts";

const contracts = await buildExchange();
const sourceAt = (path: string) =>
  readFile(new URL(`../../verifier-contracts/src/${path}.sol`, import.meta.url), "utf8");
const source = (name: string) => sourceAt(`libraries/${name}`);

const lines = (abi: InterfaceAbi): string[] => new Interface(abi).format(false).sort();

/** OpenZeppelin's, that no caller of the exchange can meet. */
const UNREACHABLE = /^(error (InvalidShortString|StringTooLong)|event EIP712DomainChanged|constructor)/;

test("the interfaces by hand are the compiler's", () => {
  const compiled = lines(contracts.Exchange.abi as InterfaceAbi).filter((line) => !UNREACHABLE.test(line));
  const token = lines(TOKEN_ERRORS);
  assert.equal(
    lines(EXCHANGE_ABI).filter((line) => !token.includes(line)),
    compiled,
  );
  assert.equal(
    lines(REGISTRY_ABI),
    lines(contracts.ValidatorRegistry.abi as InterfaceAbi).filter((line) => !UNREACHABLE.test(line)),
  );
  const development = new Set(
    lines(contracts.DevelopmentToken.abi as InterfaceAbi).map((line) => line.replace(" pure ", " view ")),
  );
  assert.equal(
    lines(TOKEN_ABI).filter((line) => !development.has(line)),
    [],
  );
});

test("the contracts read words by the table of word.ts", async () => {
  const text = await source("Words");
  const constant = (name: string): number => {
    const match = new RegExp(`constant ${name} = (\\d+);`).exec(text);
    assert.ok(match, name);
    return Number(match[1]);
  };
  for (const [name, value] of Object.entries(WordType))
    assert.is(constant(`TYPE_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`), value);
  for (const [name, value] of Object.entries(Outcome))
    assert.is(constant(`OUTCOME_${name.toUpperCase()}`), value);
  assert.is(constant("WORD_BYTES"), WORD_BITS / 8);
  assert.equal([0, constant("TYPE_BITS")], [...FIELDS.type]);
  assert.is(constant("OUTCOME_OFFSET"), FIELDS.outcome[0]);
  assert.is(constant("L1_OFFSET"), FIELDS.l1[0]);
  assert.equal([constant("ACCOUNT_OFFSET"), constant("ACCOUNT_BITS")], [...FIELDS.account]);
  assert.is(constant("ACCOUNT_BITS"), ACCOUNT_BITS);
  assert.is(constant("AMOUNT_OFFSET"), AMOUNT_OFFSET);
  assert.is(constant("PAYLOAD_OFFSET"), PAYLOAD_OFFSET);
  assert.match(await source("Header"), `HEADER_WORDS = ${HEADER_WORDS};`);
  assert.match(await source("Commitment"), `${FIELD_MODULUS};`);
});

test("a set of the sequencers has as many members as the registry seats", async () => {
  assert.match(await sourceAt("ValidatorRegistry"), `uint8 public constant MAX_MEMBERS = ${MAX_VALIDATORS};`);
});

test("headers, data and credits are read back as they were written", () => {
  const header = {
    preRoot: FIELD_MODULUS - 1n,
    postRoot: (1n << 128n) | 2n,
    number: 2 ** 40,
    epoch: 3,
    steps: 16,
    wordCount: 2,
    time: 1_800_000_000,
    l1Start: 5,
    l1End: 6,
    signaturesHash: (1n << 248n) - 1n,
  };
  const refusedDeposit = 9n | (1n << 5n) | (1n << 7n) | (6n << 8n) | (8n << 94n);
  const words = [
    ...headerWords(header),
    withdrawWord(5, 7n),
    withdrawWord(5, 7n) | (1n << 5n),
    refusedDeposit,
  ];
  const data = encodeBatchData(words);
  assert.is(data.length, 2 + 62 * 12);
  assert.equal(decodeBatchData(data), words);
  assert.equal(headerOf(words), header);
  assert.equal(creditsOf(words.slice(HEADER_WORDS)), [
    { account: 5, amount: 7n },
    { account: 6, amount: 8n },
  ]);
  assert.is(encodeCredit({ account: 5, amount: 7n }), (5n << 64n) + 7n);
});

test("refuses to encode what is no word and to decode what is not whole", () => {
  assert.throws(() => encodeBatchData([1n << 248n]), RangeError);
  assert.throws(() => encodeBatchData([-1n]), RangeError);
  assert.throws(() => decodeBatchData("0x00"), RangeError);
  assert.throws(() => decodeBatchData("00".repeat(31)), RangeError);
});

test("the evaluation starts from one, so that the number of words counts", () => {
  assert.is(evaluateWords([], 5n), 1n);
  assert.is(evaluateWords([3n], 5n), 8n);
  assert.is(evaluateWords([0n, 3n], 5n), 28n);
  assert.is(evaluateWords([FIELD_MODULUS - 5n], 5n), 0n);
  assert.ok(challengeOf(1n, encodeBatchData([3n])) < FIELD_MODULUS);
  assert.is.not(challengeOf(1n, encodeBatchData([3n])), challengeOf(2n, encodeBatchData([3n])));
});

test.run();
