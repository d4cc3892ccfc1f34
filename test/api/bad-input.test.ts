/** What comes in over a real socket and is not a request: each has its code, and the node never sees it. */
import { suite } from "uvu";
import { equal, is, match, ok } from "uvu/assert";
import { ERROR_CODES, type ErrorCode } from "../../sequencer/api/error-codes.ts";
import { MAX_REQUEST_BYTES } from "../../sequencer/api/limits.ts";
import { wordToHex } from "../../sequencer/exchange/word.ts";
import { fakeNode, PLACE_WORD, partsOf, RECEIPT } from "./fake-node.ts";
import { type Answer, type LocalServer, localServer } from "./local-server.ts";

const test = suite("bad input");
let server: LocalServer;
let submitted = 0;

test.before(async () => {
  const submit = async () => {
    submitted += 1;
    return RECEIPT;
  };
  server = await localServer(partsOf(fakeNode({ submit })), { requestTimeoutMs: 300 });
});
test.before.each(() => {
  submitted = 0;
});
test.after(async () => await server.close());

const REQUEST = {
  words: [wordToHex(PLACE_WORD)],
  publicKey: { x: "1", y: "0x2" },
  signature: { r8x: "3", r8y: "4", s: "5" },
};

/** The reply is the documented error, and nothing was handed to the sequencer. */
function refused(answer: Answer, code: ErrorCode): void {
  is(answer.body.error?.code, code, JSON.stringify(answer.body));
  is(answer.status, ERROR_CODES[code].status);
  ok(answer.body.error.message.length > 0);
  is(submitted, 0);
}

const post = (body: unknown, headers?: Record<string, string>) =>
  server.ask("POST", "/v1/requests", body, headers);

test("a well-formed request gets through", async () => {
  is((await post(REQUEST)).status, 200);
  is(submitted, 1);
});

const MALFORMED: Record<string, unknown> = {
  "no JSON": "{",
  "an empty body": "",
  "JSON that is no object": "[]",
  null: "null",
  "an empty object": {},
  "a missing field": { words: REQUEST.words, signature: REQUEST.signature },
  "an unknown field": { ...REQUEST, priority: 1 },
  "an unknown field further down": { ...REQUEST, publicKey: { ...REQUEST.publicKey, z: "1" } },
  "no words": { ...REQUEST, words: [] },
  "a word as a number": { ...REQUEST, words: [7] },
  "a word of 30 bytes": { ...REQUEST, words: [`0x${"0".repeat(60)}`] },
  "many words, and one of no bytes": { ...REQUEST, words: [...Array(4).fill(REQUEST.words[0]), "0x"] },
  "a long word with letters": { ...REQUEST, words: [`0x${"g".repeat(64)}`] },
  "a word with letters": { ...REQUEST, words: [`0x${"g".repeat(62)}`] },
  "a coordinate as a number": { ...REQUEST, publicKey: { x: 1, y: "2" } },
  "a coordinate of 257 bits": { ...REQUEST, publicKey: { x: `0x1${"0".repeat(64)}`, y: "2" } },
  "a negative scalar": { ...REQUEST, signature: { ...REQUEST.signature, s: "-5" } },
  "a scalar with an exponent": { ...REQUEST, signature: { ...REQUEST.signature, s: "5e3" } },
  "a scalar with a leading zero": { ...REQUEST, signature: { ...REQUEST.signature, s: "05" } },
  "an empty signature": { ...REQUEST, signature: {} },
  "half a signature": { ...REQUEST, signature: { r8x: "3", r8y: "4" } },
  "no signature and an unknown field": { words: REQUEST.words, publicKey: REQUEST.publicKey, priority: 1 },
  "no key and no signature": { words: REQUEST.words },
  "an array for an object": { ...REQUEST, signature: ["3", "4", "5"] },
  "a prototype": `{"__proto__": {"words": []}}`,
  "a constructor": `{"constructor": {"prototype": {"words": []}}}`,
  "deep JSON": "[".repeat(MAX_REQUEST_BYTES - 1),
  "deep JSON in a field": `{"words":${"[".repeat(2000)}${"]".repeat(2000)}}`,
};
for (const [what, body] of Object.entries(MALFORMED))
  test(`${what} is malformed`, async () => refused(await post(body), "malformed"));

const [WORD] = REQUEST.words;
const OVERSIZED: Record<string, unknown> = {
  "a request of too many words": { ...REQUEST, words: Array(4).fill(WORD) },
  "a word of 32 bytes": { ...REQUEST, words: [`0x${"0".repeat(64)}`] },
  "a word of 1,000 bytes": { ...REQUEST, words: [WORD, `0x${"f".repeat(2000)}`] },
  "too many words, too long ones, and no signature": {
    ...REQUEST,
    words: Array(9).fill(`${WORD}0`),
    signature: null,
  },
};
for (const [what, body] of Object.entries(OVERSIZED))
  test(`${what} is oversized`, async () => refused(await post(body), "oversized"));

const { signature: _, ...UNSIGNED } = REQUEST;
for (const [what, body] of Object.entries({ missing: UNSIGNED, null: { ...UNSIGNED, signature: null } }))
  test(`a request whose signature is ${what} is unsigned`, async () => refused(await post(body), "unsigned"));

test("one such entry among several is named, and refuses them all", async () => {
  const many = async (entry: unknown, code: ErrorCode, at: string) => {
    const answer = await server.ask("POST", "/v1/requests/many", { requests: [REQUEST, REQUEST, entry] });
    refused(answer, code);
    is(answer.body.error.at, at);
  };
  await many(UNSIGNED, "unsigned", "/requests/2");
  await many({ ...UNSIGNED, signature: null }, "unsigned", "/requests/2/signature");
  await many(OVERSIZED["a request of too many words"], "oversized", "/requests/2/words");
  await many(OVERSIZED["a word of 32 bytes"], "oversized", "/requests/2/words/0");
  await many({ ...REQUEST, words: ["0x1"] }, "malformed", "/requests/2/words/0");
});

test("an id that is too long is malformed: it is no request", async () => {
  refused(await server.ask("GET", `/v1/receipts/0x${"0".repeat(64)}`), "malformed");
});

test("says which field is wrong, but not what was sent", async () => {
  const { body } = await post({ ...REQUEST, words: ["secret"] });
  is(body.error.at, "/words/0");
  is(JSON.stringify(body).includes("secret"), false);
});

test("a body above the limit is oversized, with or without a stated length", async () => {
  const large = JSON.stringify({ ...REQUEST, padding: "x".repeat(MAX_REQUEST_BYTES) });
  refused(await post(large), "oversized");
  const chunk = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
  const head = "POST /v1/requests HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
  match(
    await server.raw(`${head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunk}`),
    '"oversized"',
  );
  is(submitted, 0);
});

test("a body exactly at the limit is read", async () => {
  const text = JSON.stringify(REQUEST);
  is((await post(text.padEnd(MAX_REQUEST_BYTES, " "))).status, 200);
});

test("anything but JSON is not taken, plain text neither", async () => {
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "x",
  ])
    refused(await post(JSON.stringify(REQUEST), { "content-type": type }), "unsupportedMediaType");
});

const PATHS: Record<string, ErrorCode> = {
  "/": "noSuchRoute",
  "/v2/markets": "noSuchRoute",
  "/v1/markets/": "noSuchRoute",
  "/%zz": "malformed",
  "/v1/accounts/one": "malformed",
  "/v1/accounts/-1": "malformed",
  "/v1/accounts/01": "malformed",
  "/v1/accounts/1.5": "malformed",
  "/v1/accounts/1e1": "malformed",
  "/v1/accounts/1048576": "malformed",
  "/v1/accounts/by-owner/xyz": "malformed",
  "/v1/orders/1/256": "malformed",
  "/v1/orders/1/%31": "noSuchOrder",
  "/v1/markets/8/book": "malformed",
  "/v1/markets/0/book?depth=0": "malformed",
  "/v1/markets/0/book?depth=101": "malformed",
  "/v1/markets/0/book?depth=1&depth=2": "malformed",
  "/v1/markets/0/book?levels=1": "malformed",
  "/v1/fills?limit=201": "malformed",
  "/v1/fills?from=9007199254740992": "malformed",
  "/v1/batches?from=-1": "malformed",
  "/v1/batches/9999999999999999999999": "malformed",
  "/v1/receipts/0x00": "malformed",
};
for (const [path, code] of Object.entries(PATHS))
  test(`GET ${path} is ${code}`, async () => refused(await server.ask("GET", path), code));

test("a method that a route does not have is no route", async () => {
  refused(await server.ask("DELETE", "/v1/markets"), "noSuchRoute");
  refused(await server.ask("PUT", "/v1/requests", REQUEST), "noSuchRoute");
});

test("what is not HTTP is answered and cut off", async () => {
  match(await server.raw("HELLO\r\n\r\n"), /^HTTP\/1\.1 400 .*"malformed"/s);
});

test("a head above the limit is answered and cut off", async () => {
  match(
    await server.raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(9000)}\r\n\r\n`),
    /431 .*"headersTooLarge"/s,
  );
});

test("a client that sends its head or its body too slowly is answered and cut off", async () => {
  match(await server.raw("GET /v1/health HTTP/1.1\r\nhost: x\r\n"), /408 .*"requestTimeout"/s);
  const head =
    "POST /v1/requests HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n";
  match(await server.raw(`${head}\r\n{`), /408 .*"requestTimeout"/s);
  is(submitted, 0);
});

test("slow clients keep nobody else waiting", async () => {
  const slow = Array.from({ length: 50 }, () => server.raw("GET /v1/health HTTP/1.1\r\n"));
  is((await server.ask("GET", "/v1/markets")).status, 200);
  equal(new Set((await Promise.all(slow)).map((text) => text.slice(9, 12))), new Set(["408"]));
});

test.run();
