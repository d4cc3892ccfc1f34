/** Price sources: exact scaling, JSON pointers, files, and a real HTTP server that does not behave. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ticksOf } from "../../sequencer/oracle/decimal.ts";
import { fileSource } from "../../sequencer/oracle/file-source.ts";
import { httpSource } from "../../sequencer/oracle/http-source.ts";
import { atPointer } from "../../sequencer/oracle/json-pointer.ts";
import { fixedSource, walkPrice, walkSource } from "../../sequencer/oracle/test-source.ts";
import { Random, testSeed } from "../generate/random.ts";

test("prices become ticks exactly, the nearest, halves up", () => {
  for (const [price, scale, ticks] of [
    ["2000.53", "100", 200053],
    [2000.53, "100", 200053],
    ["0.1", "10", 1],
    ["1.005", "100", 101],
    ["1.0049999999999999999999999", "100", 100],
    ["1e3", "1", 1000],
    [1e21, "1e-18", 1000],
    ["25E-1", "2", 5],
    ["4294967295", "1", 4294967295],
    ["0.5", "1", 1],
    [7, "0.5", 4],
  ] as const)
    assert.is(ticksOf(price, scale), ticks, `${price} * ${scale}`);
});

test("what is no price is none", () => {
  for (const price of [
    "0",
    "0.49",
    "-1",
    "+1",
    "",
    " 1",
    "1 ",
    "1,5",
    "1.",
    ".5",
    "0x10",
    "NaN",
    "Infinity",
    "1e400",
    `1${"0".repeat(64)}`,
    "4294967295.5",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -5,
    null,
    true,
    {},
    ["1"],
  ])
    assert.is(ticksOf(price, "1"), undefined, JSON.stringify(price));
  assert.is(ticksOf("1", "x"), undefined);
});

test("JSON pointers as RFC 6901 has them", () => {
  const document = { foo: ["bar", { "": 1 }], "a/b": 2, "m~n": 3, "~1": 4, " ": 5, "": 6 };
  for (const [pointer, value] of [
    ["", document],
    ["/foo/0", "bar"],
    ["/foo/1/", 1],
    ["/a~1b", 2],
    ["/m~0n", 3],
    ["/~01", 4],
    ["/ ", 5],
    ["/", 6],
  ] as const)
    assert.equal(atPointer(document, pointer), value, pointer);
  for (const nowhere of [
    "/foo/2",
    "/foo/00",
    "/foo/-",
    "/foo/length",
    "/toString",
    "/__proto__",
    "/foo/0/x",
    "/x/y",
  ])
    assert.is(atPointer(document, nowhere), undefined, nowhere);
  for (const bad of ["foo", "/~2", "/~"]) assert.throws(() => atPointer(document, bad), /no JSON pointer/);
});

test("a wrong setting is told at once", () => {
  const good = { url: "http://127.0.0.1/", pointer: "/price", scale: "100" };
  assert.throws(() => httpSource({ ...good, pointer: "price" }), /pointer/);
  assert.throws(() => httpSource({ ...good, scale: "-1" }), /scale/);
  assert.throws(() => httpSource({ ...good, url: "nowhere" }), /URL/);
  assert.throws(() => fileSource({ ...good, path: "x", pointer: "price" }), /pointer/);
});

/** Runs with a server and the address of its pages. */
async function serving(listener: RequestListener, run: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const place = { pointer: "/data/0/price", scale: "100" };
const good = JSON.stringify({ data: [{ price: "2000.53" }] });

test("a page that behaves", async () => {
  let accepted: string | undefined;
  const listener: RequestListener = (request, response) => {
    accepted = request.headers.accept;
    response.end(good);
  };
  await serving(listener, async (url) => {
    const source = httpSource({ url, ...place });
    assert.equal(await source.read(0), { price: 200053 });
    assert.is(accepted, "application/json");
    assert.is(source.name, new URL(url).host);
  });
});

test("pages that do not", async () => {
  const huge = Buffer.alloc(5000, 32);
  const pages: Record<string, RequestListener> = {
    "/silent": () => undefined,
    "/drips": (_, response) => void response.writeHead(200).write("{"),
    "/huge": (_, response) => response.end(Buffer.concat([Buffer.from(good), huge])),
    "/endless": (_, response) => {
      const more = (): void => {
        while (response.write(huge));
        response.once("drain", more);
      };
      more();
    },
    "/bomb": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(huge)),
    "/notJson": (_, response) => response.end("<html>"),
    "/empty": (_, response) => response.end(),
    "/notUtf8": (_, response) => response.end(Buffer.from([0x22, 0xff, 0x22])),
    "/nothing": (_, response) => response.end('{"data":[]}'),
    "/null": (_, response) => response.end('{"data":[{"price":null}]}'),
    "/noPrice": (_, response) => response.end('{"data":[{"price":"soon"}]}'),
    "/error": (_, response) => response.writeHead(500).end(good),
    "/created": (_, response) => response.writeHead(201).end(good),
    "/redirect": (_, response) => response.writeHead(302, { location: "/" }).end(good),
    "/broken": (_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{");
      response.socket!.destroy();
    },
    "/": (_, response) => response.end(good),
  };
  const listener: RequestListener = (request, response) => pages[request.url!]!(request, response);
  await serving(listener, async (url) => {
    const read = (path: string) =>
      httpSource({ url: url + path, ...place, timeoutMs: 60_000, maxBytes: 4000 }).read(0);
    const late = (path: string) => httpSource({ url: url + path, ...place, timeoutMs: 50 }).read(0);
    assert.equal(await late("/silent"), { fault: "timeout" });
    assert.equal(await late("/drips"), { fault: "timeout" });
    for (const path of ["/huge", "/endless", "/bomb"])
      assert.equal(await read(path), { fault: "tooLarge" }, path);
    for (const path of ["/notJson", "/empty", "/notUtf8"])
      assert.equal(await read(path), { fault: "notJson" }, path);
    for (const path of ["/nothing", "/null"]) assert.equal(await read(path), { fault: "noValue" }, path);
    assert.equal(await read("/noPrice"), { fault: "noPrice" });
    for (const path of ["/error", "/created", "/redirect"])
      assert.equal(await read(path), { fault: "badStatus" }, path);
    assert.equal(await read("/broken"), { fault: "unreachable" });
    assert.equal(await read("/"), { price: 200053 });
  });
});

test("nobody listens", async () => {
  let gone = "";
  await serving(
    () => undefined,
    async (url) => {
      gone = url;
    },
  );
  assert.equal(await httpSource({ url: gone, ...place }).read(0), { fault: "unreachable" });
});

test("a file, read anew each time", async () => {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-oracle-"));
  try {
    const path = join(folder, "prices.json");
    const source = fileSource({ path, pointer: "/1", scale: "1", maxBytes: 20 });
    assert.equal(await source.read(0), { fault: "unreachable" });
    await writeFile(path, "[1, 2]");
    assert.equal(await source.read(0), { price: 2 });
    await writeFile(path, "[1, 3]");
    assert.equal(await source.read(0), { price: 3 });
    await writeFile(path, "[1]");
    assert.equal(await source.read(0), { fault: "noValue" });
    await writeFile(path, "[1, 3]".padEnd(20));
    assert.equal(await source.read(0), { price: 3 });
    await writeFile(path, "[1, 3]".padEnd(21));
    assert.equal(await source.read(0), { fault: "tooLarge" });
    assert.equal(await fileSource({ path: folder, pointer: "", scale: "1" }).read(0), {
      fault: "unreachable",
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a walk is a function of time, stays in its band and moves", async () => {
  const seed = testSeed("walk");
  const random = new Random(seed);
  const options = { seed: String(seed), price: 10_000, width: 500, periodMs: 60_000 };
  const seen = new Set<number>();
  for (let round = 0; round < 200; round++) {
    const nowMs = 1_700_000_000_000 + random.below(2 ** 31);
    const price = walkPrice(options, nowMs);
    assert.ok(price >= 9_500 && price <= 10_500, `${price}`);
    // A band's width per period at most, and a tick of rounding.
    assert.ok(Math.abs(walkPrice(options, nowMs + 600) - price) <= 11, "no jumps");
    seen.add(price);
    assert.equal(await walkSource(options).read(nowMs), { price });
  }
  assert.ok(seen.size > 20);
  assert.equal(await fixedSource(7).read(0), { price: 7 });
});

test.run();
