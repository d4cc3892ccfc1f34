/**
 * Half of a set dies for ever. The two processes that are left say on L1 that they are there, seal a set of themselves
 * when the contract lets them, and go on from the same chain, all by themselves: only the chain's time is moved. What was
 * acknowledged before is still there, and who comes back from the dead follows.
 */
import { test } from "uvu";
import { equal, is, ok } from "uvu/assert";
import type { AccountSession } from "../../trader/sdk/account-session.ts";
import { getHealth, getReceipt } from "../../trader/sdk/reads.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import { Random, testSeed } from "../generate/random.ts";
import { NodeSet, validatorWallet } from "./node-set.ts";
import { SetReads } from "./set-reads.ts";
import { openAccounts, trade } from "./set-traders.ts";
import { until } from "./until.ts";

const SILENCE_SECONDS = 3_600;
const SURVIVORS = [1, 2];
const DEAD = [0, 3];
/** Acknowledged between two blows. */
const BETWEEN = 4;

const seed = testSeed("silence");
let set: NodeSet;
let registry: RegistryContract;
let reads: SetReads;
let sessions: AccountSession[];
let isOver = false;
let trading: Promise<unknown> = Promise.resolve();
let failure: unknown = null;

test.before(async () => {
  const terms = { silenceSeconds: SILENCE_SECONDS, minimumMembers: SURVIVORS.length };
  set = await NodeSet.make(4, { followed: 4, terms });
  registry = new RegistryContract(set.deployment.validatorSet, set.provider);
  await set.mine();
  await Promise.all(set.nodes.map(({ index }) => set.start(index)));
  reads = new SetReads(set, new Random(seed + 1));
  sessions = await openAccounts(set, reads, 1);
  trading = Promise.all(
    sessions.map((session, i) => trade(session, new Random(seed + 10 + i), () => isOver)),
  ).catch((error: unknown) => {
    failure = error;
  });
});
test.after(async () => {
  isOver = true;
  await set?.close();
  await trading;
});

/** With a block on the chain now and then, as every chain has them. */
const eventually = (what: string, holds: () => Promise<boolean>): Promise<void> =>
  until(set, what, async () => {
    if (failure !== null) throw failure;
    await set.mine();
    return await holds();
  });

async function more(count: number): Promise<void> {
  const wanted = reads.acknowledged.size + count;
  await eventually(`${count} acknowledged requests`, async () => reads.acknowledged.size >= wanted);
}

async function passTime(seconds: number): Promise<void> {
  await set.provider.send("evm_increaseTime", [seconds]);
  await set.mine();
}

const committed = async (): Promise<number> => (await set.contract.state()).committedBatches;

/** Every node that runs has every request that anybody was told of, at the same place. */
async function nothingLost(): Promise<void> {
  const acknowledged = [...reads.acknowledged];
  const highest = Math.max(...reads.acknowledged.values());
  await eventually(`place ${highest} of the log at every node`, async () => {
    const healths = await Promise.all(set.awake.map(({ client }) => getHealth(client)));
    for (const { status, reason } of healths) is(status, "running", reason ?? "");
    return healths.every(({ sequence }) => sequence >= highest);
  });
  for (const [id, sequence] of acknowledged)
    for (const { client, index } of set.awake)
      is((await getReceipt(client, { id })).sequence, sequence, `${id} at node ${index}, SEED=${seed}`);
  equal(reads.mistakes, [], `SEED=${seed}`);
}

test("the two that are left say so, are the next set, and settle what was ordered before and after", async () => {
  await eventually("a batch on L1", async () => (await committed()) >= 1);
  await more(BETWEEN);
  await Promise.all(DEAD.map((index) => set.kill(index)));
  const before = await committed();
  await passTime(SILENCE_SECONDS);
  await eventually("both affirm themselves", async () => {
    const from = (await registry.silentFrom())!;
    const times = SURVIVORS.map((index) => registry.affirmedAt(validatorWallet(index).address));
    return (await Promise.all(times)).every((time) => time >= from);
  });
  await passTime(SILENCE_SECONDS);
  await eventually("the next set is sealed", async () => (await registry.orderingEpochs()).latest === 2);
  const members = await registry.members(2);
  equal([...members].sort(), SURVIVORS.map((index) => validatorWallet(index).address).sort());
  ok((await registry.epochOf(2)).takesOver);
  await eventually("a batch of it on L1", async () => (await registry.currentEpoch()) === 2);
  await more(BETWEEN);
  await eventually("more batches on L1", async () => (await committed()) > before + 2);
  await nothingLost();
});

test("who comes back from the dead follows the new set, or stops; what L1 accepted is the same everywhere", async () => {
  await Promise.all(DEAD.map((index) => set.start(index)));
  await more(BETWEEN);
  // What a dead node alone had seen final it cannot give up: then it stops, and says why.
  for (const index of DEAD) {
    const { client } = set.node(index);
    const { sequence } = await getHealth(set.node(SURVIVORS[0]!).client);
    await eventually(`node ${index} follows or stops`, async () => {
      const health = await getHealth(client);
      return health.status === "halted" || health.sequence >= sequence;
    });
    const { status, reason } = await getHealth(client);
    if (status === "halted") ok(/conflictingFinality/.test(reason ?? ""), reason ?? "");
    else is(status, "running");
  }
  isOver = true;
  await trading;
  if (failure !== null) throw failure;
});

test.run();
