/**
 * Three validators as processes and a liar beside them, before a registry with everybody's stake: whoever's turn it is
 * reports the liar, though it is killed before its report is in a block.
 */
import { Contract } from "ethers";
import { test } from "uvu";
import { equal, is } from "uvu/assert";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import { TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
import { Liar } from "./liar.ts";
import { NodeSet, validatorWallet } from "./node-set.ts";
import { until } from "./until.ts";

const SIZE = 4;
const EPOCH = 1;
/** The liar's successor in the set is the first to report it. */
const [LIAR, REPORTER] = [3, 0];
const HONEST = [0, 1, 2];
const [A, B]: Hash[] = [`0x${"aa".repeat(32)}`, `0x${"bb".repeat(32)}`];
const KEPT = "a validator contradicted itself; the evidence is kept for the registry";

let set: NodeSet;
let liar: Liar;
let registry: RegistryContract;

test.before(async () => {
  set = await NodeSet.make(SIZE, { stake: true });
  await Promise.all(HONEST.map((index) => set.start(index)));
  liar = await Liar.join(set, LIAR, validatorWallet(LIAR).privateKey);
  registry = new RegistryContract(set.deployment.validatorSet, set.provider);
});
test.after(async () => {
  await liar?.close();
  await set?.close();
});

const said = (index: number, message: RegExp): boolean =>
  set.node(index).process!.lines.some(({ msg }) => message.test(msg));

async function metric(index: number, name: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${set.node(index).apiPort}/metrics`);
  const line = (await answer.text()).split("\n").find((text) => text.startsWith(`${name} `));
  return Number(line?.split(" ").at(-1) ?? 0);
}

const liarsRecord = () => registry.validatorOf(validatorWallet(LIAR).address);

test("two votes for one view, and for one batch, are evidence at every node that hears them", async () => {
  await until(set, "the liar is heard by all", () => liar.hearers === HONEST.length && liar.view > 0);
  // Reports are sent and get into no block.
  await set.provider.send("evm_setAutomine", [false]);
  const view = liar.view;
  for (const block of [A!, B!]) liar.finalize(EPOCH, view, block);
  for (const dataHash of [A!, B!]) liar.voteForBatch(EPOCH, 1, dataHash);
  for (const index of HONEST) {
    await set.node(index).process!.line(KEPT);
    const counted = (kind: string) => metric(index, `proofbook_validator_evidence_total{kind="${kind}"}`);
    await until(set, "both kinds are counted", async () => {
      const counts = await Promise.all([counted("finalizeTwice"), counted("batchTwice")]);
      return counts.every((count) => count > 0);
    });
    is(await metric(index, "proofbook_validator_evidence_waiting"), 1, "one of each signer and epoch");
  }
});

test("a node that is killed between finding and reporting reports after its restart, and is paid", async () => {
  await until(set, "the report is sent", () => said(REPORTER, /^report of 0x.*: sent$/));
  await set.kill(REPORTER);
  await set.provider.send("anvil_dropAllTransactions", []);
  await set.provider.send("evm_setAutomine", [true]);
  const { status, stake } = await liarsRecord();
  is(status, "candidate");

  await set.start(REPORTER);
  await until(set, "the liar's stake is taken", async () => (await liarsRecord()).status === "slashed");
  const [slashed] = (await registry.events(0, "latest")).filter((event) => event.name === "Slashed");
  const reporter = validatorWallet(REPORTER).address;
  const reward = stake / 10n;
  equal(
    { epoch: slashed?.epoch, reporter: slashed?.reporter, reward: slashed?.reward, lost: slashed?.lost },
    { epoch: EPOCH, reporter, reward, lost: stake - reward },
  );
  const token = new Contract(set.deployment.collateral, TOKEN_ABI, set.provider);
  is(await token.getFunction("balanceOf")(reporter), reward);
});

test("once the report is final nobody has anything left to report, and the others go on", async () => {
  for (let block = 0; block < 3; block++) await set.mine();
  const settled = 'proofbook_validator_evidence_settled_total{outcome="slashed"}';
  await until(set, "it is settled", async () => (await metric(REPORTER, settled)) === 1);
  is(await metric(REPORTER, "proofbook_validator_evidence_waiting"), 0);
  const height = await metric(1, "proofbook_validator_height");
  await until(set, "new blocks", async () => (await metric(1, "proofbook_validator_height")) > height);
});

test.run();
