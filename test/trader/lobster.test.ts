import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LevelReading } from "../../trader/replay/level-reading.ts";
import { parseBookRow } from "../../trader/replay/lobster-book.ts";
import { type LobsterMessage, parseMessage } from "../../trader/replay/lobster-message.ts";
import { type Line, readLines, splitLines } from "../../trader/replay/read-lines.ts";
import { ReplayError } from "../../trader/replay/replay-error.ts";
import type { ReplayOrder } from "../../trader/replay/replay-order.ts";
import { ReplayPlan } from "../../trader/replay/replay-plan.ts";

const plan = (): ReplayPlan => new ReplayPlan({ owners: 3, slotsPerOwner: 4 });
const message = (text: string, number = 1): LobsterMessage => parseMessage({ number, text });
const translate = (to: ReplayPlan, ...lines: string[]): ReplayOrder[] =>
  lines.flatMap((text, i) => to.translate(message(text, i + 1)));

async function linesOf(...pieces: string[]): Promise<Line[]> {
  async function* source(): AsyncGenerator<string> {
    yield* pieces;
  }
  const lines: Line[] = [];
  for await (const line of splitLines(source())) lines.push(line);
  return lines;
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ReplayError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing thrown";
}

test("reads a message", () => {
  assert.equal(message("34200.18960767,1,11885113,21,2238100,-1", 7), {
    line: 7,
    time: "34200.18960767",
    type: 1,
    id: "11885113",
    size: 21,
    price: 2238100,
    side: "sell",
  });
});

test("names the line that is not a message", () => {
  for (const bad of [
    "",
    "a,b",
    "1.5,9,1,1,100,1",
    "1.5,1,1,1,100,2",
    "1.5,1,1,-5,100,1",
    "1.5,1,1,1,0,1",
    "1,1,1,1,1e2,1",
  ])
    assert.match(
      codeOf(() => message(bad, 41)),
      /^BAD_LINE: line 41 /,
      bad,
    );
});

test("takes a halt with its odd columns", () => {
  assert.is(message("35000.1,7,0,0,-1,-1").type, 7);
});

test("splits lines over piece borders, with LF and CRLF, with and without an end", async () => {
  assert.equal(await linesOf("ab\r", "\ncd\ne", "f"), [
    { number: 1, text: "ab" },
    { number: 2, text: "cd" },
    { number: 3, text: "ef" },
  ]);
  assert.equal(await linesOf("a\n"), [{ number: 1, text: "a" }]);
  assert.equal(await linesOf(""), []);
});

test("refuses a line without an end before it fills the memory", async () => {
  let thrown: unknown;
  await linesOf("x\n", "y".repeat(5000)).catch((error) => {
    thrown = error;
  });
  assert.match(String(thrown), /line 2 is longer than/);
});

test("names a file that cannot be read", async () => {
  let thrown: unknown;
  try {
    for await (const _ of readLines("/no/such/file.csv"));
  } catch (error) {
    thrown = error;
  }
  assert.is((thrown as ReplayError).code, "BAD_FILE");
});

test("reads the seed row by sides, without the levels that do not exist", () => {
  const levels = parseBookRow({ number: 1, text: "2239500,100,2231800,90,9999999999,0,-9999999999,0" });
  assert.equal(levels, [
    { side: "sell", price: 2239500, size: 100 },
    { side: "buy", price: 2231800, size: 90 },
  ]);
  assert.match(
    codeOf(() => parseBookRow({ number: 1, text: "1,2,3" })),
    /^BAD_LINE/,
  );
});

test("an order, its partial cancellation and its deletion", () => {
  const to = plan();
  assert.equal(translate(to, "1.0,1,10,100,2238100,1"), [
    { kind: "place", owner: 0, slot: 0, side: "buy", price: 22381, size: 100 },
  ]);
  assert.equal(translate(to, "1.1,2,10,30,2238100,1"), [
    { kind: "cancel", owner: 0, slot: 0 },
    { kind: "place", owner: 1, slot: 0, side: "buy", price: 22381, size: 70 },
  ]);
  assert.equal(translate(to, "1.2,3,10,70,2238100,1"), [{ kind: "cancel", owner: 1, slot: 0 }]);
});

test("an execution becomes a taker on the other side, at the price of the resting order", () => {
  const to = plan();
  translate(to, "1.0,1,10,100,2238100,-1");
  assert.equal(translate(to, "1.1,4,10,40,2238100,-1"), [
    { kind: "take", side: "buy", price: 22381, size: 40 },
  ]);
  assert.equal(translate(to, "1.2,3,10,60,2238100,-1"), [{ kind: "cancel", owner: 0, slot: 0 }]);
});

test("hidden executions, unknown ids and prices between ticks are skipped and counted", () => {
  const to = plan();
  const orders = translate(
    to,
    "1.0,5,0,100,2238150,1",
    "1.1,3,99,100,2238100,1",
    "1.2,1,11,100,2238150,1",
    "1.3,7,0,0,-1,-1",
  );
  assert.equal(orders, []);
  assert.equal(to.skipped, { hidden: 2, unknown: 1, offTick: 1 });
});

test("an unknown id at a seeded price takes from the seed, no more than it holds", () => {
  const to = plan();
  to.seed([{ side: "buy", price: 2238100, size: 50 }]);
  assert.equal(translate(to, "1.0,4,77,30,2238100,1"), [
    { kind: "take", side: "sell", price: 22381, size: 30 },
  ]);
  assert.equal(translate(to, "1.1,3,78,90,2238100,1"), [{ kind: "cancel", owner: 0, slot: 0 }]);
  assert.equal(translate(to, "1.2,3,79,90,2238100,1"), []);
  assert.is(to.skipped.unknown, 1);
});

test("a new order clears what the real book cannot hold any more", () => {
  const to = plan();
  translate(to, "1.0,1,10,100,2238100,-1", "1.1,1,11,100,2238300,-1");
  assert.equal(translate(to, "1.2,1,12,5,2238200,1"), [
    { kind: "cancel", owner: 0, slot: 0 },
    { kind: "place", owner: 2, slot: 0, side: "buy", price: 22382, size: 5 },
  ]);
  assert.is(to.stale, 1);
});

test("deletion of an order that lost its place to a partial cancellation keeps the price's total right", () => {
  const to = plan();
  translate(to, "1.0,1,10,100,2238100,1", "1.1,1,11,60,2238100,1");
  // Order 10 goes behind order 11, so the execution of 10 hits 11.
  translate(to, "1.2,2,10,50,2238100,1", "1.3,4,10,50,2238100,1");
  // Of order 11's claim of 60 only 10 lie in its own order; the other 50 lie in 10's.
  const orders = translate(to, "1.4,3,11,60,2238100,1");
  assert.equal(
    orders.map(({ kind }) => kind),
    ["cancel", "cancel"],
  );
});

test("says so when the accounts have no slot left", () => {
  const to = new ReplayPlan({ owners: 1, slotsPerOwner: 1 });
  translate(to, "1.0,1,10,100,2238100,1");
  assert.match(
    codeOf(() => translate(to, "1.1,1,11,100,2238000,1")),
    /^SLOTS_EXHAUSTED/,
  );
});

/** Plays a plan's orders on the simplest book there is. */
class PlainBook {
  private readonly orders: { name: string; side: string; price: number; size: number }[] = [];

  apply(order: ReplayOrder): void {
    if (order.kind === "place") {
      this.orders.push({ ...order, name: `${order.owner}.${order.slot}` });
      return;
    }
    if (order.kind === "cancel") {
      const at = this.orders.findIndex(({ name }) => name === `${order.owner}.${order.slot}`);
      if (at === -1) throw new Error("cancel of nothing");
      this.orders.splice(at, 1);
      return;
    }
    let left = order.size;
    while (left > 0) {
      const makers = this.orders.filter(({ side }) => side !== order.side);
      const best = makers.reduce((a, b) =>
        (order.side === "buy" ? b.price < a.price : b.price > a.price) ? b : a,
      );
      if (best.price !== order.price) throw new Error(`taker at ${order.price} meets ${best.price}`);
      const size = Math.min(left, best.size);
      best.size -= size;
      left -= size;
      if (best.size === 0) this.orders.splice(this.orders.indexOf(best), 1);
    }
  }

  levels(side: string): [number, number][] {
    const levels = new Map<number, number>();
    for (const order of this.orders)
      if (order.side === side) levels.set(order.price, (levels.get(order.price) ?? 0) + order.size);
    return [...levels].sort(([a], [b]) => a - b);
  }
}

const REAL = process.env.LOBSTER_FILE ?? "../shared/data/lobster/AMZN_2012-06-21_message_5.csv";

test("both readings of a real stretch agree at every hundredth message", async () => {
  if (!existsSync(REAL)) {
    console.log(`  skipped: ${REAL} is not here (set LOBSTER_FILE)`);
    return;
  }
  const to = new ReplayPlan({ owners: 7, slotsPerOwner: 256 });
  const reading = new LevelReading();
  const book = new PlainBook();
  for await (const line of readLines(REAL)) {
    if (line.number > 6000) break;
    const read = parseMessage(line);
    reading.read(read);
    for (const order of to.translate(read)) book.apply(order);
    if (line.number % 100 !== 0) continue;
    for (const side of ["buy", "sell"] as const)
      assert.equal(
        book.levels(side),
        [...reading.levels()[side]].sort(([a], [b]) => a - b),
        `${side}, line ${line.number}`,
      );
  }
  assert.ok(to.skipped.hidden > 0);
});

test.run();
