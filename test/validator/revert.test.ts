/**
 * Four validators as processes commit batches, their operators take some of them back, and the nodes commit the same
 * again: also one that was down meanwhile votes for what comes after.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { run } from "../../trader/cli/run.ts";
import { getHealth } from "../../trader/sdk/reads.ts";
import { Random, testSeed } from "../generate/random.ts";
import { NodeSet, validatorWallet } from "./node-set.ts";
import { SetReads } from "./set-reads.ts";
import { openAccounts, trade } from "./set-traders.ts";
import { until } from "./until.ts";

const SIZE = 4;
/** Whose operators sign; the other's node is down when they do. */
const [SIGNERS, AWAY] = [[0, 1, 2], 3];
/** The first batch that is taken back. */
const FROM = 2;
const COMMITTED = 3;

const seed = testSeed("a revert");
let set: NodeSet;
let isOver = false;
let trading: Promise<unknown>;
let failure: unknown = null;

test.before(async () => {
  set = await NodeSet.make(SIZE, { stake: true });
  await Promise.all(set.nodes.map(({ index }) => set.start(index)));
  const reads = new SetReads(set, new Random(seed + 1));
  const sessions = await openAccounts(set, reads, 1);
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

const committed = async (): Promise<number> => (await set.contract.state()).committedBatches;

const reach = (count: number) =>
  until(set, `${count} batches on the chain`, async () => {
    if (failure !== null) throw failure;
    await set.mine();
    return (await committed()) >= count;
  });

/** The command line with wallet 0 of the chain. */
async function proofbook(...args: string[]): Promise<string> {
  let out = "";
  const config = join(set.node(0).folder, "proofbook.json");
  writeFileSync(config, JSON.stringify({ rpc: set.rpc, exchange: set.contract.address }));
  const write = (text: string): void => {
    out += text;
  };
  const argv = ["--dev-wallet", "0", "validator", ...args];
  is(await run({ argv, env: { PROOFBOOK_CONFIG: config }, out: write, error: write }), 0, out);
  return out;
}

async function revert(): Promise<void> {
  const files: string[] = [];
  for (const index of SIGNERS) {
    const { folder } = set.node(index);
    const [key, signed] = [join(folder, "validator.key"), join(folder, "revert.json")];
    writeFileSync(key, validatorWallet(index).privateKey);
    writeFileSync(signed, await proofbook("sign-revert", String(FROM), "--validator-key", key));
    files.push(signed);
  }
  await proofbook("revert", String(FROM), ...files);
}

const commitments = async (number: number) =>
  (await set.contract.events(0, "latest")).flatMap((event) =>
    event.name === "BatchCommitted" && event.number === number ? [event.record] : [],
  );

test("batches that were taken back are committed again, the same words under another digest", async () => {
  await reach(COMMITTED);
  await set.kill(AWAY);
  await revert();
  const events = await set.contract.events(0, "latest");
  const reverted = events.flatMap((event) => (event.name === "BatchesReverted" ? [event] : []));
  equal(
    reverted.map(({ from }) => from),
    [FROM],
  );
  const { to } = reverted[0]!;
  ok(to >= COMMITTED);
  await reach(to);
  for (let number = FROM; number <= to; number++) {
    const [before, after] = await commitments(number);
    is(after!.commitment, before!.commitment);
    is(after!.postRoot, before!.postRoot);
    is.not(after!.digest, before!.digest);
  }
  is((await commitments(FROM - 1)).length, 1);
});

test("a node that was down meanwhile is one of the quorum afterwards", async () => {
  await set.start(AWAY);
  const [gone] = SIGNERS;
  await set.kill(gone!);
  await reach((await committed()) + 2);
  for (const { index, client } of set.awake) {
    const { status, reason } = await getHealth(client);
    is(status, "running", `node ${index}: ${reason}`);
    const faults = set.node(index).process!.lines.filter(({ msg }) => msg === "the chain side has stopped");
    equal(faults, []);
  }
});

test.run();
