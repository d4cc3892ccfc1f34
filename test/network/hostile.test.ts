/**
 * A validator that has lost its manners, and strangers without a key. Whatever they do, the victim keeps its memory in
 * bounds, cuts off whom it can name, and goes on talking to the others.
 */
import { connect as connectSocket, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MessageStream } from "@libp2p/interface";
import { concatBytes } from "@noble/hashes/utils.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../sequencer/consensus/messages.ts";
import { OFFENCES } from "../../sequencer/network/conduct.ts";
import { frameOf } from "../../sequencer/network/frames.ts";
import { REQUESTS_LANE } from "../../sequencer/network/lanes.ts";
import {
  CUT_SCORE,
  FORGIVEN_PER_SECOND,
  FRAME_MS,
  MAX_CONNECTIONS_PER_PEER,
  MAX_QUEUED_BYTES,
  MIN_CUT_MS,
  MUXER_BUDGET,
  STALL_MS,
  STREAM_WINDOW_BYTES,
  VALIDATOR_BUDGET,
} from "../../sequencer/network/limits.ts";
import { encodeMessage } from "../../sequencer/network/wire/message.ts";
import { MAX_PAYLOAD_BYTES } from "../../sequencer/ordering/payload-layout.ts";
import { Random } from "../generate/random.ts";
import { type Attacker, flood, openAttacker } from "./attacker.ts";
import { ManualClock } from "./manual-clock.ts";
import {
  addressAt,
  addressOf,
  closeAll,
  eventually,
  isLinked,
  linkOf,
  type Member,
  nameOf,
  openMember,
} from "./mesh.ts";
import { randomBlock, randomBytes, randomVote } from "./random-messages.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);
const random = new Random(seed);
const MIB = 2 ** 20;

const ATTACKER = 2;

interface Scene {
  readonly victim: Member;
  readonly friend: Member;
  readonly attacker: Attacker;
  /** The victim's: it stands still unless it is moved, so budgets do not refill and nothing times out by itself. */
  readonly clock: ManualClock;
}

async function inScene(play: (scene: Scene) => Promise<void>): Promise<void> {
  const clock = new ManualClock();
  const victim = await openMember(0, { clock });
  const friend = await openMember(1);
  const attacker = await openAttacker(ATTACKER);
  try {
    const validators = [addressOf(victim), addressOf(friend), await addressAt(ATTACKER, [])];
    victim.network.setPeers(validators);
    friend.network.setPeers([addressOf(victim)]);
    await eventually("victim and friend are linked", () => isLinked(friend) && linkOf(victim, 1).canSend);
    await play({ victim, friend, attacker, clock });
    await goesOn(victim, friend);
  } finally {
    await closeAll([victim, friend]);
    await attacker.close();
  }
}

const isQuestion = ({ message }: { readonly message: Message }): boolean => message.kind === "chainRequest";

/** Both ways, beside whatever happens. */
async function goesOn(victim: Member, friend: Member): Promise<void> {
  const [atVictim, atFriend] = [victim, friend].map((one) => one.messages.filter(isQuestion).length);
  victim.network.send(nameOf(1), { kind: "chainRequest", epoch: 1, fromHeight: 1 });
  friend.network.send(nameOf(0), { kind: "chainRequest", epoch: 1, fromHeight: 1 });
  await eventually(
    "victim and friend hear each other",
    () =>
      victim.messages.filter(isQuestion).length === atVictim! + 1 &&
      friend.messages.filter(isQuestion).length === atFriend! + 1,
  );
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is alive, the attackers' part included. */
function livingBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Buffers are given back some time after they are garbage. */
const keptWithin = (before: number, grownBytes: number): Promise<void> =>
  eventually(`memory grew by less than ${grownBytes}`, () => livingBytes() - before < grownBytes);

const cutsOf = (victim: Member): number => victim.network.metrics().cuts;

/** Sends as a validator would that lost its mind; it has to end with a cut and nothing heard. */
const isCutOffFor = (frames: (random: Random) => Uint8Array, repeat = 1) =>
  inScene(async ({ victim, attacker }) => {
    for (let i = 0; i < repeat; i++) {
      const stream = await attacker.openStream(victim);
      stream.send(frames(random));
      await eventually(
        "the stream ends or it was enough",
        () => stream.status !== "open" || cutsOf(victim) > 0,
      );
    }
    await eventually("cut off", () => cutsOf(victim) === 1);
    await eventually("disconnected", () => attacker.node.getConnections().length === 0);
    assert.is(victim.messages.filter((one) => one.from === nameOf(ATTACKER)).length, 0, `SEED=${seed}`);
  });

test("garbage on a stream cuts off", () =>
  isCutOffFor((random) => concatBytes(Uint8Array.of(random.between(4, 255)), randomBytes(random, 5000))));

test("a frame that is announced too long cuts off before it comes", () =>
  isCutOffFor(() => Uint8Array.of(0, 0xff, 0xff, 0xff)));

test("frames that do not decode, or are in the wrong lane, cut off after some", () =>
  isCutOffFor((random) => {
    const vote = encodeMessage({ kind: "vote", vote: randomVote(random) });
    return concatBytes(
      frameOf(0, randomBytes(random, 40).fill(0xff, 0, 1)),
      frameOf(2, vote),
      frameOf(REQUESTS_LANE, randomBytes(random, 30).fill(0xff, 0, 1)),
    );
  }));

test("a signature that the shell finds wrong counts, and cuts off after some", () =>
  inScene(async ({ victim, attacker }) => {
    await attacker.openStream(victim);
    await eventually("connected", () => linkOf(victim, ATTACKER).canReceive);
    for (let points = 0; points < CUT_SCORE; points += OFFENCES.invalidSignature)
      victim.network.misbehaved(nameOf(ATTACKER), "invalidSignature");
    await eventually("disconnected", () => attacker.node.getConnections().length === 0);
    assert.is(cutsOf(victim), 1);
  }));

test("who is cut off is refused, and let in again after the time", () =>
  inScene(async ({ victim, attacker, clock }) => {
    (await attacker.openStream(victim)).send(Uint8Array.of(99, 0, 0, 0));
    await eventually("disconnected", () => attacker.node.getConnections().length === 0);
    const { refused } = victim.network.metrics();
    await attacker.connect(victim).catch(() => {});
    await eventually("refused", () => victim.network.metrics().refused > refused);
    await eventually("no connection", () => attacker.node.getConnections().length === 0);
    clock.advance(MIN_CUT_MS);
    const stream = await attacker.openStream(victim);
    stream.send(frameOf(0, encodeMessage({ kind: "vote", vote: randomVote(random) })));
    await eventually("heard again", () => victim.messages.some((one) => one.from === nameOf(ATTACKER)));
  }));

test("a flood of valid votes is heard up to the budget, then dropped, then cut off", () =>
  inScene(async ({ victim, attacker }) => {
    const frame = frameOf(0, encodeMessage({ kind: "vote", vote: randomVote(random) }));
    const chunk = concatBytes(...Array.from({ length: 500 }, () => frame));
    const stream = await attacker.openStream(victim);
    const before = livingBytes();
    await flood(stream, chunk, (3 * VALIDATOR_BUDGET.burstFrames) / 500);
    await eventually("cut off", () => cutsOf(victim) === 1);
    const heard = victim.messages.filter((one) => one.from === nameOf(ATTACKER)).length;
    assert.ok(heard <= VALIDATOR_BUDGET.burstFrames, `${heard}`);
    assert.ok(heard > VALIDATOR_BUDGET.burstFrames / 2, `${heard}`);
    victim.messages.length = 0;
    await keptWithin(before, 64 * MIB);
    assert.is(linkOf(victim, ATTACKER).offences.overBudget, CUT_SCORE);
  }));

test("a peer that never reads fills a bounded queue, requests first to go, and is disconnected", () =>
  inScene(async ({ victim, friend, attacker, clock }) => {
    await attacker.connect(victim);
    await eventually("the victim's stream is open", () => linkOf(victim, ATTACKER).canSend);
    const payload = new Uint8Array(MAX_PAYLOAD_BYTES);
    const before = livingBytes();
    for (let i = 0; i < 200; i++) {
      const block = { ...randomBlock(random), payload };
      victim.network.send(nameOf(ATTACKER), { kind: "blocks", blocks: [block, block] });
      victim.network.send(nameOf(ATTACKER), { kind: "vote", vote: randomVote(random) });
      assert.ok(linkOf(victim, ATTACKER).queuedBytes <= MAX_QUEUED_BYTES);
    }
    await keptWithin(before, MAX_QUEUED_BYTES + 40 * MIB);
    const { dropped } = linkOf(victim, ATTACKER);
    assert.is(dropped[0], 0, "no vote was dropped");
    assert.ok(dropped[2]! > 100, `${dropped}`);
    await goesOn(victim, friend);
    clock.advance(STALL_MS);
    await eventually("disconnected", () => attacker.node.getConnections().length === 0);
    assert.is(linkOf(victim, ATTACKER).stalls, 1);
    assert.is(cutsOf(victim), 0, "a bad line is no offence");
  }));

test("frames that begin and never end hold little, and cut off after some", () =>
  inScene(async ({ victim, attacker, clock }) => {
    // Some is forgiven while each of them waits.
    for (let i = 1; cutsOf(victim) === 0; i++) {
      assert.ok(i <= CUT_SCORE / (OFFENCES.slowFrame - (FRAME_MS / 1000) * FORGIVEN_PER_SECOND), `${i}`);
      const stream = await attacker.openStream(victim);
      stream.send(concatBytes(Uint8Array.of(2, 0x7f, 0, 0), new Uint8Array(10_000)));
      await eventually("held", () => linkOf(victim, ATTACKER).heldBytes >= 10_000);
      assert.ok(linkOf(victim, ATTACKER).heldBytes <= 20_000);
      clock.advance(FRAME_MS);
      await eventually("ended", () => stream.status !== "open");
      assert.is(linkOf(victim, ATTACKER).heldBytes, 0);
      assert.is(linkOf(victim, ATTACKER).offences.slowFrame, i);
    }
  }));

test("streams and connections without end cut off; there are never many at a time", () =>
  inScene(async ({ victim, attacker }) => {
    await attacker.connect(victim);
    for (let i = 0; i < 1000 && cutsOf(victim) === 0; i++) {
      const known = victim.network.metrics().peers.length;
      assert.is(known, 2);
      try {
        // A forced dial makes another connection beside those that are there.
        await attacker.node.dial(attacker.node.getConnections()[0]?.remoteAddr ?? [], { force: true });
      } catch {
        await attacker.connect(victim).catch(() => {});
      }
      assert.ok(linkOf(victim, ATTACKER).connections <= MAX_CONNECTIONS_PER_PEER);
    }
    assert.is(cutsOf(victim), 1);
  }));

const yamuxFrame = (type: number, flags: number, length: number): Uint8Array => {
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint8(1, type);
  view.setUint16(2, flags);
  view.setUint32(8, length);
  return header;
};

test("a yamux frame of 4 GiB ends the connection at its header", () =>
  inScene(async ({ victim, attacker }) => {
    await attacker.connect(victim);
    const before = livingBytes();
    const [wire] = attacker.wires as [MessageStream];
    wire.send(yamuxFrame(0, 0, 0xffff_ffff));
    await flood(wire, new Uint8Array(STREAM_WINDOW_BYTES), 200);
    await eventually("disconnected", () => attacker.node.getConnections().length === 0);
    assert.is(victim.network.metrics().muxerFaults, 1);
    await keptWithin(before, 32 * MIB);
  }));

const PINGS = concatBytes(...Array.from({ length: 1000 }, () => yamuxFrame(2, 1, 7)));

test("pings without end end the connection", () =>
  inScene(async ({ victim, attacker }) => {
    await attacker.connect(victim);
    await eventually("the victim's stream is open", () => linkOf(victim, ATTACKER).canSend);
    const [[wire], [socket]] = [attacker.wires, attacker.sockets] as [[MessageStream], [MessageStream]];
    // Its own multiplexer would end the connection at an answer that it did not ask for.
    socket.pause();
    await flood(wire, PINGS, (3 * MUXER_BUDGET.burst) / 1000);
    await eventually("ended by the victim", () => victim.network.metrics().muxerFaults === 1);
    await eventually("disconnected", () => !linkOf(victim, ATTACKER).canSend);
  }));

test("answers to pings that nobody reads are held up to a bound, then the connection ends", () =>
  inScene(async ({ victim, attacker, clock }) => {
    await attacker.connect(victim);
    await eventually("the victim's stream is open", () => linkOf(victim, ATTACKER).canSend);
    const before = livingBytes();
    const [[wire], [socket]] = [attacker.wires, attacker.sockets] as [[MessageStream], [MessageStream]];
    socket.pause();
    let sent = 0;
    for (; sent < 2_000_000 && linkOf(victim, ATTACKER).canSend; sent += PINGS.length / 12) {
      await flood(wire, PINGS, 1);
      // The budget is full again whenever the victim gets to read.
      clock.advance((1000 * MUXER_BUDGET.burst) / MUXER_BUDGET.perSecond);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.is(linkOf(victim, ATTACKER).canSend, false, `after ${sent} pings`);
    assert.is(victim.network.metrics().muxerFaults, 0);
    await keptWithin(before, 64 * MIB);
  }));

test("silent sockets and garbage before any handshake shut nobody out and do not stay", () =>
  inScene(async ({ victim, friend }) => {
    const [, , host, , port] = victim.network.multiaddrs[0]!.split("/");
    const sockets: Socket[] = [];
    for (let i = 0; i < 100; i++) {
      const socket = connectSocket(Number(port), host);
      socket.on("error", () => {});
      // Garbage that happens to be a line of multistream is answered; who never reads that never hears of the end.
      socket.resume();
      if (i % 2 === 0) socket.on("connect", () => socket.write(randomBytes(random, 2000)));
      sockets.push(socket);
    }
    await goesOn(victim, friend);
    const late = await openMember(3);
    try {
      victim.network.setPeers([addressOf(victim), addressOf(friend), addressOf(late)]);
      late.network.setPeers([addressOf(victim)]);
      await eventually("who comes now is linked", () => isLinked(late) && linkOf(victim, 3).canReceive);
      await eventually("all strangers are gone", () => sockets.every(({ closed }) => closed));
    } finally {
      for (const socket of sockets) socket.destroy();
      await late.network.close();
    }
  }));

test.run();
