/** Batches on a real EVM node: committed and proven in order, nothing twice, whatever happens in between. */
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { ChainFaultError } from "../../sequencer/chain/fault.ts";
import { MAX_REFUSALS, MIN_REFUSED_MS, RESEND_AFTER_MS } from "../../sequencer/chain/limits.ts";
import { orderSignatures, revertDigest } from "../../verifier-contracts/typed-data.ts";
import { chainSuite } from "./chain-suite.ts";
import { DurableNode } from "./durable-node.ts";
import { type SettledExchange, settledExchange } from "./settled-exchange.ts";

let chain: SettledExchange;
let node: DurableNode;
const test = chainSuite("settlement", async (settled) => {
  chain = settled;
  node = new DurableNode(chain);
  await node.begin();
});

async function counters(): Promise<[committed: number, proven: number]> {
  const { committedBatches, provenBatches } = await chain.exchange.state();
  return [committedBatches, provenBatches];
}

/** Transactions of the submitter in blocks; each of them worked. */
async function sentInBlocks(): Promise<number> {
  const head = await chain.provider.getBlockNumber();
  let count = 0;
  for (let number = 0; number <= head; number++) {
    const block = await chain.provider.getBlock(number, true);
    for (const transaction of block!.prefetchedTransactions) {
      if (transaction.from !== chain.submitter.address) continue;
      count += 1;
      is((await chain.provider.getTransactionReceipt(transaction.hash))?.status, 1);
    }
  }
  return count;
}

const recorded = (number: number) => node.settlements.get(number);

async function faultOf(step: () => Promise<unknown>): Promise<string> {
  try {
    await step();
  } catch (error) {
    ok(error instanceof ChainFaultError, String(error));
    return error.fault.code;
  }
  return "none";
}

test("commits and proves in order, and records transactions and gas", async () => {
  await node.cutBatch();
  await node.prove(2);
  await node.round(4);
  equal(await counters(), [2, 0], "batch 2 waits for the proof of batch 1");
  await node.prove(1);
  await node.round(4);
  equal(await counters(), [2, 2]);
  is(await sentInBlocks(), 4);
  for (const number of [1, 2]) {
    const { commit, prove } = recorded(number)!;
    const receipt = await chain.provider.getTransactionReceipt(commit!.hash);
    is(commit!.gasUsed, receipt!.gasUsed);
    is(commit!.blockHash, receipt!.blockHash);
    ok(prove!.gasUsed > 100_000n);
    ok(prove!.block > commit!.block);
  }
});

test("a batch without words is committed and proven like any other", async () => {
  await node.round(2);
  await node.cutBatch();
  is(node.cut[1]!.words.length, 0);
  await node.prove(1);
  await node.prove(2);
  await node.round(4);
  equal(await counters(), [2, 2]);
});

test("sends nothing twice when it is killed between sending and the block", async () => {
  await chain.rpc("evm_setAutomine", false);
  is(await node.submitter.advance(), "sent");
  node.restart();
  is(await node.submitter.advance(), "waiting");
  node.restart();
  is(await node.submitter.advance(), "waiting");
  await chain.mine(1);
  is(await node.submitter.advance(), "idle");
  await node.watcher.look();
  ok(recorded(1)?.commit);
  is(await sentInBlocks(), 1);
});

test("sends nothing twice when it is killed after the block and before it saw it", async () => {
  await node.submitter.advance();
  node.restart();
  is(await node.submitter.advance(), "idle");
  await node.watcher.look();
  ok(recorded(1)?.commit);
  is(await sentInBlocks(), 1);
});

test("replaces a transaction that is stuck, by one under the same nonce", async () => {
  await chain.rpc("evm_setAutomine", false);
  is(await node.submitter.advance(), "sent");
  node.nowMs += RESEND_AFTER_MS - 1;
  is(await node.submitter.advance(), "waiting");
  const before = (await chain.rpc("txpool_content")) as { pending: object };
  node.nowMs += 1;
  is(await node.submitter.advance(), "waiting");
  const after = (await chain.rpc("txpool_content")) as { pending: object };
  is.not(JSON.stringify(before.pending), JSON.stringify(after.pending));
  await chain.mine(1);
  is(await node.submitter.advance(), "idle");
  equal(await counters(), [1, 0]);
  is(await sentInBlocks(), 1);
});

test("replaces what an earlier life left stuck", async () => {
  await chain.rpc("evm_setAutomine", false);
  await node.submitter.advance();
  node.restart();
  is(await node.submitter.advance(), "waiting");
  node.nowMs += RESEND_AFTER_MS;
  is(await node.submitter.advance(), "sent");
  await chain.mine(1);
  is(await node.submitter.advance(), "idle");
  is(await sentInBlocks(), 1);
});

test("sends again what the node's pool lost", async () => {
  await chain.rpc("evm_setAutomine", false);
  await node.submitter.advance();
  await chain.rpc("anvil_dropAllTransactions");
  await node.submitter.advance();
  await chain.mine(1);
  is(await node.submitter.advance(), "idle");
  equal(await counters(), [1, 0]);
});

test("takes a proof back that a reorganisation undid, and sends it again", async () => {
  await node.prove(1);
  await node.round(3);
  ok(recorded(1)?.prove);
  await chain.reorganise(1);
  await node.watcher.look();
  is(recorded(1)?.prove, null);
  ok(recorded(1)?.commit);
  await node.round(2);
  equal(await counters(), [1, 1]);
  ok(recorded(1)?.prove);
});

test("takes a commitment back that a reorganisation undid, and commits the same batch again", async () => {
  await node.prove(1);
  await node.round(3);
  const first = recorded(1)!;
  await chain.reorganise(2);
  await node.watcher.look();
  equal(recorded(1), { number: 1, commit: null, prove: null });
  await node.round(4);
  equal(await counters(), [1, 1]);
  is.not(recorded(1)?.commit?.hash, undefined);
  is.not(recorded(1)?.commit?.blockHash, first.commit?.blockHash);
});

test("finds out after a start what a reorganisation undid while it was down", async () => {
  await node.prove(1);
  await node.round(3);
  await node.cutBatch();
  await node.round(2);
  ok(recorded(2)?.commit);
  await chain.reorganise(1);
  node.restart();
  await node.watcher.look();
  is(recorded(2)?.commit, null);
  ok(recorded(1)?.prove);
  await node.round(2);
  equal(await counters(), [2, 1]);
  ok(recorded(2)?.commit);
});

/** The quorum takes back everything from a batch on. */
async function revertFrom(number: number): Promise<void> {
  const { exchange, validator, submitter, provider } = chain;
  const record = (await exchange.recordOf(number, 0))!;
  const digest = revertDigest(await exchange.domain(), { epoch: 0, from: number, digest: record.digest });
  const signatures = orderSignatures(digest, [validator.signingKey.sign(digest).serialized]);
  await exchange.connect(submitter.connect(provider)).revertBatches({ record, signatures });
}

test("takes back what the quorum reverted, and commits it again", async () => {
  await node.cutBatch();
  await node.round(3);
  equal(await counters(), [2, 0]);
  await revertFrom(1);
  await node.watcher.look();
  equal([recorded(1)?.commit, recorded(2)?.commit], [null, null]);
  await node.round(3);
  equal(await counters(), [2, 0]);
  ok(recorded(1)?.commit && recorded(2)?.commit);
});

test("sees it when a reorganisation undoes a revert", async () => {
  await node.cutBatch();
  await node.round(3);
  await chain.mine(2);
  await revertFrom(2);
  await node.watcher.look();
  is(recorded(2)?.commit, null);
  await chain.reorganise(1);
  await node.watcher.look();
  await node.watcher.look();
  ok(recorded(2)?.commit);
  is(await node.submitter.advance(), "idle");
});

test("sees commitments and proofs of somebody else", async () => {
  await node.prove(1);
  const twin = new DurableNode(chain);
  twin.consumed.push(...node.consumed);
  twin.cut.push(...node.cut);
  twin.proven.set(1, node.proven.get(1)!);
  await twin.submitter.advance();
  await twin.watcher.look();
  await twin.submitter.advance();
  await node.watcher.look();
  ok(recorded(1)?.prove);
  is(await node.submitter.advance(), "idle");
});

test("a batch that does not continue the contract's state is a fault, and nothing is signed", async () => {
  node.cut[0] = { ...node.cut[0]!, header: { ...node.cut[0]!.header, preRoot: 5n } };
  is(await faultOf(() => node.submitter.advance()), "rootMismatch");
  is(node.signed, 0);
});

test("a batch that the signer refuses is a fault", async () => {
  node.refusesToSign = true;
  is(await faultOf(() => node.submitter.advance()), "unsigned");
  is(await sentInBlocks(), 0);
});

test("a commitment on L1 that is not the one that was cut here is a fault", async () => {
  await node.prove(1);
  await node.round();
  node.cut[0] = { ...node.cut[0]!, commitment: 6n };
  is(await faultOf(() => node.submitter.advance()), "rootMismatch");
});

test("a refusal that waiting does not mend becomes a fault after a while", async () => {
  node.isStranger = true;
  node.restart();
  for (let i = 0; i < MAX_REFUSALS; i++) is(await node.submitter.advance(), "refused");
  node.nowMs += MIN_REFUSED_MS;
  is(await faultOf(() => node.submitter.advance()), "refused");
  is(await sentInBlocks(), 0);
});

test("a batch whose time is ahead of the chain's clock waits for it", async () => {
  const { timestamp } = (await chain.provider.getBlock("latest"))!;
  const ahead = 2 * 24 * 3600;
  node.cut[0] = { ...node.cut[0]!, header: { ...node.cut[0]!.header, time: timestamp + ahead } };
  for (let i = 0; i <= MAX_REFUSALS; i++) is(await node.submitter.advance(), "waiting");
  await chain.rpc("evm_increaseTime", ahead);
  await chain.mine(1);
  is(await node.submitter.advance(), "sent");
});

test.run();

const tooOld = suite("a batch that is too old for the contract");

tooOld("is a fault at once", async () => {
  chain = await settledExchange({ maxTimeBehindSeconds: 60 });
  try {
    node = new DurableNode(chain);
    await node.cutBatch(Math.floor(Date.now() / 1000) - 3600);
    is(await faultOf(() => node.submitter.advance()), "batchTooOld");
  } finally {
    await chain.stop();
  }
});

tooOld.run();
