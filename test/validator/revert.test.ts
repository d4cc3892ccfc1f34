/**
 * Four validators as processes commit batches, their operators take some of them back, and the nodes commit the same
 * again: also one that was down meanwhile votes for what comes after.
 */
import { test } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { getHealth } from "../../trader/sdk/reads.ts";
import { Random, testSeed } from "../generate/random.ts";
import { NodeSet } from "./node-set.ts";
import { commitments, revertFrom } from "./operators.ts";
import { SetReads } from "./set-reads.ts";
import { openAccounts, trade } from "./set-traders.ts";
import { until } from "./until.ts";

const SIZE = 4;
/**
 * Whose operators sign; the other's node is down when they do. It would bring the fifth batch to L1: nobody waits for its
 * turn to pass.
 */
const [SIGNERS, AWAY] = [[2, 3, 0], 1] as const;
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

test("batches that were taken back are committed again, the same words under another digest", async () => {
  await reach(COMMITTED);
  await set.kill(AWAY);
  const { from, to } = await revertFrom(set, FROM, SIGNERS);
  is(from, FROM);
  ok(to >= COMMITTED);
  await reach(to);
  for (let number = FROM; number <= to; number++) {
    const [before, after] = await commitments(set, number);
    is(after!.commitment, before!.commitment);
    is(after!.postRoot, before!.postRoot);
    is.not(after!.digest, before!.digest);
  }
  is((await commitments(set, FROM - 1)).length, 1);
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
