/** Four networks on real sockets: what is sent arrives, who does not belong stays out, who was away comes back. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../sequencer/consensus/messages.ts";
import { MAX_REQUESTS_PER_FRAME } from "../../sequencer/network/limits.ts";
import { MAX_PAYLOAD_BYTES } from "../../sequencer/ordering/payload-layout.ts";
import { Random } from "../generate/random.ts";
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
  openMesh,
} from "./mesh.ts";
import { MESSAGE_KINDS, messageOf, randomBlock, randomRequest, randomVote } from "./random-messages.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);
const random = new Random(seed);

const messagesFrom = (member: Member, from: number): Message[] =>
  member.messages.filter((one) => one.from === nameOf(from)).map(({ message }) => message);

test("four exchange all kinds of messages and requests, each by name of its sender", async () => {
  const members = await openMesh(4);
  try {
    const sent = members.map(() => MESSAGE_KINDS.map((kind) => messageOf(kind, random)));
    const requests = Array.from({ length: MAX_REQUESTS_PER_FRAME + 10 }, () => randomRequest(random));
    members.forEach(({ network }, i) => {
      for (const message of sent[i]!) network.broadcast(message);
      network.publishRequests(requests);
    });
    await eventually("all has arrived", () =>
      members.every((one) => one.messages.length === 3 * MESSAGE_KINDS.length && one.requests.length === 6),
    );
    for (const receiver of members)
      for (const sender of members) {
        if (sender === receiver) continue;
        // Lanes overtake each other; so compared by kind, of which there is one each.
        const byKind = (messages: readonly Message[]) => Object.fromEntries(messages.map((m) => [m.kind, m]));
        assert.equal(
          byKind(messagesFrom(receiver, sender.index)),
          byKind(sent[sender.index]!),
          `SEED=${seed}`,
        );
        const of = receiver.requests.filter(({ from }) => from === nameOf(sender.index));
        assert.equal(
          of.flatMap((one) => one.requests),
          requests,
          `SEED=${seed}`,
        );
      }
  } finally {
    await closeAll(members);
  }
});

test("votes keep their order and travel in few chunks; the largest blocks pass beside them", async () => {
  const members = await openMesh(2);
  try {
    const [a, b] = members as [Member, Member];
    const votes = Array.from({ length: 2000 }, (): Message => ({ kind: "vote", vote: randomVote(random) }));
    const block = { ...randomBlock(random), payload: new Uint8Array(MAX_PAYLOAD_BYTES).fill(7) };
    const blocks: Message = { kind: "blocks", blocks: Array.from({ length: 8 }, () => block) };
    a.network.send(nameOf(1), blocks);
    for (const vote of votes) a.network.send(nameOf(1), vote);
    await eventually("votes and blocks arrived", () => b.messages.length === votes.length + 1);
    assert.equal(
      messagesFrom(b, 0).filter(({ kind }) => kind === "vote"),
      votes,
      `SEED=${seed}`,
    );
    assert.equal(
      messagesFrom(b, 0).find(({ kind }) => kind === "blocks"),
      blocks,
    );
    const { sentBytes, sentChunks, dropped } = linkOf(a, 1);
    assert.ok(
      dropped.every((count) => count === 0),
      `${dropped}`,
    );
    assert.ok(sentBytes / sentChunks > 30_000, `${sentBytes} bytes in ${sentChunks} chunks`);
    assert.is(linkOf(b, 0).receivedFrames, votes.length + 1);
  } finally {
    await closeAll(members);
  }
});

test("who begins to listen to links is told of those that are there, then of each that goes", async () => {
  const members = await openMesh(2);
  try {
    const told: [string, boolean][] = [];
    members[0]!.network.onLink((peer, canSend) => told.push([peer, canSend]));
    assert.equal(told, [[nameOf(1), true]]);
    await members[1]!.network.close();
    await eventually("told that it went", () => told.some(([, canSend]) => !canSend));
    assert.equal(told[1], [nameOf(1), false]);
  } finally {
    await closeAll(members);
  }
});

test("while messages are being worked on, no more are read, and the sender holds them", async () => {
  const members = await openMesh(2);
  try {
    const [a, b] = members as [Member, Member];
    let heard = 0;
    let finish: () => void = () => {};
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    b.network.onMessage(() => {
      heard += 1;
      return work;
    });
    const payload = new Uint8Array(MAX_PAYLOAD_BYTES);
    for (let i = 0; i < 16; i++)
      a.network.send(nameOf(1), { kind: "blocks", blocks: [{ ...randomBlock(random), payload }] });
    await eventually("the sender waits", () => heard > 0 && linkOf(a, 1).sentBytes > MAX_PAYLOAD_BYTES);
    // A message the other way goes through both, so whatever could be read by now has been.
    for (let i = 1; i <= 20; i++) {
      b.network.send(nameOf(0), { kind: "chainRequest", epoch: 1, fromHeight: i });
      await eventually("heard the other way", () => a.messages.length === i);
    }
    assert.ok(linkOf(b, 0).receivedBytes < 8 * MAX_PAYLOAD_BYTES, `${linkOf(b, 0).receivedBytes}`);
    assert.ok(linkOf(a, 1).queuedBytes > 4 * MAX_PAYLOAD_BYTES, `${linkOf(a, 1).queuedBytes}`);
    finish();
    await eventually("all is heard", () => heard === 16);
  } finally {
    await closeAll(members);
  }
});

test("who is not in the set is refused; who speaks for another exchange finds nobody", async () => {
  const members = await openMesh(2);
  const others: Member[] = [];
  try {
    const stranger = await openMember(7, { validators: members.map(addressOf) });
    others.push(stranger);
    await eventually("both refused", () => members.every(({ network }) => network.metrics().refused > 0));
    const foreign = await openMember(2, { exchange: "1", validators: members.map(addressOf) });
    others.push(foreign);
    const withForeign = [...members.map(addressOf), addressOf(foreign)];
    for (const { network } of members) network.setPeers(withForeign);
    await eventually("a connection, but no stream", () => linkOf(foreign, 0).connects > 0);
    stranger.network.broadcast({ kind: "chainRequest", epoch: 1, fromHeight: 1 });
    foreign.network.broadcast({ kind: "chainRequest", epoch: 1, fromHeight: 1 });
    for (const { network } of members) network.broadcast({ kind: "chainRequest", epoch: 2, fromHeight: 2 });
    await eventually("members still talk", () => members.every(({ messages }) => messages.length === 1));
    assert.is(linkOf(foreign, 0).canSend, false);
    assert.equal([stranger.messages, foreign.messages], [[], []]);
  } finally {
    await closeAll([...members, ...others]);
  }
});

test("a peer that starts again is connected again, and what is sent then arrives", async () => {
  const members = await openMesh(3);
  try {
    const gone = members.pop()!;
    const [multiaddr] = gone.network.multiaddrs as [string];
    // It knows no addresses: the others have to dial, again and again until it is there.
    const validators = members.map((member) => ({ ...addressOf(member), multiaddrs: [] }));
    await gone.network.close();
    await eventually("both noticed", () => members.every((member) => !linkOf(member, 2).canSend));
    const back = await openMember(2, { listen: [multiaddr.split("/p2p/")[0]!], validators });
    members.push(back);
    await eventually("all are linked again", () => members.every(isLinked));
    for (const { network } of members) network.broadcast({ kind: "vote", vote: randomVote(random) });
    await eventually("all heard all", () =>
      members.every((one) => new Set(one.messages.map(({ from }) => from)).size === 2),
    );
  } finally {
    await closeAll(members);
  }
});

test("a peer that cannot be dialled is reached over the connection it makes", async () => {
  const reachable = await openMember(0);
  const behind = await openMember(1);
  try {
    behind.network.setPeers([addressOf(reachable)]);
    // Nobody listens on the discard port here.
    reachable.network.setPeers([await addressAt(1, ["/ip4/127.0.0.1/tcp/9"])]);
    await eventually("linked both ways", () => isLinked(reachable) && isLinked(behind));
    reachable.network.broadcast({ kind: "statusRequest", epoch: 1, nonce: 2 });
    await eventually("heard", () => behind.messages.length === 1);
  } finally {
    await closeAll([reachable, behind]);
  }
});

test("who speaks for another exchange is named, once, and not talked to", async () => {
  const warnings: object[] = [];
  const told: object[] = [];
  const logTo = (list: object[]) => ({ info: () => {}, warn: (facts: object) => list.push(facts) });
  const one = await openMember(0, { log: logTo(warnings) });
  const foreign = await openMember(1, { exchange: "31337/other rules", log: logTo(told) });
  try {
    one.network.setPeers([addressOf(foreign)]);
    foreign.network.setPeers([addressOf(one)]);
    await eventually("each names the other", () => warnings.length > 0 && told.length > 0);
    assert.equal(warnings, [{ peer: nameOf(1), protocol: "/proofbook/31337/mesh/2" }]);
    assert.equal(told, [{ peer: nameOf(0), protocol: "/proofbook/31337/other rules/mesh/2" }]);
    assert.not.ok(linkOf(one, 1).canSend || linkOf(foreign, 0).canSend);
  } finally {
    await closeAll([one, foreign]);
  }
});

test("an epoch's change closes who left, opens who joined, and keeps the others' connections", async () => {
  const members = await openMesh(4);
  try {
    const [a, b, leaving, d] = members as [Member, Member, Member, Member];
    const before = linkOf(a, 1).connects;
    const joining = await openMember(4);
    members.push(joining);
    const set = [a, b, d, joining].map(addressOf);
    for (const { network } of [a, b, d, joining]) network.setPeers(set);
    await eventually("the new set is linked", () => [a, b, d, joining].every(isLinked));
    await eventually("who left is alone", () =>
      leaving.network.metrics().peers.every(({ canSend }) => !canSend),
    );
    assert.is(linkOf(a, 1).connects, before);
    a.network.send(nameOf(2), { kind: "chainRequest", epoch: 1, fromHeight: 1 });
    assert.is(a.network.metrics().undeliverable, 1);
    a.network.broadcast({ kind: "chainRequest", epoch: 1, fromHeight: 1 });
    await eventually("heard by three", () => [b, d, joining].every(({ messages }) => messages.length === 1));
    assert.is(leaving.messages.length, 0);
  } finally {
    await closeAll(members);
  }
});

const linkTo = (member: Member, { network }: Member) =>
  member.network.metrics().peers.find(({ peer }) => peer === network.peerId)!;

test("readers are let in up to a number, may ask and pass requests on, and are cut off when they go on with anything else", async () => {
  const validator = await openMember(0, { maxReaders: 2 });
  const readers: Member[] = [];
  try {
    for (const index of [1, 2]) readers.push(await openMember(index, { validators: [addressOf(validator)] }));
    await eventually("two readers", () => readers.every(isLinked));
    const third = await openMember(3, { validators: [addressOf(validator)] });
    readers.push(third);
    await eventually("the third is refused", () => validator.network.metrics().refused > 0);
    assert.is(validator.network.metrics().peers.length, 2);

    const [asking, shouting] = readers as [Member, Member];
    asking.network.broadcast({ kind: "chainRequest", epoch: 1, fromHeight: 5 });
    await eventually("asked", () => validator.messages.length === 1);
    const [question] = validator.messages;
    assert.is(question?.from, asking.network.peerId);
    validator.network.send(question!.from, { kind: "blocks", blocks: [randomBlock(random)] });
    await eventually("answered", () => asking.messages.length === 1);

    asking.network.publishRequests([randomRequest(random)]);
    await eventually("a request", () => validator.requests.length === 1);
    assert.is(validator.requests[0]!.from, asking.network.peerId);

    // One of the next set, which this node has not seen on L1 yet, says some things too early.
    for (let i = 0; i < 50; i++) shouting.network.broadcast({ kind: "vote", vote: randomVote(random) });
    await eventually("noted", () => linkTo(validator, shouting).offences.notAllowed === 50);
    assert.is(validator.network.metrics().cuts, 0);
    for (let i = 0; i < 60; i++) shouting.network.broadcast({ kind: "vote", vote: randomVote(random) });
    await eventually("cut off", () => validator.network.metrics().cuts === 1);
    await eventually("its place is taken", () => linkOf(third, 0).canSend);
    assert.is(validator.messages.length, 1, "none of the votes was heard");
  } finally {
    await closeAll([validator, ...readers]);
  }
});

test("who is in the next set too keeps its connection, also under another address; a name for another's peer id reaches that one", async () => {
  const [a, b] = [await openMember(0), await openMember(1)];
  try {
    const [ofA, ofB] = [addressOf(a), addressOf(b)];
    b.network.setPeers([ofA]);
    a.network.setPeers([{ ...ofB, multiaddrs: [] }]);
    await eventually("linked", () => isLinked(a) && isLinked(b));
    const before = linkOf(a, 1).connects;
    a.network.setPeers([ofB, { ...ofB, address: nameOf(7) }]);
    assert.is(linkOf(a, 1).connects, before);
    a.network.send(nameOf(7), { kind: "chainRequest", epoch: 1, fromHeight: 1 });
    await eventually("heard", () => b.messages.length === 1);
    a.network.setPeers([ofB]);
    a.network.send(nameOf(7), { kind: "chainRequest", epoch: 1, fromHeight: 1 });
    assert.is(a.network.metrics().undeliverable, 1);
  } finally {
    await closeAll([a, b]);
  }
});

test.run();
