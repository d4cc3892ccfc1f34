/** How a node reaches the others: all of it as one of them, questions and a few requests as one who looks on. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../sequencer/consensus/messages.ts";
import type { Network } from "../../sequencer/network/ports.ts";
import type { Membership } from "../../sequencer/validator/membership.ts";
import { Outlets } from "../../sequencer/validator/outlets.ts";

const question: Message = { kind: "chainRequest", epoch: 1, fromHeight: 1 };
const answer: Message = { kind: "blocks", blocks: [] };

class Lab {
  nowMs = 0;
  speaks = true;
  readonly sent: string[] = [];
  readonly outlets: Outlets;

  constructor() {
    const lab = this;
    this.outlets = new Outlets({
      network: {
        send: (to: string, { kind }: Message) => this.sent.push(`${kind} to ${to}`),
        broadcast: ({ kind }: Message) => this.sent.push(`${kind} to all`),
      } as unknown as Network,
      membership: {
        get speaks() {
          return lab.speaks;
        },
        peers: ["a", "b"].map((address) => ({ address, peerId: address, multiaddrs: [] })),
      } as unknown as Membership,
      clock: { nowMs: () => this.nowMs, after: () => () => undefined },
      random: () => 0.99,
    });
  }
}

test("a question to somebody who is not there goes to a member who is", () => {
  const { outlets, sent } = new Lab();
  outlets.linked("gone", false);
  outlets.linked("b", true);
  outlets.linked("reader", true);
  outlets.send("gone", question);
  outlets.send("gone", answer);
  outlets.send("reader", question);
  outlets.linked("b", false);
  outlets.send("gone", question);
  assert.equal(sent, [
    "chainRequest to b",
    "blocks to gone",
    "chainRequest to reader",
    "chainRequest to gone",
  ]);
});

test("one who only looks on asks and is silent otherwise, and passes on as many requests as the others take", () => {
  const lab = new Lab();
  const { outlets, sent } = lab;
  for (let i = 0; i < 1000; i++) assert.ok(outlets.mayPass());
  lab.speaks = false;
  outlets.broadcast({ kind: "statusRequest", epoch: 1, nonce: 1 });
  outlets.broadcast(answer);
  assert.equal(sent, ["statusRequest to all"]);
  const passed = (): number => Array.from({ length: 1000 }, () => outlets.mayPass()).filter(Boolean).length;
  assert.is(passed(), 60);
  lab.nowMs += 3000;
  assert.is(passed(), 30);
});

test.run();
