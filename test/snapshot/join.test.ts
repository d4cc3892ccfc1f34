/**
 * A validator that lost its disk joins by a snapshot of a proven batch: it holds the same state as the others without
 * having executed what came before, is silent as long as it must be, and then votes. Liars who serve snapshots are found
 * out.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Peer } from "../../sequencer/consensus/messages.ts";
import { landingOf, type ProvenBatch } from "../../sequencer/snapshot/check-head.ts";
import { install, wipeState } from "../../sequencer/snapshot/install.ts";
import type { NumberedAccount, SnapshotAnswer } from "../../sequencer/snapshot/snapshot.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { expectedFormat } from "../../sequencer/store/recovery.ts";
import { put } from "../../sequencer/store/space.ts";
import { tables } from "../../sequencer/store/tables.ts";
import type { ValidatorSequencer } from "../../sequencer/validator/validator-sequencer.ts";
import { Random, testSeed } from "../generate/random.ts";
import { poseidon, type Trader, withFolder } from "../node/exchange-fixture.ts";
import { LocalSet } from "../validator/local-set.ts";
import { later, level, provenAt, trade, tradersOf, until } from "./trading-set.ts";

const seed = testSeed("joining by a snapshot");
const LOST = 3;

/** Four validators with traders. */
async function withSet(
  run: (set: LocalSet, traders: Trader[], random: Random) => Promise<void>,
): Promise<void> {
  await withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      const traders = await tradersOf(set);
      await run(set, traders, new Random(seed));
      assert.equal(set.faults, []);
    } finally {
      await set.stopAll();
    }
  });
}

/** A batch that was cut a few blocks ago, in the middle of a taker if there is such a one. */
async function someBatch(member: ValidatorSequencer, random: Random): Promise<ProvenBatch> {
  const latest = member.latestBatch() - 2;
  const inside: number[] = [];
  for (let batch = 2; batch < latest; batch++) {
    const after = await member.jobs.job(batch + 1);
    if (after !== undefined && after.machine.taker !== null) inside.push(batch);
  }
  const any = random.between(Math.max(1, latest - 8), latest);
  return await provenAt(member, inside.length > 0 && random.chance(0.6) ? random.pick(inside) : any);
}

/** From the snapshot's batch on, batches and log are the same here and there. */
async function sameSince(
  base: ProvenBatch,
  joined: ValidatorSequencer,
  other: ValidatorSequencer,
): Promise<void> {
  const last = Math.min(joined.latestBatch(), other.latestBatch());
  assert.ok(last > base.batch, `no batch since ${base.batch}, SEED=${seed}`);
  for (let number = base.batch + 1; number <= last; number++)
    assert.equal(await joined.batch(number), await other.batch(number), `batch ${number}, SEED=${seed}`);
  assert.equal(await joined.jobs.job(last), await other.jobs.job(last), `job ${last}, SEED=${seed}`);
  assert.is(await joined.batch(base.batch), undefined, "history came along");
  const { firstBatch, firstFill } = joined.history;
  assert.is(firstBatch, base.batch + 1);
  // The last of another time, where there is one, and the first of this history.
  const around = await other.fills(Math.max(1, firstFill - 1), 2);
  for (const { sequence, batch } of around)
    assert.is(batch <= base.batch, sequence < firstFill, `SEED=${seed}`);
  const least = Math.min(joined.stored, other.stored);
  let compared = 0;
  for (let sequence = least; sequence > 0; sequence--) {
    const receipt = await joined.receiptAt(sequence);
    if (receipt === undefined) break;
    assert.equal(receipt, { ...(await other.receiptAt(sequence)), settlement: receipt.settlement });
    compared += 1;
  }
  assert.ok(compared > 0, "nothing was logged since");
}

test("one that lost its disk joins where a batch was proven, is silent, catches up and votes", async () =>
  withSet(async (set, traders, random) => {
    await trade(set, traders, random, 5);
    for (let life = 1; life <= 3; life++) {
      await set.lose(LOST);
      await trade(set, traders, random, 4);
      const base = await someBatch(set.running[0]!, random);
      const { view } = set.running[0]!.consensus();
      const { end, faults, member } = await set.startBehind(LOST, base);
      assert.is(end, "joined", `at batch ${base.batch}, SEED=${seed}`);
      assert.equal(faults, []);
      assert.ok(member.consensus().silentThrough >= view, "it may have signed something in each view");
      await trade(set, traders, random, 3);
      await level(set);
      await sameSince(base, member, set.running[0]!);
      await until(set, "the end of its silence", () => {
        const { view, silentThrough } = member.consensus();
        return view > silentThrough;
      });
    }
    // Without it there is no quorum now.
    await set.stop(1);
    await trade(set, traders, random, 2);
    await level(set);
    // What it joined with survives its own restart.
    await set.stop(LOST);
    await set.start(LOST, false);
    await trade(set, traders, random, 1);
    await level(set);
  }));

type Forge = (answer: SnapshotAnswer) => SnapshotAnswer | null;

const withFirst = (
  answer: SnapshotAnswer,
  change: (accounts: readonly NumberedAccount[]) => readonly NumberedAccount[],
): SnapshotAnswer =>
  answer.kind === "groups"
    ? { ...answer, groups: answer.groups.map((group, i) => (i === 0 ? change(group) : group)) }
    : answer;

/** What a liar hands out in place of the truth. */
const LIES: Readonly<Record<string, Forge>> = {
  "one quantum more": (answer) =>
    withFirst(answer, (accounts) =>
      accounts.map(({ index, account }) => ({
        index,
        account: { ...account, collateral: account.collateral + 1n },
      })),
    ),
  "an account left out": (answer) => withFirst(answer, (accounts) => accounts.slice(1)),
  "an account too many": (answer) =>
    withFirst(answer, (accounts) => [
      ...accounts,
      { index: accounts.at(-1)!.index + 1, account: accounts[0]!.account },
    ]),
  "another head": (answer) =>
    answer.kind === "head"
      ? { ...answer, head: { ...answer.head, machine: { ...answer.head.machine, fees: 0n } } }
      : answer,
};

test("liars are found out, and the next one's snapshot is taken", async () =>
  withSet(async (set, traders, random) => {
    await trade(set, traders, random, 6);
    await later(set);
    // The same for all, or the liar would have no room for so many snapshots at a time, and tell no lie.
    const base = await someBatch(set.running[0]!, random);
    for (const [name, lie] of Object.entries(LIES)) {
      await set.lose(LOST);
      await trade(set, traders, random, 1);
      const liar: Peer = set.addresses[0]!;
      const { end, faults, member } = await set.startBehind(LOST, base, (answer, from) =>
        from === liar ? lie(answer) : answer,
      );
      assert.is(end, "joined", `${name}, SEED=${seed}`);
      assert.is(faults.length, 1, `${name}, SEED=${seed}`);
      await level(set);
      await sameSince(base, member, set.running[0]!);
    }
  }));

test("where all lie, nothing of it is taken, and the chain is executed from its beginning", async () =>
  withSet(async (set, traders, random) => {
    await trade(set, traders, random, 4);
    await set.lose(LOST);
    await later(set);
    const base = await someBatch(set.running[0]!, random);
    const { end, faults, member } = await set.startBehind(LOST, base, LIES["one quantum more"]!);
    assert.is(end, "noSnapshot", `SEED=${seed}`);
    assert.equal(faults, ["wrongGroup", "wrongGroup", "wrongGroup"]);
    await level(set);
    assert.equal(await member.batch(1), await set.running[0]!.batch(1));
    assert.equal(await member.batch(base.batch), await set.running[0]!.batch(base.batch));
  }));

test("a crash while it joins: the next start begins anew, or finishes what is all there", async () =>
  withSet(async (set, traders, random) => {
    await trade(set, traders, random, 5);
    const seen: SnapshotAnswer[] = [];
    await set.lose(LOST);
    await later(set);
    const base = await someBatch(set.running[0]!, random);
    await set.startBehind(LOST, base, (answer) => {
      seen.push(answer);
      return answer;
    });
    const head = seen.find((answer) => answer.kind === "head")!.head;
    const groups = seen.flatMap((answer) => (answer.kind === "groups" ? answer.groups : []));
    const landing = landingOf(head);
    if (typeof landing === "string") throw new Error(landing);

    // Half of the accounts, one of them of a liar who was never found out because the node died.
    await set.lose(LOST);
    const half = await set.database(LOST);
    await wipeState(half, head);
    await half.write([put(tables.account, [60], { ...groups[0]![0]!.account, orders: new Map() })]);
    await half.close();
    const again = await set.startBehind(LOST, base);
    assert.is(again.end, "joined");
    await level(set);
    await sameSince(base, again.member, set.running[0]!);

    // All of them, and the rest of the block not executed.
    await set.lose(LOST);
    const whole = await set.database(LOST);
    const { dimensions } = set.headRules(LOST);
    const tree = new StateTree(dimensions, poseidon.hash);
    const format = expectedFormat(tree, set.running[0]!.genesisRoot);
    const all = { format, root: base.root, groups: async (_: unknown, from: number) => groups.slice(from) };
    assert.ok(await install(whole, { head, landing }, all));
    await whole.close();
    const finished = await set.startBehind(LOST, base, () => null);
    assert.is(finished.end, "joined", "it asks nobody any more");
    await level(set);
    await sameSince(base, finished.member, set.running[0]!);
  }));

test("a node that stood still for long joins by a snapshot with the log of its votes", async () =>
  withSet(async (set, traders, random) => {
    await trade(set, traders, random, 3);
    await set.stop(LOST);
    await trade(set, traders, random, 5);
    await later(set);
    const [other] = set.running;
    const base = await provenAt(other!, other!.latestBatch() - 1);
    const { end, member } = await set.startBehind(LOST, base);
    assert.is(end, "joined");
    // It knows what it signed.
    assert.is(member.consensus().silentThrough, 0);
    await trade(set, traders, random, 2);
    await level(set);
    await set.stop(1);
    await trade(set, traders, random, 1);
  }));

test.run();
