/** Endpoints as there are: some leave out the newest events, refuse long ranges, or begin anew from an older state. */
import { equal, is, match, ok, unreachable } from "uvu/assert";
import { ANVIL_CHAIN_ID } from "../../sequencer/chain/anvil.ts";
import { ChainFaultError } from "../../sequencer/chain/fault.ts";
import { MAX_LOG_BLOCKS } from "../../sequencer/chain/limits.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { chainSuite } from "./chain-suite.ts";
import { DurableNode } from "./durable-node.ts";
import { OddProvider } from "./odd-provider.ts";
import type { SettledExchange } from "./settled-exchange.ts";

let chain: SettledExchange;
let odd: OddProvider;
let node: DurableNode;
const test = chainSuite("endpoints", async (settled) => {
  chain = settled;
  odd ??= new OddProvider(chain.anvil.url, ANVIL_CHAIN_ID);
  odd.instead = (_, answer) => answer;
  node = new DurableNode(chain);
  node.provider = odd;
  node.restart();
  await node.begin();
});
test.after(() => odd.destroy());

/** The error of a step that is tried again. */
async function failureOf(step: () => Promise<unknown>): Promise<string> {
  try {
    await step();
  } catch (error) {
    ok(!(error instanceof ChainFaultError), String(error));
    return String(error);
  }
  return unreachable("it worked") as never;
}

const withoutEvents = (method: string, answer: unknown): unknown => (method === "eth_getLogs" ? [] : answer);

test("an answer that leaves out a commitment is no answer", async () => {
  odd.instead = withoutEvents;
  await node.submitter.advance();
  match(await failureOf(() => node.watcher.look()), /left out/);
  match(await failureOf(() => node.watcher.look()), /left out/);
  odd.instead = (_, answer) => answer;
  await node.watcher.look();
  ok(node.settlements.get(1)?.commit);
});

test("an answer that leaves out a proof is none either, and what is recorded stays", async () => {
  await node.prove(1);
  await node.round();
  await node.submitter.advance();
  odd.instead = withoutEvents;
  match(await failureOf(() => node.watcher.look()), /the proof of batch 1/);
  node.restart();
  match(await failureOf(() => node.watcher.look()), /left out/);
  ok(node.settlements.get(1)?.commit);
  odd.instead = (_, answer) => answer;
  await node.watcher.look();
  ok(node.settlements.get(1)?.prove);
});

test("the commitment of a batch that is not here yet is missed as well", async () => {
  const late = new DurableNode(chain);
  late.provider = odd;
  late.restart();
  await late.watcher.look();
  await node.round();
  odd.instead = withoutEvents;
  match(await failureOf(() => late.watcher.look()), /left out/);
  odd.instead = (_, answer) => answer;
  await late.watcher.look();
  late.cut.push(...node.cut);
  await late.watcher.look();
  ok(late.settlements.get(1)?.commit);
});

test("one that begins anew from an older state is waited for, and so is one that catches up", async () => {
  const snapshot = await chain.rpc("evm_snapshot");
  await chain.mine(6);
  await node.watcher.look();
  ok(await chain.rpc("evm_revert", snapshot));
  match(await failureOf(() => node.watcher.look()), /has no block/);
  odd.instead = (method, answer, params) =>
    method === "eth_getBlockByNumber" && (params as unknown[])[0] !== "latest" ? null : answer;
  match(await failureOf(() => node.watcher.look()), /has no block/);
});

test("after a start a reorganisation above the final block is no fault", async () => {
  node.finalityBlocks = 5;
  node.restart();
  await chain.mine(3);
  await node.prove(1);
  await node.round(2);
  ok(node.settlements.get(1)?.prove);
  node.restart();
  await node.watcher.look();
  await chain.reorganise(4);
  await node.watcher.look();
  equal(node.settlements.get(1), { number: 1, commit: null, prove: null });
});

test("that L1 could not be asked for what the signer wants to know is tried again", async () => {
  let isAway = true;
  const signer = node.signer();
  node.signer = () => ({
    sign: async (statement) => {
      if (isAway) throw new Error("no answer");
      return await signer.sign(statement);
    },
  });
  node.restart();
  match(await failureOf(() => node.submitter.advance()), /no answer/);
  isAway = false;
  is(await node.submitter.advance(), "sent");
});

// The last one: after so many blocks anvil keeps only a few past states in memory, and reorganises from wrong ones.
test("no request for events spans more blocks than public endpoints allow", async () => {
  const isTooLong = ([filter]: { fromBlock: string; toBlock: string }[]): boolean =>
    !/^0x/.test(filter!.toBlock) || Number(filter!.toBlock) - Number(filter!.fromBlock) >= MAX_LOG_BLOCKS;
  odd.instead = (method, answer, params) => {
    if (method === "eth_getLogs" && isTooLong(params as never)) throw new Error("the range is too long");
    return answer;
  };
  await node.prove(1);
  await node.round();
  await chain.mine(MAX_LOG_BLOCKS);
  await node.watcher.look();
  is(await node.submitter.advance(), "sent");
  is((await chain.exchange.state()).provenBatches, 1);

  const exchange = new ExchangeContract(chain.exchange.address, odd);
  const head = await chain.provider.getBlockNumber();
  const from = chain.deployment.blockNumber;
  const { block } = node.settlements.get(1)!.commit!;
  const record = await exchange.findRecord(1, from, head);
  equal(record, await exchange.recordOf(1, block, block));
  is(record?.number, 1);
  for (const number of [0, 2, 3]) is(await exchange.findRecord(number, from, head), undefined);
});

test.run();
