/** Watcher and submitter in their loops: a batch from L1 to L1, stopping, and faults. */
import { suite } from "uvu";
import { is, ok } from "uvu/assert";
import { type ChainSideOptions, startChainSide } from "../../sequencer/chain/chain-side.ts";
import type { ChainFault } from "../../sequencer/chain/fault.ts";
import { DurableNode } from "./durable-node.ts";
import { type SettledExchange, settledExchange } from "./settled-exchange.ts";

let chain: SettledExchange;
const test = suite("the chain side");

test.before(async () => {
  chain = await settledExchange();
});
test.after(async () => await chain.stop());

const silent = { info: () => {}, warn: () => {}, error: () => {} };

const optionsOf = (node: DurableNode): ChainSideOptions => ({
  provider: chain.provider,
  deployment: chain.deployment,
  submitterKey: chain.submitter.privateKey,
  sequencer: Object.assign(node, { jobs: { proof: async (number: number) => node.proven.get(number) } }),
  signer: node.signer(),
  evidence: null,
  log: silent,
  pollMs: 10,
});

test("takes requests, commits and proves by itself, and stops when asked", async () => {
  const node = new DurableNode(chain);
  const held = new Promise<void>((resolve) => {
    const take = node.submitL1.bind(node);
    node.submitL1 = async (words, firstIndex) => {
      await take(words, firstIndex);
      resolve();
    };
  });
  let isProven = (): void => {};
  const proven = new Promise<void>((resolve) => {
    isProven = resolve;
  });
  const side = startChainSide({
    ...optionsOf(node),
    onEvent: (event) => {
      if (event.name === "BatchProven") isProven();
    },
  });
  try {
    await chain.register(5n, 7n);
    await chain.mine(2);
    await held;
    await node.cutBatch();
    await node.prove(1);
    await proven;
    is((await chain.exchange.state()).provenBatches, 1);
    ok(side.headBlock > side.finalBlock);
    is(side.fault, null);
  } finally {
    await side.stop();
  }
  const { headBlock } = side;
  await chain.mine(1);
  is(side.headBlock, headBlock, "nothing of it runs any more");
});

test("a fault stops both loops and is told", async () => {
  const node = new DurableNode(chain);
  let tell = (_: ChainFault): void => {};
  const told = new Promise<ChainFault>((resolve) => {
    tell = resolve;
  });
  const deployment = { ...chain.deployment, blockHash: `0x${"0".repeat(64)}` };
  const side = startChainSide({ ...optionsOf(node), deployment, onFault: (fault) => tell(fault) });
  is((await told).code, "wrongChain");
  is(side.fault?.code, "wrongChain");
  await side.stop();
});

test.run();
