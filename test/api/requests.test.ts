/** Requests and receipts: what the sequencer answers, as a client sees it. */
import { suite } from "uvu";
import { equal, is } from "uvu/assert";
import { ERROR_CODES, type ErrorCode } from "../../sequencer/api/error-codes.ts";
import { MAX_MANY_REQUESTS, MAX_SUBMISSIONS, RESERVED_FOR_RELIEF } from "../../sequencer/api/limits.ts";
import { encodeWord, WordType, withOutcome, wordToHex } from "../../sequencer/exchange/word.ts";
import { OutcomeUnknown } from "../../sequencer/node/outcome-unknown.ts";
import type { AdmissionCode, Refusal } from "../../sequencer/node/refusal.ts";
import type { Receipt } from "../../sequencer/node/view.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { fakeNode, PLACE_WORD, partsOf, RECEIPT } from "./fake-node.ts";
import { type LocalServer, localServer } from "./local-server.ts";

const test = suite("requests");
let server: LocalServer;
let submit: (request: SignedRequest) => Promise<Receipt | Refusal>;

test.before(async () => {
  server = await localServer(partsOf(fakeNode({ submit: (request) => submit(request) })));
});
test.after(async () => await server.close());

const body = (words = [wordToHex(PLACE_WORD)]) => ({
  words,
  publicKey: { x: "1", y: "0x2" },
  signature: { r8x: "3", r8y: "0x04", s: "5" },
});
const post = (words?: string[]) => server.ask("POST", "/v1/requests", body(words));

test("hands words, key and signature over as they were sent", async () => {
  let seen: SignedRequest | undefined;
  submit = async (request) => {
    seen = request;
    return RECEIPT;
  };
  await post([wordToHex(11n), wordToHex(12n), wordToHex(PLACE_WORD)]);
  equal(seen, {
    words: [11n, 12n, PLACE_WORD],
    publicKey: [1n, 2n],
    signature: { r8: [3n, 4n], s: 5n },
  });
});

test("answers with the receipt: outcome, fills, and how settled they are", async () => {
  submit = async () => RECEIPT;
  const answer = await post();
  is(answer.status, 200);
  equal(answer.body, {
    id: wordToHex(PLACE_WORD),
    type: "place",
    sequence: 9,
    outcome: "accepted",
    code: null,
    filled: 1,
    fills: { first: 1, count: 1 },
    order: "open",
    batch: 2,
    settlement: "ordered",
  });
});

test("a request that was logged and then refused by a rule is no error", async () => {
  submit = async () => ({ ...RECEIPT, outcome: "refused", code: "wouldCross", fills: null, order: null });
  const answer = await post();
  is(answer.status, 200);
  equal([answer.body.outcome, answer.body.code], ["refused", "wouldCross"]);
});

const STATUSES: Partial<Record<ErrorCode, number>> = {
  malformed: 400,
  oversized: 413,
  badSignature: 401,
  unknownKey: 401,
  usedNonce: 409,
  nonceTooFar: 422,
  expired: 422,
  unfunded: 422,
  offTick: 422,
  unknownMarket: 422,
  busy: 429,
  tooManyPending: 429,
  closing: 503,
};
for (const [code, status] of Object.entries(STATUSES))
  test(`${code} is answered with ${status}`, async () => {
    submit = async () => ({ refused: code as AdmissionCode, message: "because", extra: "fact" });
    const answer = await post();
    is(answer.status, status);
    equal(answer.body, { error: { code, message: "because", extra: "fact" } });
    is(answer.headers.get("retry-after"), status === 429 || status === 503 ? "1" : null);
  });

test("a client may be told a longer pause", async () => {
  submit = async () => ({ refused: "busy", message: "full", retryAfterMs: 2500 });
  is((await post()).headers.get("retry-after"), "3");
});

test("a bug says nothing about itself", async () => {
  submit = async () => {
    throw new Error("a secret");
  };
  const answer = await post();
  is(answer.status, 500);
  equal(answer.body, { error: { code: "internal", message: ERROR_CODES.internal.when } });
});

const CANCEL_WORD = encodeWord({ type: WordType.cancel, account: 1, nonce: 4 });

test("takers at the limit are told to come back, a cancel is taken until all places are; all are free again later", async () => {
  const releases: (() => void)[] = [];
  const arrivals: { readonly count: number; readonly come: () => void }[] = [];
  const arrived = (count: number) => new Promise<void>((come) => arrivals.push({ count, come }));
  submit = () =>
    new Promise((resolve) => {
      releases.push(() => resolve(RECEIPT));
      for (const { count, come } of arrivals) if (releases.length === count) come();
    });
  const isBusy = async (words?: string[]) => {
    const { status, body: answer } = await post(words);
    equal([status, answer.error.code], [429, "busy"]);
  };
  const risk = MAX_SUBMISSIONS - RESERVED_FOR_RELIEF;
  const takersFull = arrived(risk);
  const held = Array.from({ length: risk }, () => post());
  await takersFull;
  await isBusy();
  const full = arrived(MAX_SUBMISSIONS);
  const cancel = [wordToHex(CANCEL_WORD)];
  held.push(...Array.from({ length: RESERVED_FOR_RELIEF }, () => post(cancel)));
  await full;
  await isBusy();
  await isBusy(cancel);
  for (const release of releases) release();
  equal(new Set((await Promise.all(held)).map(({ status }) => status)), new Set([200]));
  submit = async () => RECEIPT;
  is((await post()).status, 200);
});

test("a node that cannot settle any more takes no requests", async () => {
  const fault = { code: "reorgBeyondFinality", message: "block 7 is gone", facts: {} } as const;
  const chain = { chainId: 1n, exchange: "0xee", headBlock: 9, finalBlock: 7, fault };
  let submitted = 0;
  const counting = async () => {
    submitted += 1;
    return RECEIPT;
  };
  const stopped = await localServer(partsOf(fakeNode({ submit: counting }), { chain }));
  try {
    const answer = await stopped.ask("POST", "/v1/requests", body());
    is(answer.status, 503);
    equal([answer.body.error.code, answer.body.error.fault], ["chainFault", "reorgBeyondFinality"]);
    is(submitted, 0);
  } finally {
    await stopped.close();
  }
});

test("a receipt is found by the word as signed and as posted", async () => {
  for (const word of [PLACE_WORD, withOutcome(PLACE_WORD, 1)])
    is((await server.ask("GET", `/v1/receipts/${wordToHex(word)}`)).body.sequence, 9);
  const answer = await server.ask("GET", `/v1/receipts/${wordToHex(PLACE_WORD + 256n)}`);
  is(answer.status, 404);
  is(answer.body.error.code, "noSuchReceipt");
});

test("a request whose end this node will not see is answered with a code of its own, which is no refusal", async () => {
  submit = async () => {
    throw new OutcomeUnknown("no block took the request in time");
  };
  const { status, body: answer } = await post();
  is(status, 504);
  equal([answer.error.code, answer.error.id], ["outcomeUnknown", wordToHex(PLACE_WORD)]);
  submit = async () => {
    throw new Error("a bug");
  };
  is((await post()).status, 500);
});

const postMany = (requests: unknown[]) => server.ask("POST", "/v1/requests/many", { requests });

test("takes several requests in their order, each with a receipt or an error of its own", async () => {
  const seen: bigint[] = [];
  submit = async ({ words }) => {
    seen.push(words[0]!);
    if (words[0] === 2n) return { refused: "usedNonce", message: "The nonce was used.", retryAfterMs: 5 };
    if (words[0] === 3n) throw new OutcomeUnknown("the sequencer halted");
    if (words[0] === 4n) throw new Error("secret");
    return { ...RECEIPT, word: words[0]! };
  };
  const { status, body: reply } = await postMany([1n, 2n, 3n, 4n, 5n].map((word) => body([wordToHex(word)])));
  is(status, 200);
  equal(seen, [1n, 2n, 3n, 4n, 5n]);
  const [first, second, third, fourth, last] = reply.results;
  equal([first.receipt.id, last.receipt.id], [wordToHex(1n), wordToHex(5n)]);
  equal(first.error, undefined);
  equal(second, { error: { retryAfterMs: 5, code: "usedNonce", message: "The nonce was used." } });
  equal([third.error.code, third.error.id], ["outcomeUnknown", wordToHex(3n)]);
  is(fourth.error.code, "internal");
  is(JSON.stringify(fourth).includes("secret"), false);
});

test("refuses no requests at all, too many, and several of which one is malformed", async () => {
  submit = async () => {
    throw new Error("handed over");
  };
  const bad = [[], new Array(MAX_MANY_REQUESTS + 1).fill(body()), [body(), { ...body(), words: ["0x1"] }]];
  for (const requests of bad) {
    const answer = await postMany(requests);
    is(answer.status, 400);
    is(answer.body.error.code, "malformed");
  }
});

test("of a body full of entries that are none it is said that there are too many", async () => {
  const { body: answer } = await postMany(Array(20_000).fill({}));
  equal([answer.error.code, answer.error.at], ["malformed", "/requests"]);
});

test("the largest requests fit into the largest body", async () => {
  submit = async () => RECEIPT;
  const number = `0x${"f".repeat(64)}`;
  const largest = {
    words: new Array(3).fill(wordToHex(PLACE_WORD)),
    publicKey: { x: number, y: number },
    signature: { r8x: number, r8y: number, s: number },
  };
  const answer = await postMany(new Array(MAX_MANY_REQUESTS).fill(largest));
  is(answer.body.results.length, MAX_MANY_REQUESTS);
});

test.run();
