/** Words of the L1 queue on a real EVM node: in order, exactly once, only when they are final. */
import { equal, is, ok } from "uvu/assert";
import { ChainFaultError } from "../../sequencer/chain/fault.ts";
import { amountOf, typeOf, WordType } from "../../sequencer/exchange/word.ts";
import { chainSuite } from "./chain-suite.ts";
import { DurableNode } from "./durable-node.ts";
import { type SettledExchange, settledExchange } from "./settled-exchange.ts";

let chain: SettledExchange;
let node: DurableNode;
const test = chainSuite("L1 requests", async (settled) => {
  chain = settled;
  node = new DurableNode(chain);
  await chain.register(100n, 7n);
});

const amounts = (words: readonly bigint[]): bigint[] =>
  words.filter((word) => typeOf(word) === WordType.deposit).map(amountOf);

async function look(times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await node.watcher.look();
}

test("are handed over in the order of the chain, once they are as deep as the setting says", async () => {
  await look();
  is(node.waiting.length, 0);
  await chain.mine(1);
  await look();
  is(node.waiting.length, 0, "one block on top is not two");
  await chain.mine(1);
  await look();
  equal(node.waiting.map(typeOf), [WordType.payloadHigh, WordType.payloadLow, WordType.register]);
  for (const amount of [5n, 3n, 8n]) await chain.deposit(1, amount);
  await chain.mine(2);
  await look(3);
  equal(amounts(node.waiting), [5n, 3n, 8n]);
});

test("that only waited in memory come again after a kill, consumed ones do not", async () => {
  await chain.deposit(1, 5n);
  await chain.mine(2);
  await look();
  is(node.waiting.length, 4);
  node.restart();
  await look();
  is(node.waiting.length, 4);
  await node.cutBatch();
  await chain.deposit(1, 6n);
  await chain.mine(2);
  node.restart();
  await look(2);
  equal(amounts(node.waiting), [6n]);
  is(node.consumed.length, 4);
});

test("of blocks that a reorganisation undid are not handed over", async () => {
  await chain.mine(2);
  await look();
  await chain.deposit(1, 5n);
  await look();
  await chain.reorganise(1);
  await chain.deposit(1, 6n);
  await chain.mine(2);
  await look(2);
  equal(amounts(node.waiting), [6n]);
});

test("survive a reorganisation in which they keep their place", async () => {
  await chain.deposit(1, 5n);
  await chain.mine(2);
  await look();
  await chain.reorganise(2);
  await chain.deposit(1, 6n);
  await chain.mine(2);
  await look(2);
  equal(amounts(node.waiting), [5n, 6n]);
});

test("are not handed over twice when the chain is put back and grows again", async () => {
  await chain.deposit(1, 5n);
  await chain.mine(2);
  await look();
  const snapshot = await chain.rpc("evm_snapshot");
  await chain.deposit(1, 6n);
  await look();
  ok(await chain.rpc("evm_revert", snapshot));
  await look();
  await chain.deposit(1, 7n);
  await chain.mine(3);
  await look(2);
  equal(amounts(node.waiting), [5n, 7n]);
});

test("a reorganisation below the final block is a fault", async () => {
  await chain.mine(4);
  await look();
  await chain.reorganise(3);
  await chain.mine(1);
  try {
    await look();
    ok(false, "looked on");
  } catch (error) {
    ok(error instanceof ChainFaultError, String(error));
    is(error.fault.code, "reorgBeyondFinality");
  }
});

test("another chain at the endpoint is a fault", async () => {
  const other = await settledExchange();
  try {
    node.provider = other.provider;
    node.restart();
    await look();
    ok(false, "looked on");
  } catch (error) {
    ok(error instanceof ChainFaultError, String(error));
    is(error.fault.code, "wrongChain");
  } finally {
    await other.stop();
  }
});

test("come in bounded portions of whole requests when many are there at once", async () => {
  for (const keyHash of [1n, 2n, 3n]) await chain.register(1n, keyHash);
  await chain.mine(2);
  node.maxQueueWords = 7;
  node.restart();
  await look();
  is(node.waiting.length, 6, "the seventh word begins a request");
  await look(2);
  equal(node.waiting, await chain.exchange.requests(0, 1000));
});

test.run();
