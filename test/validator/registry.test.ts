/**
 * Five nodes as processes before a real registry, of which four are the first set. The fifth, which only knows where those
 * are reached, looks on, stakes and joins; one of the four leaves; nodes are killed meanwhile; traders go on. Then half of
 * the set dies for ever: the two that are left say on L1 that they are there, seal a set of themselves when the contract lets
 * them, and go on from the same chain, all by themselves: only the chain's time is moved. Who comes back from the dead follows.
 * In the end the contract has batches of all epochs, each with signatures of its own set.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Contract, Interface, recoverAddress } from "ethers";
import { suite } from "uvu";
import { equal, is, ok, unreachable } from "uvu/assert";
import { EndpointsProvider } from "../../sequencer/chain/provider.ts";
import { quorumOf } from "../../sequencer/consensus/epoch.ts";
import { ConfigError } from "../../sequencer/node/config.ts";
import { ExitStatus } from "../../sequencer/node/exit-status.ts";
import type { Surroundings } from "../../sequencer/node/surroundings.ts";
import { Database } from "../../sequencer/store/database.ts";
import { peerKeyOf, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { openRegistry } from "../../sequencer/validator/open-registry.ts";
import { separatorOf } from "../../sequencer/validator/set-config.ts";
import { getBatch, getHealth } from "../../trader/sdk/reads.ts";
import { EXCHANGE_FUNCTIONS, TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import { joinDigest } from "../../verifier-contracts/typed-data.ts";
import { Forwarder } from "../chain/forwarder.ts";
import { Random, testSeed } from "../generate/random.ts";
import { withFolder } from "../node/exchange-fixture.ts";
import { BusySet } from "./busy-set.ts";
import { type NodeSet, ownerWallet, validatorWallet } from "./node-set.ts";
import { commitments, revertFrom } from "./operators.ts";
import { readSeedChain, type SeedChain } from "./seed-chain.ts";

/** Acknowledged between two blows, so that the set is seen to go on. */
const BETWEEN = 3;
const SILENCE_SECONDS = 3_600;
/** Of the last set that all of them could be in: too few to order anything. */
const SURVIVORS = [2, 4];
const DEAD = [1, 3];
const CALLS = new Interface(EXCHANGE_FUNCTIONS);

const seed = testSeed("registry");
const random = new Random(seed);
const test = suite("a set that the registry names");
let busy: BusySet;
let set: NodeSet;
let registry: RegistryContract;

test.before(async () => {
  const terms = { silenceSeconds: SILENCE_SECONDS, minimumMembers: SURVIVORS.length };
  busy = await BusySet.start({ size: 5, traders: 1, seed, followed: 4, terms });
  set = busy.set;
  registry = new RegistryContract(set.deployment.validatorSet, ownerWallet().connect(set.provider));
});
test.after(() => busy?.close());

const addressOf = (index: number): string => validatorWallet(index).address;

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
  busy.tradeUntil(`a batch of epoch ${epoch} on L1`, async () => (await registry.currentEpoch()) >= epoch);

/** The chain's clock is so far at least. */
async function passTime(untilSeconds: number): Promise<void> {
  const { timestamp } = (await set.provider.getBlock("latest"))!;
  if (timestamp >= untilSeconds) return;
  await set.provider.send("evm_increaseTime", [untilSeconds - timestamp]);
  await set.mine();
}

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

/** A node in front of these endpoints, whose configuration names a registry that the exchange does not ask. */
const isRefusedBefore = (urls: readonly string[]): Promise<void> =>
  withFolder(async (path) => {
    const database = await Database.open(path);
    const { chainId, exchange, blockNumber: deploymentBlock } = set.deployment;
    const config = {
      exchange: { chainId: Number(chainId), address: exchange },
      settlement: { deploymentBlock },
    };
    const known = { number: deploymentBlock, hash: set.deployment.blockHash };
    const l1 = new EndpointsProvider({ urls, chainId, known, log: { warn: () => {} } });
    const surroundings = { config, database, log: { warn: () => {} }, l1 } as unknown as Surroundings;
    const own = { address: "0x01", secretKey: new Uint8Array(32).fill(1), separator: new Uint8Array(32) };
    try {
      await openRegistry({ validators: [], listen: [] }, set.deployment.collateral, own, surroundings);
      unreachable("it was opened");
    } catch (error) {
      ok(error instanceof ConfigError, String(error));
    } finally {
      l1.destroy();
      await database.close();
    }
  });

test("a registry that the exchange does not ask is a mistake of the configuration", () =>
  isRefusedBefore([set.rpc]));

test("it is found also where the first endpoint of L1 refuses whatever it is asked", async () => {
  const refusing = await Forwarder.start(set.rpc);
  refusing.refuses = true;
  await isRefusedBefore([refusing.url, set.rpc]).finally(() => refusing.stop());
});

test("a node that knows some members looks on, answers, and passes requests on", async () => {
  await begun(1);
  const { client } = set.node(4);
  await busy.more(BETWEEN);
  await busy.nothingLost();
  const before = (await getHealth(client)).sequence;
  await busy.until("news at the fifth", async () => (await getHealth(client)).sequence > before);
});

test("it stakes, and votes from the next epoch on, although nobody else was told of it; who left looks on", async () => {
  await join(4);
  await registry.leave(addressOf(0));
  const victim = random.between(0, 4);
  const epoch = await seal();
  is(epoch, 2);
  await sleep(random.below(1500));
  await set.kill(victim);
  await busy.more(BETWEEN);
  await set.start(victim);
  await begun(2);
  await busy.more(BETWEEN);
  await busy.nothingLost();
  equal(await registry.members(2), [4, 1, 2, 3].map(addressOf));
  // Three of the four are a quorum, so now the fifth has to vote.
  set.pause(1);
  await busy.more(BETWEEN);
  await busy.reach((await busy.committed()) + 2);
  set.resume(1);
  await busy.nothingLost();
});

test("all are killed at once in the midst of the next handover, and go on", async () => {
  is(await seal(), 3);
  await sleep(random.below(1500));
  await Promise.all(set.nodes.map(({ index }) => set.kill(index)));
  await Promise.all(set.nodes.map(({ index }) => set.start(index)));
  await begun(3);
  await busy.more(BETWEEN);
  await busy.nothingLost();
});

test("what was taken back across the border of two epochs is committed again by the set of now, under its epoch", async () => {
  const batches = await committed();
  const last = batches.findLastIndex(({ epoch }) => epoch === 2) + 1;
  const { from, to } = await revertFrom(set, last, [1, 2, 3]);
  is(from, last);
  await busy.reach(to);
  const [before, after] = await commitments(set, last);
  equal([before!.epoch, after!.epoch], [2, 3]);
  is(after!.postRoot, before!.postRoot);
  is.not(after!.commitment, before!.commitment, "another header, so another statement to prove");
  await busy.until("the same at every node", async () => {
    const found = await Promise.all(set.nodes.map(({ client }) => getBatch(client, { batch: last })));
    return found.every(({ epoch }) => epoch === 3);
  });
  await busy.more(BETWEEN);
  await busy.nothingLost();
});

test("half of the set dies: those who are left say so, are the next set, and settle what was ordered before and after", async () => {
  await Promise.all(DEAD.map((index) => set.kill(index)));
  const before = await busy.committed();
  await busy.untilFinal("both affirm themselves", async () => {
    const from = (await registry.silentFrom())!;
    // Once more when a batch came that the four had signed.
    await passTime(from);
    const times = SURVIVORS.map((index) => registry.affirmedAt(addressOf(index)));
    return (await Promise.all(times)).every((time) => time >= from);
  });
  await passTime((await registry.silentFrom())! + SILENCE_SECONDS);
  await busy.untilFinal("the next set is sealed", async () => (await registry.orderingEpochs()).latest === 4);
  equal([...(await registry.members(4))].sort(), SURVIVORS.map(addressOf).sort());
  ok((await registry.epochOf(4)).takesOver);
  await set.mine();
  await begun(4);
  await busy.more(BETWEEN);
  await busy.reach(before + 3);
  await busy.nothingLost();
});

test("who comes back from the dead follows the new set, or stops", async () => {
  await Promise.all(DEAD.map((index) => set.start(index)));
  await busy.more(BETWEEN);
  // What a dead node alone had seen final it cannot give up: then it stops, and says why.
  for (const index of DEAD) {
    const { client } = set.node(index);
    const { sequence } = await getHealth(set.node(SURVIVORS[0]!).client);
    await busy.untilFinal(`node ${index} follows or stops`, async () => {
      const health = await getHealth(client);
      return health.status === "halted" || health.sequence >= sequence;
    });
    const { status, reason } = await getHealth(client);
    if (status === "halted") ok(/conflictingFinality/.test(reason ?? ""), reason ?? "");
    else is(status, "running");
  }
});

test("L1 has batches of all epochs in their order, each signed by a quorum of its own set, and every node has them", async () => {
  const batches = await committed();
  const healths = () => Promise.all(set.nodes.map(({ client }) => getHealth(client)));
  const isHalted = (await healths()).map(({ status }) => status === "halted");
  await busy.until(`batch ${batches.length} at every node`, async () =>
    (await healths()).every(({ batches: { cut } }, i) => isHalted[i] || cut >= batches.length),
  );
  const epochs = batches.map(({ epoch }) => epoch);
  equal([...new Set(epochs)], [1, 2, 3, 4]);
  equal(epochs, [...epochs].sort());
  for (const [i, { epoch, signers }] of batches.entries()) {
    const members = await registry.members(epoch);
    ok(
      signers.every((signer) => members.includes(signer)),
      `batch ${i + 1} of epoch ${epoch}`,
    );
    is(new Set(signers).size, quorumOf(members.length));
    for (const { client, index } of set.nodes)
      if (!isHalted[index]) is((await getBatch(client, { batch: i + 1 })).epoch, epoch);
  }
  ok(
    batches.some(({ epoch, signers }) => epoch > 1 && signers.includes(addressOf(4))),
    "who joined signs batches",
  );
  await busy.endTrading();
  equal(
    await set.stopNodes(),
    isHalted.map((is) => (is ? ExitStatus.fault : ExitStatus.stopped)),
  );
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
    equal([...leaders.keys()], [1, 2, 3, 4], `SEED=${seed}`);
    is(new Set(seeds.values()).size, seeds.size, "no seed comes twice");
    for (const [height, found] of seeds) is(found, chains[0]!.seeds.get(height) ?? found, `height ${height}`);
    const led = [...leaders.values()].some((of) => of.has(addressOf(4).toLowerCase()));
    ok(led, "who came led as well");
  }
});

test.run();
