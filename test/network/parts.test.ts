/** The parts of the network that need no socket: frames, queue, budgets, conduct, addresses, yamux headers. */
import { concatBytes } from "@noble/hashes/utils.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseValidator } from "../../sequencer/network/addresses.ts";
import { Conduct, CutList, OFFENCES } from "../../sequencer/network/conduct.ts";
import { FrameReader, frameOf } from "../../sequencer/network/frames.ts";
import { ALL_LANES, LANES, type Lane, REQUESTS_LANE } from "../../sequencer/network/lanes.ts";
import { peerIdOf } from "../../sequencer/network/libp2p-node.ts";
import {
  CUT_SCORE,
  MAX_CUT_MS,
  MAX_CUTS,
  MAX_REDIAL_MS,
  MIN_CUT_MS,
  MIN_REDIAL_MS,
  MUXER_BUDGET,
  STREAM_WINDOW_BYTES,
} from "../../sequencer/network/limits.ts";
import { redialMs } from "../../sequencer/network/redial.ts";
import { SendQueue } from "../../sequencer/network/send-queue.ts";
import { TokenBucket } from "../../sequencer/network/token-bucket.ts";
import { YamuxHeaders } from "../../sequencer/network/yamux-guard.ts";
import { Random } from "../generate/random.ts";
import { ManualClock } from "./manual-clock.ts";
import { randomBytes } from "./random-messages.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);

// ---- Frames

test("frames come out as they went in, however the stream is cut", () => {
  const random = new Random(seed);
  for (let run = 0; run < 30; run++) {
    const sent = Array.from({ length: random.between(1, 12) }, () => {
      const lane = random.pick(ALL_LANES);
      const length = Math.min(random.pick([0, 1, 5, 300, 9000]), LANES[lane].maxFrameBytes);
      return { lane, body: randomBytes(random, length) };
    });
    const bytes = concatBytes(...sent.map(({ lane, body }) => frameOf(lane, body)));
    const reader = new FrameReader();
    const received: { lane: Lane; body: Uint8Array }[] = [];
    for (let at = 0; at < bytes.length; ) {
      const to = at + random.pick([1, 3, 100, 5000, 65536]);
      const fault = reader.push(bytes.subarray(at, to), (lane, body) => {
        received.push({ lane, body: new Uint8Array(body) });
      });
      assert.is(fault, null);
      at = to;
    }
    assert.equal(received, sent, `SEED=${seed}`);
    assert.not(reader.isPartial);
  }
});

const readAll = (bytes: Uint8Array) => new FrameReader().push(bytes, () => {});

test("a frame of an unknown lane, or too long for its lane, is a fault before its body comes", () => {
  for (const lane of ALL_LANES) {
    const { maxFrameBytes } = LANES[lane];
    assert.is(readAll(frameOf(lane, new Uint8Array(maxFrameBytes))), null);
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, lane * 2 ** 24 + maxFrameBytes + 1);
    assert.is(readAll(header), "oversizedFrame");
    assert.throws(() => frameOf(lane, new Uint8Array(maxFrameBytes + 1)), /a frame of/);
  }
  assert.is(readAll(Uint8Array.of(ALL_LANES.length, 0, 0, 0)), "unknownLane");
});

test("announcing a large frame reserves nothing; single bytes are held without waste", () => {
  const reader = new FrameReader();
  assert.is(
    reader.push(Uint8Array.of(2, 0x80, 0, 0), () => {}),
    null,
  );
  assert.ok(reader.isPartial);
  assert.is(reader.heldBytes, 0);
  for (let i = 0; i < 10_000; i++) reader.push(Uint8Array.of(7), () => {});
  assert.ok(reader.heldBytes <= 20_000, `${reader.heldBytes}`);
});

// ---- Queue

const sized = (bytes: number, mark = 0): Uint8Array => new Uint8Array(bytes).fill(mark);
const MIB = 2 ** 20;

test("votes leave first, then proposals, blocks, requests", () => {
  const queue = new SendQueue(20 * MIB);
  for (const lane of ALL_LANES.toReversed()) queue.put(lane, sized(2, lane), 0);
  assert.equal(
    [...queue.take(100)!],
    ALL_LANES.flatMap((lane) => [lane, lane]),
  );
  assert.is(queue.take(100), null);
  assert.is(queue.bytes, 0);
});

test("what began to leave is finished before anything else, unless the stream is a new one", () => {
  const queue = new SendQueue(20 * MIB);
  queue.put(2, sized(10, 2), 0);
  assert.equal([...queue.take(4)!], [2, 2, 2, 2]);
  queue.put(0, sized(1, 9), 0);
  assert.equal([...queue.take(4)!], [2, 2, 2, 2]);
  assert.equal([...queue.take(4)!], [2, 2, 9]);
  queue.put(2, sized(10, 2), 0);
  queue.take(4);
  queue.restart();
  assert.is(queue.take(4), null);
});

test("a full queue gives up requests, then blocks, then proposals, and votes for newer votes only", () => {
  const queue = new SendQueue(10 * MIB);
  const isDropped = (expected: readonly number[], why?: string): void =>
    assert.equal(
      ([0, 1, 2, REQUESTS_LANE] as const).map((lane) => queue.dropped[lane]),
      expected,
      why,
    );
  for (let i = 0; i < 3; i++) queue.put(0, sized(MIB), 0);
  for (let i = 0; i < 3; i++) queue.put(1, sized(MIB), 0);
  for (let i = 0; i < 2; i++) queue.put(2, sized(MIB), 0);
  for (let i = 0; i < 2; i++) queue.put(REQUESTS_LANE, sized(MIB), 0);
  isDropped([0, 0, 0, 0]);
  queue.put(2, sized(MIB), 0);
  isDropped([0, 0, 0, 1]);
  queue.put(1, sized(2 * MIB), 0);
  isDropped([0, 0, 1, 2]);
  queue.put(REQUESTS_LANE, sized(MIB), 0);
  isDropped([0, 0, 1, 3], "a request moves nothing but requests");
  for (let i = 0; i < 4; i++) queue.put(0, sized(MIB), 0);
  isDropped([3, 0, 2, 3], "votes have a bound of their own");
  assert.ok(queue.bytes <= 10 * MIB);
});

test("a flood of any lane stays within the bounds", () => {
  const random = new Random(seed);
  const queue = new SendQueue(20 * MIB);
  let put = 0;
  let bytesTaken = 0;
  for (let i = 0; i < 20_000; i++) {
    const lane = random.pick(ALL_LANES);
    queue.put(lane, sized(random.between(1, LANES[lane].maxFrameBytes >> 8)), 0);
    put += 1;
    assert.ok(queue.bytes <= 20 * MIB, `SEED=${seed}`);
  }
  const dropped = queue.dropped.reduce((sum, count) => sum + count);
  assert.is(queue.frames + dropped, put, `SEED=${seed}`);
  const { bytes } = queue;
  for (let chunk = queue.take(65536); chunk !== null; chunk = queue.take(65536)) bytesTaken += chunk.length;
  assert.is(bytesTaken, bytes);
});

test("old frames expire", () => {
  const queue = new SendQueue(20 * MIB);
  queue.put(0, sized(1, 1), 100);
  queue.put(0, sized(1, 2), 200);
  queue.put(REQUESTS_LANE, sized(1, 3), 150);
  queue.expire(200);
  assert.equal([...queue.take(10)!], [2]);
  assert.is(queue.dropped[0], 1);
  assert.is(queue.dropped[REQUESTS_LANE], 1);
});

// ---- Budgets and conduct

test("a bucket gives its capacity at once and then its rate; time that runs backwards gives nothing", () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(10, 2, clock);
  assert.ok(bucket.take(10));
  assert.not(bucket.take(1));
  clock.advance(500);
  assert.ok(bucket.take(1));
  assert.not(bucket.take(1));
  clock.advance(-10_000);
  assert.not(bucket.take(1));
  clock.advance(3_600_000);
  assert.ok(bucket.take(10));
  assert.not(bucket.take(1));
});

test("offences add up, are forgiven with time, and cut off at the score", () => {
  const clock = new ManualClock();
  const conduct = new Conduct(clock);
  assert.not(conduct.add("undecodable"));
  assert.not(conduct.add("undecodable"));
  clock.advance(2 * OFFENCES.undecodable * 1000);
  assert.is(conduct.score, 0);
  let added = 1;
  while (!conduct.add("overBudget")) added += 1;
  assert.is(added, CUT_SCORE);
  assert.is(conduct.score, 0, "the account begins anew");
  assert.ok(conduct.add("oversizedFrame"));
  assert.is(conduct.counts.oversizedFrame, 1);
});

test("cuts grow, are bounded in time and number, and are forgotten", () => {
  const clock = new ManualClock();
  const cuts = new CutList(clock);
  assert.is(cuts.add("a"), MIN_CUT_MS);
  assert.is(cuts.leftMs("a"), MIN_CUT_MS);
  assert.is(cuts.leftMs("b"), 0);
  clock.advance(MIN_CUT_MS);
  assert.is(cuts.leftMs("a"), 0);
  assert.is(cuts.add("a"), 2 * MIN_CUT_MS);
  for (let i = 0; i < 60; i++) cuts.add("a");
  assert.is(cuts.leftMs("a"), MAX_CUT_MS);
  clock.advance(2 * MAX_CUT_MS + 1);
  assert.is(cuts.add("a"), MIN_CUT_MS);
  for (let i = 0; i < MAX_CUTS; i++) cuts.add(`other ${i}`);
  assert.is(cuts.leftMs("a"), 0);
  assert.ok(cuts.leftMs("other 0") > 0);
});

test("pauses between attempts double up to a bound and are spread over half of it", () => {
  assert.is(redialMs(0, 1), MIN_REDIAL_MS);
  assert.is(redialMs(0, 0), MIN_REDIAL_MS / 2);
  assert.is(redialMs(2, 1), 4 * MIN_REDIAL_MS);
  assert.is(redialMs(1000, 1), MAX_REDIAL_MS);
});

// ---- Addresses

test("addresses that are no TCP addresses of the peer itself are left out", async () => {
  const peerId = await peerIdOf(new Uint8Array(32).fill(1));
  const other = await peerIdOf(new Uint8Array(32).fill(2));
  const parse = (multiaddrs: string[]) =>
    parseValidator({ address: "0xaa", peerId, multiaddrs })?.multiaddrs.map(String);
  assert.equal(parse(["/ip4/127.0.0.1/tcp/1", `/dns4/example.org/tcp/2/p2p/${peerId}`]), [
    `/ip4/127.0.0.1/tcp/1/p2p/${peerId}`,
    `/dns4/example.org/tcp/2/p2p/${peerId}`,
  ]);
  for (const wrong of [
    "nonsense",
    "/ip4/127.0.0.1/udp/1",
    "/unix/tmp%2Fsocket",
    `/ip4/127.0.0.1/tcp/1/p2p/${other}`,
    `/ip4/127.0.0.1/tcp/1/p2p/${other}/p2p-circuit/p2p/${peerId}`,
    "/dnsaddr/example.org",
  ])
    assert.equal(parse([wrong]), [], wrong);
  assert.is(parse(Array.from({ length: 9 }, (_, i) => `/ip4/127.0.0.1/tcp/${i + 1}`))?.length, 4);
  assert.is(parseValidator({ address: "0xaa", peerId: "nobody", multiaddrs: [] }), null);
});

// ---- Yamux

const yamuxHeader = (type: number, length: number): Uint8Array => {
  const header = new Uint8Array(12);
  header[1] = type;
  new DataView(header.buffer).setUint32(8, length);
  return header;
};

test("yamux headers are followed through any cuts; a data frame longer than a window is stopped", () => {
  const random = new Random(seed);
  const clock = new ManualClock();
  const walker = new YamuxHeaders(clock);
  const bytes = concatBytes(
    ...Array.from({ length: 200 }, () => {
      const length = random.below(500);
      return random.chance(0.5)
        ? concatBytes(yamuxHeader(0, length), randomBytes(random, length))
        : yamuxHeader(random.between(1, 3), random.bits32());
    }),
  );
  for (let at = 0; at < bytes.length; ) {
    const to = at + random.between(1, 700);
    assert.is(walker.push(bytes.subarray(at, to)), null, `SEED=${seed}`);
    at = to;
  }
  assert.is(walker.push(yamuxHeader(0, STREAM_WINDOW_BYTES)), null);
  assert.is(new YamuxHeaders(clock).push(yamuxHeader(0, STREAM_WINDOW_BYTES + 1)), "frameTooLong");
});

test("more yamux frames than the budget are stopped", () => {
  const walker = new YamuxHeaders(new ManualClock());
  const pings = concatBytes(...Array.from({ length: 1000 }, () => yamuxHeader(2, 0)));
  for (let i = 0; i < MUXER_BUDGET.burst / 1000; i++) assert.is(walker.push(pings), null);
  assert.is(walker.push(pings), "tooManyFrames");
});

test.run();
