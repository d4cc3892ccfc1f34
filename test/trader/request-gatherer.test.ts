/** Requests that travel in one body fare as if each had been sent by itself. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { wordToHex } from "../../sequencer/exchange/word.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { createClient } from "../../trader/sdk/client.ts";
import { RequestGatherer } from "../../trader/sdk/request-gatherer.ts";
import { errorOf } from "./error-of.ts";

const signedWord = (word: bigint): SignedRequest => ({
  words: [word],
  publicKey: [1n, 2n],
  signature: { r8: [3n, 4n], s: 5n },
});

interface Call {
  readonly path: string;
  /** Of requests in the body, or of the receipt that is asked for. */
  readonly words: readonly bigint[];
}

/** A node of which the test says how each request ends, by its word; `null` breaks the connection. */
function nodeWhere(end: (word: bigint, call: Call) => object | null) {
  const calls: Call[] = [];
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname: path } = new URL(String(url));
    const body = init?.body === undefined ? null : JSON.parse(String(init.body));
    const many: { words: string[] }[] | undefined = body?.requests ?? (body === null ? undefined : [body]);
    const words = many?.map((one) => BigInt(one.words[0]!)) ?? [BigInt(path.split("/").at(-1)!)];
    const call = { path, words };
    calls.push(call);
    const ends = words.map((word) => end(word, call));
    if (ends.includes(null)) throw new TypeError("fetch failed");
    if (path === "/v1/requests/many")
      return Response.json({ results: ends.map((one) => ("error" in one! ? one : { receipt: one })) });
    const [one] = ends as [object & { error?: { code: string } }];
    return Response.json(one, { status: one.error === undefined ? 200 : 422 });
  };
  const client = createClient({ url: "http://localhost:1", fetch, timeoutMs: 1000, retries: 0 });
  return { gatherer: new RequestGatherer(client), calls };
}

const receiptOf = (word: bigint) => ({ id: wordToHex(word), outcome: "accepted" });
const refused = (code: string) => ({ error: { code, message: "no", slot: 3 } });
const words = (from: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt(from + i));

test("what is handed in at once is one body in its order, at most 64; each gets its own receipt", async () => {
  const { gatherer, calls } = nodeWhere(receiptOf);
  const receipts = await Promise.all(words(1, 70).map((word) => gatherer.submit(signedWord(word))));
  assert.equal(
    receipts.map(({ id }) => BigInt(id)),
    words(1, 70),
  );
  assert.equal(calls, [
    { path: "/v1/requests/many", words: words(1, 64) },
    { path: "/v1/requests/many", words: words(65, 6) },
  ]);
});

test("one alone goes the way of one, and nobody waits for company", async () => {
  const { gatherer, calls } = nodeWhere(receiptOf);
  await gatherer.submit(signedWord(1n));
  await gatherer.submit(signedWord(2n));
  assert.equal(
    calls.map(({ path }) => path),
    ["/v1/requests", "/v1/requests"],
  );
});

test("a refusal is that of one request, with the exchange's code and facts", async () => {
  const { gatherer, calls } = nodeWhere((word) => (word === 2n ? refused("wouldCross") : receiptOf(word)));
  const [first, second, third] = words(1, 3).map((word) => gatherer.submit(signedWord(word)));
  const error = await errorOf(second!);
  assert.equal([error.code, error.reason, error.facts.slot], ["REJECTED", "wouldCross", 3]);
  assert.equal([(await first!).outcome, (await third!).outcome], ["accepted", "accepted"]);
  assert.is(calls.length, 1);
});

test("who is turned away for now is sent again by itself", async () => {
  const { gatherer, calls } = nodeWhere((word, { path }) =>
    word === 2n && path === "/v1/requests/many" ? refused("busy") : receiptOf(word),
  );
  await Promise.all(words(1, 3).map((word) => gatherer.submit(signedWord(word))));
  assert.equal(calls.slice(1), [{ path: "/v1/requests", words: [2n] }]);
});

test("a lost body: each is sent again by itself, and what had been logged comes back as its receipt", async () => {
  const logged = new Set([1n]);
  const { gatherer, calls } = nodeWhere((word, { path }) => {
    if (path === "/v1/requests/many") return null;
    if (path.startsWith("/v1/receipts")) return receiptOf(word);
    return logged.has(word) ? refused("usedNonce") : receiptOf(word);
  });
  const receipts = await Promise.all(words(1, 2).map((word) => gatherer.submit(signedWord(word))));
  assert.equal(
    receipts.map(({ id }) => BigInt(id)),
    [1n, 2n],
  );
  assert.equal(
    calls.map(({ path }) => path.split("/").slice(0, 3).join("/")),
    ["/v1/requests", "/v1/requests", "/v1/requests", "/v1/receipts"],
  );
});

test("an answer that tells nothing of them leaves all in doubt: a used nonce may be their own", async () => {
  for (const nothing of ["null", "{}", '{"results":[{}]}', '{"results":"none"}']) {
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      const { pathname } = new URL(String(url));
      if (pathname === "/v1/requests/many") return new Response(nothing);
      const code = pathname === "/v1/requests" ? "usedNonce" : "noSuchReceipt";
      return Response.json(refused(code), { status: pathname === "/v1/requests" ? 409 : 404 });
    };
    const client = createClient({ url: "http://localhost:1", fetch, retries: 0, receiptWaitMs: 0 });
    const gatherer = new RequestGatherer(client);
    const ends = await Promise.all(words(1, 2).map((word) => errorOf(gatherer.submit(signedWord(word)))));
    assert.equal(
      ends.map(({ code }) => code),
      ["LOST_ANSWER", "LOST_ANSWER"],
      nothing,
    );
  }
});

test("a used nonce that nobody lost is somebody else's", async () => {
  const { gatherer } = nodeWhere((word) => (word === 2n ? refused("usedNonce") : receiptOf(word)));
  const [first, second] = words(1, 2).map((word) => gatherer.submit(signedWord(word)));
  assert.is((await errorOf(second!)).reason, "usedNonce");
  await first;
});

test.run();
