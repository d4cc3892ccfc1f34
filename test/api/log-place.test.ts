/** Reads of a certain age: an answer says how far its node is, and a read waits for the place that it demands. */
import { suite } from "uvu";
import { equal, is } from "uvu/assert";
import { AT_LEAST_HEADER, SEQUENCE_HEADER } from "../../sequencer/api/log-place.ts";
import { fakeNode, partsOf } from "./fake-node.ts";
import { type LocalServer, localServer } from "./local-server.ts";

const ORDER = {
  market: 0,
  side: 0,
  reduceOnly: false,
  price: 5000,
  size: 2,
  filled: 0,
  remaining: 2,
  expiry: 0,
  state: "open",
  word: 9,
} as const;

const test = suite("the place of the log");
let stored = 9;
let written = Promise.resolve();
let server: LocalServer;

test.before(async () => {
  const order = { ...ORDER, account: 1, slot: 3 };
  const node = fakeNode({ written: () => written, order: async () => order });
  Object.defineProperty(node, "stored", { get: () => stored });
  server = await localServer(partsOf(node));
});
test.after(async () => await server.close());

const read = (path: string, atLeast: string) =>
  server.ask("GET", path, undefined, { [AT_LEAST_HEADER]: atLeast });

test("every answer says how far the node is, refusals as well", async () => {
  for (const path of ["/v1/markets/0/book", "/v1/markets/7/book"])
    is((await read(path, "0")).headers.get(SEQUENCE_HEADER), "9");
});

test("what was executed is answered at once, what was not is waited for", async () => {
  is((await read("/v1/markets/0/book", "9")).status, 200);
  const waiting = read("/v1/markets/0/book", "10");
  const answered = await Promise.race([waiting, read("/v1/markets", "9")]);
  is(answered.body.markets.length, 1, "the one that needs more came first");
  stored = 10;
  const { status, headers } = await waiting;
  equal([status, headers.get(SEQUENCE_HEADER)], [200, "10"]);
});

test("a node that does not get there says so", async () => {
  const { status, body, headers } = await read("/v1/accounts/1", "11");
  is(status, 503);
  equal([body.error.code, body.error.sequence, body.error.atLeast], ["behind", 10, 11]);
  is(headers.get("retry-after"), "1");
});

const LIVE = [
  "/v1/exchange",
  "/v1/markets",
  "/v1/markets/0/book",
  "/v1/accounts/1",
  "/v1/accounts/by-owner/77",
  "/v1/orders/1/3",
];

test("what is seen ahead of the disk is told when it is there, with that place; what lies on disk is told at once", async () => {
  let isWritten = (): void => undefined;
  written = new Promise<void>((resolve) => {
    isWritten = resolve;
  });
  const told: string[] = [];
  const waiting = LIVE.map(async (path) => {
    const answer = await server.ask("GET", path);
    told.push(path);
    return answer;
  });
  for (const path of ["/v1/fills", "/v1/health"])
    is((await server.ask("GET", path)).headers.get(SEQUENCE_HEADER), "10");
  equal(told, []);
  stored = 12;
  isWritten();
  for (const { status, headers } of await Promise.all(waiting))
    equal([status, headers.get(SEQUENCE_HEADER)], [200, "12"]);
});

test("what will never be on disk is never told", async () => {
  written = Promise.reject(new Error("the disk is full"));
  written.catch(() => undefined);
  for (const path of LIVE) is((await server.ask("GET", path)).body.error.code, "behind", path);
  is((await server.ask("GET", "/v1/fills")).status, 200);
  written = Promise.resolve();
});

test("health is told whatever is demanded; a demand that is no place is refused", async () => {
  is((await read("/v1/health", "99")).status, 200);
  for (const wrong of ["-1", "1.5", "x", "9999999999999999", "1,2"])
    is((await read("/v1/markets", wrong)).body.error?.code, "malformed", wrong);
});

test.run();
