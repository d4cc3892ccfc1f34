/** Several endpoints of L1 on real sockets: one that is gone, out of order, of another chain, or of no use, and the next one. */
import { equal, is, match, ok, unreachable } from "uvu/assert";
import { ANVIL_CHAIN_ID } from "../../sequencer/chain/anvil.ts";
import { startChainSide } from "../../sequencer/chain/chain-side.ts";
import { EndpointsProvider } from "../../sequencer/chain/provider.ts";
import { turnAfterFailures } from "../../sequencer/chain/turning.ts";
import { chainSuite } from "./chain-suite.ts";
import { DurableNode } from "./durable-node.ts";
import { Forwarder } from "./forwarder.ts";
import type { SettledExchange } from "./settled-exchange.ts";

/** Some twenty times as long as it takes. */
const PATIENCE_MS = 60_000;

let chain: SettledExchange;
let first: Forwarder;
let second: Forwarder;
/** Endpoints that were turned to. */
let turns: string[];
let provider: EndpointsProvider;
/** Stopped after each test, also after one that fails. */
let opened: (() => Promise<void> | void)[] = [];

const warn = (facts: object, message: string): void => {
  if (message === "L1 is asked at another endpoint") turns.push((facts as { endpoint: string }).endpoint);
};
const log = { info: () => {}, warn, error: () => {} };

function ask(...urls: string[]): EndpointsProvider {
  const { blockNumber: number, blockHash: hash } = chain.deployment;
  const asked = new EndpointsProvider({ urls, chainId: ANVIL_CHAIN_ID, known: { number, hash }, log });
  opened.push(() => asked.destroy());
  return asked;
}

async function forwarder(): Promise<Forwarder> {
  const started = await Forwarder.start(chain.anvil.url);
  opened.push(() => started.stop());
  return started;
}

const test = chainSuite("several endpoints of L1", async (settled) => {
  chain = settled;
  turns = [];
  [first, second] = await Promise.all([forwarder(), forwarder()]);
  provider = ask(first.url, second.url);
});
test.after.each(async () => {
  await Promise.all(opened.map((close) => close()));
  opened = [];
});

const failureOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(() => unreachable("it was answered") as never, String);

test("while the first one answers nobody else is asked", async () => {
  for (let i = 0; i < 3; i++) is(await provider.getBlockNumber(), await chain.provider.getBlockNumber());
  equal([turns, second.asked], [[], []]);
  is(
    first.asked.filter((method) => method === "eth_getBlockByNumber").length,
    1,
    "its chain is looked at once",
  );
});

test("one that is out of order is left, with the question, and not gone back to", async () => {
  await provider.getBlockNumber();
  first.status = 503;
  is(await provider.getBlockNumber(), await chain.provider.getBlockNumber());
  first.status = 200;
  const before = first.asked.length;
  await provider.getBlockNumber();
  equal([turns, first.asked.length], [[second.url], before]);
  second.instead = () => null;
  await provider.getBlockNumber();
  equal(turns, [second.url, first.url]);
});

test("one that is gone from the beginning keeps nobody from starting", async () => {
  const { url } = first;
  await first.stop();
  is(await ask(url, second.url).getBlockNumber(), await chain.provider.getBlockNumber());
});

test("one of another chain, or far behind, is asked for one block and passed over", async () => {
  for (const other of [{ hash: `0x${"9".repeat(64)}` }, undefined]) {
    const strange = await forwarder();
    strange.instead = ({ method }, answer) => (method === "eth_getBlockByNumber" ? other : answer);
    const both = ask(strange.url, second.url);
    is(await both.getBlockNumber(), await chain.provider.getBlockNumber());
    equal(strange.asked, ["eth_getBlockByNumber"]);
  }
});

test("when none answers the question fails, and the next one tries them all again", async () => {
  first.status = 503;
  second.status = 500;
  match(await failureOf(provider.getBlockNumber()), /50[03]/);
  first.status = 200;
  is(await provider.getBlockNumber(), await chain.provider.getBlockNumber());
});

test("what the chain itself refuses is an answer: nobody else is asked", async () => {
  match(
    await failureOf(
      provider.send("eth_call", [{ to: chain.exchange.address, data: "0x12345678" }, "latest"]),
    ),
    /revert/,
  );
  equal(turns, []);
});

test("with a single endpoint nothing more is asked than what was", async () => {
  const alone = ask(first.url);
  await alone.getBlockNumber();
  first.status = 503;
  match(await failureOf(alone.getBlockNumber()), /503/);
  alone.turn("of no use");
  equal([turns, first.asked], [[], ["eth_blockNumber"]]);
});

test("of loops that fail together the first one turns, and only what failed at the endpoint of now counts", () => {
  const endpoints = {
    turns: 0,
    turn() {
      this.turns += 1;
    },
  };
  const [watcher, submitter] = [turnAfterFailures(endpoints), turnAfterFailures(endpoints)];
  const turnsAfter = (...failures: number[]): number[] =>
    failures.map((failure) => {
      watcher("no use", failure);
      submitter("no use", failure);
      return endpoints.turns;
    });
  equal(turnsAfter(1, 2, 3), [0, 0, 1], "both have failed three times");
  equal(turnsAfter(4, 5), [1, 1]);
  equal(turnsAfter(1, 2), [1, 1], "one look worked in between");
  equal(turnsAfter(3, 4, 5, 6), [2, 2, 2, 3]);
});

/** Runs the chain side over both endpoints until its node has the first batch's commitment on record. */
async function untilRecorded(node: DurableNode): Promise<void> {
  const side = startChainSide({
    provider,
    endpoints: provider,
    deployment: chain.deployment,
    submitterKey: chain.submitter.privateKey,
    sequencer: Object.assign(node, { jobs: { proof: async (number: number) => node.proven.get(number) } }),
    signer: node.signer(),
    evidence: null,
    log,
    pollMs: 10,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      setTimeout(reject, PATIENCE_MS, new Error("the commitment is not on record")).unref();
      const record = node.recordSettlement.bind(node);
      node.recordSettlement = async (settlement) => {
        await record(settlement);
        if (settlement.commit !== null) resolve();
      };
    });
    is(side.fault, null);
  } finally {
    await side.stop();
  }
}

test("one that leaves out events for ever is left for the next one", async () => {
  const node = new DurableNode(chain);
  first.instead = ({ method }, answer) => (method === "eth_getLogs" ? [] : answer);
  await node.cutBatch();
  await untilRecorded(node);
  is((await chain.exchange.state()).committedBatches, 1);
  ok(turns.includes(second.url));
});

test("one that refuses whatever it is asked is left, by all loops that it refuses, for good", async () => {
  const node = new DurableNode(chain);
  first.refuses = true;
  await node.cutBatch();
  await untilRecorded(node);
  equal(turns, [second.url]);
});

test("a batch whose sending broke off after it had arrived is committed once, by whoever is asked then", async () => {
  const node = new DurableNode(chain);
  first.instead = ({ method }, answer) => (method === "eth_sendRawTransaction" ? null : answer);
  await node.cutBatch();
  await untilRecorded(node);
  const { committedBatches } = await chain.exchange.state();
  equal([committedBatches, node.settlements.size, turns[0]], [1, 1, second.url]);
});

test.run();
