/** How the SDK behaves towards a server that is busy, slow, gone or not what it should be. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createClient } from "../../trader/sdk/client.ts";
import { Horizon } from "../../trader/sdk/horizon.ts";
import { NonceSource } from "../../trader/sdk/nonce-source.ts";
import { SlotAllocator } from "../../trader/sdk/slot-allocator.ts";
import { submitRequest } from "../../trader/sdk/submit-request.ts";
import { mayHaveArrived, type TraderError } from "../../trader/sdk/trader-error.ts";
import { errorOf } from "./error-of.ts";

const signed = { words: [5n], publicKey: [1n, 2n], signature: { r8: [3n, 4n], s: 5n } } as const;

type Answer = Response | "lost" | "never";

const reply = (status: number, body: object, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });
const refusal = (status: number, code: string): Response => reply(status, { error: { code, message: "no" } });

/** As a connection does, keeps the process alive until it is given up. */
function neverAnswered(signal: AbortSignal): Promise<never> {
  const open = setInterval(() => undefined, 1000);
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => {
      clearInterval(open);
      reject(signal.reason);
    }),
  );
}

/** Answers one call after the other, and notes what was asked. */
function scripted(...answers: Answer[]) {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    asked.push(`${init?.method ?? "GET"} ${new URL(String(url)).pathname}`);
    const answer = answers.shift();
    if (answer === undefined) throw new Error("asked too often");
    if (answer === "lost") throw new TypeError("fetch failed");
    if (answer === "never") return await neverAnswered(init!.signal!);
    return answer;
  };
  const quick = { timeoutMs: 20, retries: 2, receiptWaitMs: 0 };
  return { client: createClient({ url: "http://localhost:1", fetch, ...quick }), asked };
}

test("a busy exchange is asked again after the pause it names, and not for ever", async () => {
  const busy = () => reply(429, { error: { code: "busy", message: "no" } }, { "retry-after": "0.001" });
  const { client, asked } = scripted(busy(), busy(), reply(200, { fine: true }));
  assert.equal(await client.request({ path: "/v1/x" }), { fine: true });
  assert.is(asked.length, 3);
  const stubborn = scripted(busy(), busy(), busy());
  const error = await errorOf(stubborn.client.request({ path: "/v1/x" }));
  assert.equal([error.code, error.reason], ["BUSY", "busy"]);
});

test("a question whose connection broke is put once more, a request is not", async () => {
  const { client, asked } = scripted("lost", reply(200, { fine: true }));
  assert.equal(await client.request({ path: "/v1/x" }), { fine: true });
  assert.is(asked.length, 2);
  const gone = scripted("lost", "lost", reply(200, {}));
  assert.is((await errorOf(gone.client.request({ path: "/v1/x" }))).code, "UNREACHABLE");
  assert.is(gone.asked.length, 2);
  const request = scripted("lost", reply(200, {}));
  assert.is((await errorOf(request.client.request({ path: "/v1/x", body: {} }))).code, "UNREACHABLE");
  assert.is(request.asked.length, 1);
});

test("a refusal at the door is no retry, and carries the exchange's code", async () => {
  const { client, asked } = scripted(refusal(422, "wouldCross"));
  const error = await errorOf(submitRequest(client, { signed }));
  assert.equal([error.code, error.reason, asked.length], ["REJECTED", "wouldCross", 1]);
});

test("a lost answer: the receipt is looked up before the same request is sent again", async () => {
  const receipt = { id: "0x5", outcome: "accepted" };
  const found = scripted("lost", reply(200, receipt));
  assert.equal(await submitRequest(found.client, { signed }), receipt as never);
  assert.equal(found.asked, ["POST /v1/requests", `GET /v1/receipts/0x${"5".padStart(62, "0")}`]);
  const resent = scripted("never", refusal(404, "noSuchReceipt"), reply(200, receipt));
  assert.equal(await submitRequest(resent.client, { signed }), receipt as never);
  assert.is(resent.asked[2], "POST /v1/requests");
});

test("sent twice, logged once: the used nonce of the second time leads to the first one's receipt", async () => {
  const receipt = { id: "0x5", outcome: "accepted" };
  const { client } = scripted(
    "lost",
    refusal(404, "noSuchReceipt"),
    refusal(409, "usedNonce"),
    reply(200, receipt),
  );
  assert.equal(await submitRequest(client, { signed }), receipt as never);
});

test("a used nonce at the first attempt is somebody else's, and an error", async () => {
  const { client, asked } = scripted(refusal(409, "usedNonce"));
  assert.is((await errorOf(submitRequest(client, { signed }))).reason, "usedNonce");
  assert.is(asked.length, 1);
});

test("once it may have arrived, no refusal tells what became of it: without a receipt the answer is lost", async () => {
  const unknown = () => refusal(404, "noSuchReceipt");
  for (const refused of [refusal(409, "usedNonce"), refusal(422, "unfunded"), refusal(401, "unknownKey")]) {
    const { client, asked } = scripted("lost", unknown(), refused, unknown());
    const error = await errorOf(submitRequest(client, { signed }));
    assert.equal(
      [error.code, error.reason, error.facts.id],
      ["LOST_ANSWER", undefined, `0x${"5".padStart(62, "0")}`],
    );
    assert.equal(
      asked.map((call) => call.split(" ")[0]),
      ["POST", "GET", "POST", "GET"],
    );
  }
  const busy = () => reply(429, { error: { code: "busy", message: "no" } }, { "retry-after": "0.001" });
  const { client } = scripted("lost", busy(), busy(), busy(), refusal(409, "usedNonce"), unknown());
  assert.is(
    (await errorOf(submitRequest(client, { signed }))).code,
    "LOST_ANSWER",
    "who is too busy to tell",
  );
});

test("what says nothing of a request is a lost answer: the receipt is looked up", async () => {
  const receipt = { id: "0x5", outcome: "accepted" };
  const html = (status: number) => new Response("<html>", { status });
  const brokenOff = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"id":'));
      controller.error(new TypeError("terminated"));
    },
  });
  const silences = {
    "a proxy that gave up": html(504),
    "a proxy that lost the node": html(502),
    "a gateway with JSON of its own": reply(504, { message: "Endpoint request timed out" }),
    "a node that waits no more": refusal(504, "outcomeUnknown"),
    "a node that stumbled": refusal(500, "internal"),
    "half of an answer": new Response('{"id":"0x5","outc'),
    "a body that broke off": new Response(brokenOff),
    nothing: reply(500, null as never),
  };
  for (const [name, silence] of Object.entries(silences)) {
    const { client } = scripted(silence, reply(200, receipt));
    assert.equal(await submitRequest(client, { signed }), receipt as never, name);
  }
  for (const plainNo of [html(403), html(413)]) {
    const { client, asked } = scripted(plainNo);
    assert.is((await errorOf(submitRequest(client, { signed }))).code, "BAD_RESPONSE");
    assert.is(asked.length, 1);
  }
});

test("without a connection nothing was sent: the next node gets it, and nobody looks for a receipt", async () => {
  const refused = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    const { hostname, pathname } = new URL(String(url));
    asked.push(`${hostname}${pathname}`);
    if (hostname === "b") return reply(200, { outcome: "accepted" });
    throw refused;
  };
  const client = createClient({ url: "http://a", others: ["http://b"], fetch });
  assert.is((await submitRequest(client, { signed })).outcome, "accepted");
  assert.equal(asked.splice(0), ["a/v1/requests", "b/v1/requests"]);
  const alone = createClient({ url: "http://c", fetch });
  const error = await errorOf(submitRequest(alone, { signed }));
  assert.equal([error.code, mayHaveArrived(error)], ["UNREACHABLE", false]);
  assert.equal(asked, ["c/v1/requests", "c/v1/requests"]);
});

test("several nodes: a question goes on to the next one, a request that may have arrived does not", async () => {
  const asked: string[] = [];
  const alive = new Set(["b", "c"]);
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    const { hostname } = new URL(String(url));
    asked.push(hostname);
    if (alive.has(hostname)) return hostname === "c" ? refusal(503, "closing") : reply(200, {});
    throw new TypeError("fetch failed");
  };
  const client = createClient({ url: "http://a", others: ["http://c", "http://b"], fetch, retries: 0 });
  await client.request({ path: "/v1/health" });
  assert.equal(asked, ["a", "c", "b"], "one is gone, one stops, the third answers");
  await client.request({ path: "/v1/health" });
  assert.is(client.url, "http://b", "who answered is asked again");
  alive.delete("b");
  const lost = await errorOf(client.request({ path: "/v1/requests", body: {} }));
  assert.equal([lost.code, asked.length], ["UNREACHABLE", 5], "whether it arrived is not known");
  alive.add("a");
  await client.request({ path: "/v1/requests", body: {} });
  assert.is(asked.at(-1), "a");
});

test("a node that waits no more: its request goes to the next one, which has the receipt or takes it once more", async () => {
  const receipt = { id: "0x5", outcome: "accepted" };
  const asked: string[] = [];
  const answers: Record<string, Response[]> = {
    a: [refusal(504, "outcomeUnknown")],
    b: [refusal(404, "noSuchReceipt"), refusal(409, "usedNonce"), refusal(404, "noSuchReceipt")],
    c: [refusal(404, "noSuchReceipt"), reply(200, receipt)],
  };
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { hostname } = new URL(String(url));
    asked.push(`${init?.method ?? "GET"} ${hostname}`);
    return answers[hostname]!.shift() ?? refusal(404, "noSuchReceipt");
  };
  const client = createClient({ url: "http://a", others: ["http://b", "http://c"], fetch, retries: 0 });
  assert.equal(await submitRequest(client, { signed }), receipt as never);
  // After the first one all are asked for the receipt; one of them knows the nonce, another has what became of it.
  assert.equal(asked, ["POST a", "GET b", "GET c", "GET a", "POST b", "GET b", "GET c"]);
});

test("what a node cannot know because it joined later is asked of the next one; then nobody knows", async () => {
  const early = refusal(404, "beforeHistory");
  const fetch = async (url: string | URL | Request): Promise<Response> =>
    new URL(String(url)).hostname === "a" ? early.clone() : reply(200, { number: 1 });
  const client = createClient({ url: "http://a", others: ["http://b"], fetch, retries: 0 });
  assert.equal(await client.request({ path: "/v1/batches/1" }), { number: 1 });
  const { client: alone, asked } = scripted("lost", early.clone(), refusal(409, "usedNonce"), early.clone());
  assert.is((await errorOf(submitRequest(alone, { signed }))).code, "LOST_ANSWER");
  assert.is(asked.length, 4);
});

test("a read demands what was seen before, whoever answered then, and goes on to a node that has it", async () => {
  const demanded: (string | null)[] = [];
  const places: Record<string, string[]> = { a: ["7"], b: ["5", "9"] };
  const horizon = new Horizon();
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { hostname } = new URL(String(url));
    const least = new Headers(init?.headers).get("proofbook-at-least");
    demanded.push(least);
    const place = places[hostname]!.shift()!;
    const headers = { "proofbook-sequence": place };
    if (Number(place) < Number(least))
      return reply(503, { error: { code: "behind", message: "no" } }, headers);
    return reply(200, { place }, headers);
  };
  const first = createClient({ url: "http://a", fetch, horizon });
  assert.equal(await first.request({ path: "/v1/x" }), { place: "7" });
  places.a!.push("8");
  const second = createClient({ url: "http://b", others: ["http://a"], fetch, horizon });
  assert.equal(await second.request({ path: "/v1/x" }), { place: "8" }, "the node at 5 was passed over");
  assert.equal(demanded, ["0", "7", "7"]);
  assert.is(horizon.sequence, 8);
});

/** Nodes that answer up to their places, liars those that answer all and name any; the horizon's clock is set by hand. */
function placedNodes(places: Record<string, number>, liars: Record<string, number> = {}) {
  const clock = { nowMs: 0 };
  const gone = new Set<string>();
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { hostname } = new URL(String(url));
    if (gone.has(hostname)) throw new TypeError("fetch failed");
    const sequence = places[hostname] ?? 0;
    const headers = { "proofbook-sequence": String(liars[hostname] ?? sequence) };
    const least = Number(new Headers(init?.headers).get("proofbook-at-least"));
    if (liars[hostname] === undefined && sequence < least)
      return reply(503, { error: { code: "behind", message: "no", sequence, atLeast: least } }, headers);
    return reply(200, { from: hostname }, headers);
  };
  const horizon = new Horizon(() => clock.nowMs);
  const [first, ...others] = Object.keys(places).map((name) => `http://${name}`);
  const client = createClient({ url: first!, others, fetch, horizon, retries: 0 });
  const ask = (): Promise<{ from: string }> => client.request({ path: "/v1/x" });
  return { ask, clock, gone, horizon, client };
}

test("a place that no other node reaches is given up after half a minute, and its author counts no more", async () => {
  const places = { liar: 9, b: 9, c: 10, d: 9 };
  const { ask, clock, gone, horizon, client } = placedNodes(places, { liar: 2 ** 53 - 1 });
  assert.is((await ask()).from, "liar");
  assert.is(horizon.sequence, 2 ** 53 - 1);
  gone.add("liar");
  assert.is((await errorOf(ask())).reason, "behind");
  for (const nowMs of [0, 29_999]) {
    clock.nowMs = nowMs;
    for (let i = 0; i < 4; i++) await errorOf(ask());
    assert.is(horizon.sequence, 2 ** 53 - 1, `it may be true after ${nowMs} ms`);
  }
  clock.nowMs = 30_000;
  assert.ok(
    ["b", "c", "d"].includes((await ask()).from),
    "one round settles it, and the question is answered",
  );
  assert.is(horizon.sequence, 10, "what an honest node named is demanded on");
  gone.delete("liar");
  gone.add(new URL(client.url).hostname);
  for (let i = 0; i < 3; i++) await ask();
  assert.is(horizon.sequence, 10, "it may say what it wants now");
});

test("what more nodes have named than may lie is demanded for ever, and clears who was doubted wrongly", async () => {
  let nowMs = 0;
  const horizon = new Horizon(() => nowMs);
  const urls = ["a", "b", "c", "d"];
  horizon.know(urls);
  const allBehind = (): boolean[] => urls.slice(1).map((url) => horizon.isBehind(url, 5));
  horizon.reached("a", 20);
  assert.equal(allBehind(), [false, false, false]);
  nowMs = 30_000;
  assert.equal(allBehind(), [false, false, true], "one that is cut off convinces nobody");
  assert.is(horizon.sequence, 0);
  horizon.reached("b", 20);
  assert.is(horizon.sequence, 20, "it was true");
  horizon.reached("a", 21);
  assert.is(horizon.sequence, 21, "and its author is believed again");
  horizon.reached("b", 21);
  for (nowMs of [60_000, 120_000]) assert.equal(allBehind(), [false, false, false]);
  assert.is(horizon.sequence, 21);
});

test("a node that is late now and then is not held against the others: only who never reached the doubted place is", () => {
  let nowMs = 0;
  const horizon = new Horizon(() => nowMs);
  const urls = ["a", "b", "c", "d", "e", "f", "g"];
  horizon.know(urls);
  for (let place = 10; place < 100; place += 10) {
    horizon.reached("a", place);
    nowMs += 20_000;
    for (const url of urls.slice(1)) assert.not(horizon.isBehind(url, place - 1), url);
    assert.is(horizon.sequence, place);
  }
});

test("nobody there, too slow, not JSON, no code: each has its own", async () => {
  assert.is((await errorOf(scripted("lost").client.request({ path: "/" }))).code, "UNREACHABLE");
  assert.is((await errorOf(scripted("never").client.request({ path: "/" }))).code, "TIMEOUT");
  const html = () => new Response("<html>", { status: 200 });
  assert.is((await errorOf(scripted(html()).client.request({ path: "/" }))).code, "BAD_RESPONSE");
  const odd = scripted(reply(500, { oops: 1 }));
  assert.is((await errorOf(odd.client.request({ path: "/" }))).code, "BAD_RESPONSE");
  assert.throws(
    () => createClient({ url: "ftp://x" }),
    (error: TraderError) => error.code === "BAD_CONFIG",
  );
});

test("nonces follow the clock, never repeat in a burst, never fall below what the exchange has seen", () => {
  let seconds = 1_735_689_600 + 1000;
  const now = () => seconds * 1000;
  const nonces = new NonceSource({ now, from: 0 });
  assert.equal([nonces.next(), nonces.next(), nonces.next()], [1000, 1001, 1002]);
  seconds += 1;
  assert.is(nonces.next(), 1003);
  // A restart that remembers nothing: the account's window shows the burst.
  const restarted = new NonceSource({ now, from: 1004 });
  assert.is(restarted.next(), 1004);
  restarted.observe(500);
  assert.is(restarted.next(), 1005);
  restarted.observe(2000);
  assert.is(restarted.next(), 2000);
  seconds += 5000;
  assert.is(restarted.next(), 6001);
});

test("a clock before 2025 does not go below zero; after 2^32 nonces there is an end", () => {
  assert.is(new NonceSource({ now: () => 0, from: 0 }).next(), 0);
  const last = new NonceSource({ now: () => 0, from: 2 ** 32 - 1 });
  assert.is(last.next(), 2 ** 32 - 1);
  assert.throws(
    () => last.next(),
    (error: TraderError) => error.code === "NONCES_EXHAUSTED",
  );
});

test("slots: lowest free first, released ones again, an end when all are taken", () => {
  const slots = new SlotAllocator({ taken: [0, 1, 3], slots: 5 });
  assert.equal([slots.take(), slots.take()], [2, 4]);
  assert.throws(
    () => slots.take(),
    (error: TraderError) => error.code === "NO_FREE_SLOT",
  );
  slots.release(1);
  slots.occupy(1);
  assert.throws(
    () => slots.take(),
    (error: TraderError) => error.code === "NO_FREE_SLOT",
  );
  slots.release(3);
  assert.is(slots.take(), 3);
});

test.run();
