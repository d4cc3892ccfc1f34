/** Whom a joining node asks, for how long, and what it takes for an answer. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ANSWER_MS, GIVE_UP_MS } from "../../sequencer/snapshot/limits.ts";
import type { SnapshotAnswer, SnapshotHead, SnapshotQuestion } from "../../sequencer/snapshot/snapshot.ts";
import { SnapshotClient } from "../../sequencer/snapshot/snapshot-client.ts";
import { genesis, HandClock, poseidon } from "../node/exchange-fixture.ts";

const PROVEN = { batch: 7, root: 1n };

function clientOf(...peers: string[]) {
  const clock = new HandClock();
  const asked: { readonly to: string; readonly question: SnapshotQuestion }[] = [];
  const faults: string[] = [];
  const client = new SnapshotClient({
    rules: {
      dimensions: { accountDepth: 3, orderDepth: 2, markets: 2 },
      hash: poseidon.hash,
      isFinalization: async () => true,
    },
    peers,
    send: (to, question) => asked.push({ to, question }),
    clock,
    onFault: (peer, fault) => faults.push(`${peer}: ${fault}`),
  });
  return { client, clock, asked, faults };
}

/** What was awaited meanwhile has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** As far as a client looks at it before it refuses it. */
const headOf = (batch: number): SnapshotHead =>
  ({ batch, machine: { nextAccount: 1 }, markets: [], groups: [] }) as unknown as SnapshotHead;

async function passUntil(clock: HandClock, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 250) {
    clock.advance(250);
    await settled();
  }
}

test("who does not answer in time gives way to the next one; what comes late is no answer any more", async () => {
  const { client, clock, asked } = clientOf("slow", "next");
  const found = client.groups({ batch: 7, groups: [1n, 2n], markets: [] } as unknown as SnapshotHead, 0);
  await passUntil(clock, ANSWER_MS);
  assert.equal(
    asked.map(({ to }) => to),
    ["slow", "next"],
  );
  let ended = false;
  void found.then(() => {
    ended = true;
  });
  const late: SnapshotAnswer = { kind: "groups", batch: 7, from: 0, groups: [[]] };
  client.take("slow", late);
  client.take("stranger", late);
  client.take("next", { ...late, from: 1 });
  client.take("next", { ...late, batch: 8 });
  client.take("next", { kind: "headWanted", batch: 7 });
  await settled();
  assert.not.ok(ended, "something that was not asked for was taken");
});

test("who sends something wrong is asked no more, and named", async () => {
  const { client, asked, faults } = clientOf("liar", "other");
  const found = client.head(PROVEN);
  client.take("liar", { kind: "head", head: headOf(7) });
  await settled();
  client.take("other", { kind: "head", head: headOf(7) });
  assert.is(await found, null);
  assert.equal(faults, ["liar: wrongShape", "other: wrongShape"]);
  assert.is(asked.length, 2);
});

test("no groups, and more than there are, are wrong answers", async () => {
  const head = { batch: 7, groups: [1n], markets: genesis.markets } as unknown as SnapshotHead;
  for (const groups of [[], [[], []]]) {
    const { client, faults } = clientOf("liar");
    const found = client.groups(head, 0);
    client.take("liar", { kind: "groups", batch: 7, from: 0, groups });
    assert.is(await found, null);
    assert.equal(faults, ["liar: wrongAnswer"]);
  }
});

test("where nobody has it, all are asked again after a pause, and not for ever", async () => {
  const { client, clock, asked, faults } = clientOf("a", "b");
  const found = client.head(PROVEN);
  let ended = false;
  void found.then(() => {
    ended = true;
  });
  for (let answered = 0; !ended; ) {
    await settled();
    if (answered < asked.length) client.take(asked[answered++]!.to, { kind: "noSnapshot", batch: 7 });
    else clock.advance(100);
    assert.ok(clock.nowMs() <= GIVE_UP_MS + ANSWER_MS, "it asks for ever");
  }
  assert.is(await found, null);
  assert.equal(faults, []);
  const times = asked.filter(({ to }) => to === "a").length;
  assert.ok(times > 10 && times <= GIVE_UP_MS / 100, `asked ${times} times`);
});

test.run();
