/** Whole batches are read in small parts, one at a time, with pauses: whoever asks for many slows down nobody but himself. */
import { setImmediate } from "node:timers/promises";
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { HeavyReads } from "../../sequencer/api/heavy-reads.ts";
import {
  BATCHES_PER_SLICE,
  HEAVY_REST_FACTOR,
  MAX_HEAVY_READS,
  MAX_HEAVY_REST_MS,
  MAX_PAGE,
} from "../../sequencer/api/limits.ts";
import { batchViewOf, fakeNode, jobOf, oneJob, partsOf } from "./fake-node.ts";
import { localServer } from "./local-server.ts";

const test = suite("heavy reads");

/** Batches that are read when somebody lets them. */
class HeldBatches {
  readonly waiting: (() => void)[] = [];
  read = 0;
  isHolding = true;

  wait = async (): Promise<void> => {
    this.read += 1;
    if (this.isHolding) await new Promise<void>((go) => this.waiting.push(go));
  };

  letGo(): void {
    this.isHolding = false;
    for (const go of this.waiting.splice(0)) go();
  }
}

const nodeOf = (held: HeldBatches) =>
  fakeNode({
    latestBatch: () => 500,
    batchView: async (number) => {
      await held.wait();
      return batchViewOf(number, [], { state: "waiting" });
    },
    jobs: { ...oneJob(), job: async (number) => jobOf(batchViewOf(number, [], { state: "waiting" })) },
  });

async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error("it never came");
    await setImmediate();
  }
}

test("a page of many batches is read in slices, and has all of them in their order", async () => {
  const held = new HeldBatches();
  const server = await localServer(partsOf(nodeOf(held)));
  try {
    const page = server.ask("GET", `/v1/batches?from=7&limit=${MAX_PAGE}`);
    await until(() => held.waiting.length > 0);
    is(held.waiting.length, BATCHES_PER_SLICE);
    held.letGo();
    const { body } = await page;
    equal(
      body.batches.map(({ number }: { number: number }) => number),
      Array.from({ length: MAX_PAGE }, (_, i) => 7 + i),
    );
    is(body.next, 7 + MAX_PAGE);
    is((await server.ask("GET", "/v1/batches?from=500")).body.batches.length, 1);
    equal((await server.ask("GET", "/v1/batches?from=501")).body, { batches: [], next: 501 });
  } finally {
    await server.close();
  }
});

test("one is at work, some wait, all others are told to come back; what is cheap goes on", async () => {
  const held = new HeldBatches();
  const server = await localServer(partsOf(nodeOf(held)));
  try {
    const asked = Array.from({ length: MAX_HEAVY_READS + 3 }, (_, i) =>
      server.ask("GET", i % 2 === 0 ? "/v1/batches/1/data" : "/v1/batches?limit=1"),
    );
    const busy = await Promise.any(asked);
    equal([busy.status, busy.body.error.code, busy.headers.get("retry-after")], [429, "busy", "1"]);
    is((await server.ask("GET", "/v1/markets/0/book")).status, 200);
    is(held.read, 1);
    held.letGo();
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    is(statuses.filter((status) => status === 200).length, MAX_HEAVY_READS);
    is((await server.ask("GET", "/v1/batches/1/data")).status, 200, "there is room again");
  } finally {
    await server.close();
  }
});

test("after each part the thread is free for several times as long, though not for ever; a read that fails holds up nobody", async () => {
  let nowMs = 1000;
  const heavy = new HeavyReads(() => nowMs);
  const begun: number[] = [];
  const taking = (ms: number) => async () => {
    begun.push(performance.now());
    nowMs += ms;
  };
  const failed = heavy.read([
    async () => {
      nowMs += 2;
      throw new Error("damaged");
    },
  ]);
  const done = heavy.read([taking(10), taking(1_000_000), taking(0)]);
  is(await failed.catch(({ message }: Error) => message), "damaged");
  await done;
  // Node's timers may come a millisecond early.
  ok(begun[1]! - begun[0]! >= 10 * HEAVY_REST_FACTOR - 2);
  const longest = begun[2]! - begun[1]!;
  ok(longest >= MAX_HEAVY_REST_MS - 2 && longest < 1_000_000, String(longest));
});

test.run();
