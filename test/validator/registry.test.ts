/**
 * Five nodes as processes before a real registry, of which four are the first set. The fifth, which only knows where those
 * are reached, looks on, stakes and joins; one of the four leaves; nodes are killed meanwhile; traders go on. Then the
 * contract has batches of all epochs, each with signatures of its own set.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Contract, Interface, recoverAddress } from "ethers";
import { suite } from "uvu";
import { equal, is, ok, unreachable } from "uvu/assert";
import { ConfigError } from "../../sequencer/node/config.ts";
import type { Surroundings } from "../../sequencer/node/surroundings.ts";
import { Database } from "../../sequencer/store/database.ts";
import { peerKeyOf, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { openRegistry } from "../../sequencer/validator/open-registry.ts";
import { separatorOf } from "../../sequencer/validator/set-config.ts";
import type { AccountSession } from "../../trader/sdk/account-session.ts";
import type { Client } from "../../trader/sdk/client.ts";
import { getBatch, getHealth, getReceipt } from "../../trader/sdk/reads.ts";
import { EXCHANGE_FUNCTIONS, TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import { joinDigest } from "../../verifier-contracts/typed-data.ts";
import { Random, testSeed } from "../generate/random.ts";
import { withFolder } from "../node/exchange-fixture.ts";
import { NodeSet, ownerWallet, validatorWallet } from "./node-set.ts";
import { commitments, revertFrom } from "./operators.ts";
import { readSeedChain, type SeedChain } from "./seed-chain.ts";
import { SetReads } from "./set-reads.ts";
import { openAccounts, trade } from "./set-traders.ts";
import { until } from "./until.ts";

/** Acknowledged between two blows, so that the set is seen to go on. */
const BETWEEN = 4;
const PACE_MS = 200;
const CALLS = new Interface(EXCHANGE_FUNCTIONS);

const seed = testSeed("registry");
const random = new Random(seed);
const test = suite("a set that the registry names");
let set: NodeSet;
let registry: RegistryContract;
let reads: SetReads;
let sessions: AccountSession[];
let isOver = false;
let trading: Promise<unknown> = Promise.resolve();
let failure: unknown = null;

test.before(async () => {
  set = await NodeSet.make(5, { followed: 4 });
  registry = new RegistryContract(set.deployment.validatorSet, ownerWallet().connect(set.provider));
  await set.mine();
  await Promise.all(set.nodes.map(({ index }) => set.start(index)));
  reads = new SetReads(set, new Random(seed + 1));
  // One request after the other with a pause: what is tried here is not speed, and other tests run beside it.
  const slowly: Client = {
    url: reads.url,
    request: async (call) => {
      await sleep(PACE_MS);
      return await reads.request(call);
    },
  };
  sessions = await openAccounts(set, slowly, 1);
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

const addressOf = (index: number): string => validatorWallet(index).address;

/** Waits until so many more requests were acknowledged. */
async function more(count: number): Promise<void> {
  const wanted = reads.acknowledged.size + count;
  await until(set, `${count} acknowledged requests`, () => {
    if (failure !== null) throw failure;
    return reads.acknowledged.size >= wanted;
  });
}

/** Every node that runs has every request that anybody was told of, at the same place. */
async function nothingLost(): Promise<void> {
  const acknowledged = [...reads.acknowledged];
  const highest = Math.max(...reads.acknowledged.values());
  await until(set, `place ${highest} of the log at every node`, async () => {
    const healths = await Promise.all(set.awake.map(({ client }) => getHealth(client)));
    for (const { status, reason } of healths) is(status, "running", reason ?? "");
    return healths.every(({ sequence }) => sequence >= highest);
  });
  for (const [id, sequence] of acknowledged)
    for (const { client, index } of set.awake)
      is((await getReceipt(client, { id })).sequence, sequence, `${id} at node ${index}, SEED=${seed}`);
  equal(reads.mistakes, [], `SEED=${seed}`);
}

/** Stakes for the node with this index. */
async function join(index: number): Promise<void> {
  const owner = ownerWallet().connect(set.provider);
  const { minimumStake: stake } = await registry.terms();
  const token = new Contract(set.deployment.collateral, TOKEN_ABI, owner);
  await (await token.getFunction("mint")(owner.address, stake)).wait();
  await (await token.getFunction("approve")(registry.address, stake)).wait();
  const { address: signer, signingKey, privateKey } = validatorWallet(index);
  const peerKey = peerKeyOf(secretKeyFromHex(privateKey));
  const digest = joinDigest(await set.contract.domain(), { owner: owner.address, peerKey });
  await registry.join({ signer, peerKey, stake, consent: signingKey.sign(digest).serialized });
}

/** The next set is sealed and final on L1. */
async function seal(): Promise<number> {
  const { epoch } = await registry.sealEpoch();
  await set.mine();
  return epoch;
}

const begun = (epoch: number): Promise<void> =>
  until(set, `a batch of epoch ${epoch} on L1`, async () => (await registry.currentEpoch()) >= epoch);

/** By batch: its epoch and who signed it, as L1 has them. */
async function committed(): Promise<{ epoch: number; signers: readonly string[] }[]> {
  const head = await set.provider.getBlockNumber();
  let batches: { epoch: number; signers: readonly string[] }[] = [];
  for (const event of await set.contract.events(set.deployment.blockNumber, head)) {
    if (event.name === "BatchesReverted") batches = batches.slice(0, event.from - 1);
    if (event.name !== "BatchCommitted") continue;
    const { data } = (await set.provider.getTransaction(event.transactionHash))!;
    const signatures = CALLS.decodeFunctionData("commitBatch", data)[2] as string[];
    const { epoch, digest } = event.record;
    batches.push({ epoch, signers: signatures.map((signature) => recoverAddress(digest, signature)) });
  }
  return batches;
}

test("a registry that the exchange does not ask is a mistake of the configuration", async () =>
  withFolder(async (path) => {
    const database = await Database.open(path);
    const { chainId, exchange, blockNumber: deploymentBlock } = set.deployment;
    const config = {
      exchange: { chainId: Number(chainId), address: exchange },
      settlement: { rpc: set.rpc, deploymentBlock },
    };
    const surroundings = { config, database, log: console } as unknown as Surroundings;
    const own = { address: "0x01", secretKey: new Uint8Array(32).fill(1), separator: new Uint8Array(32) };
    try {
      await openRegistry({ validators: [], listen: [] }, set.deployment.collateral, own, surroundings);
      unreachable("it was opened");
    } catch (error) {
      ok(error instanceof ConfigError, String(error));
    } finally {
      await database.close();
    }
  }));

test("a node that knows some members looks on, answers, and passes requests on", async () => {
  await begun(1);
  const { client } = set.node(4);
  await more(BETWEEN);
  await nothingLost();
  const before = (await getHealth(client)).sequence;
  await until(set, "news at the fifth", async () => (await getHealth(client)).sequence > before);
});

test("it stakes, and votes from the next epoch on, although nobody else was told of it; who left looks on", async () => {
  await join(4);
  await registry.leave(addressOf(0));
  const victim = random.between(0, 4);
  const epoch = await seal();
  is(epoch, 2);
  await sleep(random.below(1500));
  await set.kill(victim);
  await more(BETWEEN);
  await set.start(victim);
  await begun(2);
  await more(BETWEEN);
  await nothingLost();
  equal(await registry.members(2), [4, 1, 2, 3].map(addressOf));
  // Three of the four are a quorum, so now the fifth has to vote.
  set.pause(1);
  const committedBefore = (await set.contract.state()).committedBatches;
  await more(BETWEEN);
  await until(set, "batches of the new set", async () => {
    const { committedBatches } = await set.contract.state();
    return committedBatches > committedBefore + 1;
  });
  set.resume(1);
  await nothingLost();
});

test("all are killed at once in the midst of the next handover, and go on", async () => {
  is(await seal(), 3);
  await sleep(random.below(1500));
  await Promise.all(set.nodes.map(({ index }) => set.kill(index)));
  await Promise.all(set.nodes.map(({ index }) => set.start(index)));
  await begun(3);
  await more(BETWEEN);
  await nothingLost();
});

test("what was taken back across the border of two epochs is committed again by the set of now, under its epoch", async () => {
  const batches = await committed();
  const last = batches.findLastIndex(({ epoch }) => epoch === 2) + 1;
  const { from, to } = await revertFrom(set, last, [1, 2, 3]);
  is(from, last);
  await until(set, `batch ${to} once more`, async () => (await set.contract.state()).committedBatches >= to);
  const [before, after] = await commitments(set, last);
  equal([before!.epoch, after!.epoch], [2, 3]);
  is(after!.postRoot, before!.postRoot);
  is.not(after!.commitment, before!.commitment, "another header, so another statement to prove");
  await until(set, "the same at every node", async () => {
    const found = await Promise.all(set.nodes.map(({ client }) => getBatch(client, { batch: last })));
    return found.every(({ epoch }) => epoch === 3);
  });
  await more(BETWEEN);
  await nothingLost();
});

test("L1 has batches of all epochs in their order, each signed by a quorum of its own set, and every node has them", async () => {
  const batches = await committed();
  await until(set, `batch ${batches.length} at every node`, async () => {
    const healths = await Promise.all(set.nodes.map(({ client }) => getHealth(client)));
    return healths.every((health) => health.batches.cut >= batches.length);
  });
  const epochs = batches.map(({ epoch }) => epoch);
  equal([...new Set(epochs)], [1, 2, 3]);
  equal(epochs, [...epochs].sort());
  for (const [i, { epoch, signers }] of batches.entries()) {
    const members = await registry.members(epoch);
    ok(
      signers.every((signer) => members.includes(signer)),
      `batch ${i + 1} of epoch ${epoch}`,
    );
    is(new Set(signers).size, 3);
    for (const { client } of set.nodes) is((await getBatch(client, { batch: i + 1 })).epoch, epoch);
  }
  ok(
    batches.some(({ epoch, signers }) => epoch > 1 && signers.includes(addressOf(4))),
    "who joined signs batches",
  );
  isOver = true;
  await trading;
  if (failure !== null) throw failure;
  equal(await set.stopNodes(), [0, 0, 0, 0, 0]);
});

test("in every epoch each block's seed was moved on by its leader's own key: at who left and at who came alike", async () => {
  const separator = separatorOf(set.deployment);
  const first = { epoch: 1, validators: [0, 1, 2, 3].map((index) => addressOf(index).toLowerCase()) };
  const chains: SeedChain[] = [];
  for (const index of [0, 4]) {
    const database = await Database.open(`${set.node(index).folder}/data`);
    chains.push(await readSeedChain(database, separator, first).finally(() => database.close()));
  }
  for (const { seeds, leaders } of chains) {
    equal([...leaders.keys()], [1, 2, 3], `SEED=${seed}`);
    is(new Set(seeds.values()).size, seeds.size, "no seed comes twice");
    for (const [height, found] of seeds) is(found, chains[0]!.seeds.get(height) ?? found, `height ${height}`);
    const led = [...leaders.values()].some((of) => of.has(addressOf(4).toLowerCase()));
    ok(led, "who came led as well");
  }
});

test.run();
