/** A snapshot's head is taken only as it was: each of its parts, changed by itself, is found out and named. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hashHeader } from "../../sequencer/consensus/header.ts";
import type { Header } from "../../sequencer/consensus/messages.ts";
import { openParts } from "../../sequencer/node/open.ts";
import { checkHead, type HeadFault, type ProvenBatch } from "../../sequencer/snapshot/check-head.ts";
import { groupCount, isGroup } from "../../sequencer/snapshot/groups.ts";
import { IDLE_MS, MAX_ANSWERS, MAX_OPEN } from "../../sequencer/snapshot/limits.ts";
import { takeMoment } from "../../sequencer/snapshot/make-snapshot.ts";
import type { AccountGroup, SnapshotHead, SnapshotQuestion } from "../../sequencer/snapshot/snapshot.ts";
import { SnapshotServer } from "../../sequencer/snapshot/snapshot-server.ts";
import type { Database } from "../../sequencer/store/database.ts";
import { Random, testSeed } from "../generate/random.ts";
import { poseidon, settingsOf, withFolder } from "../node/exchange-fixture.ts";
import { LocalSet } from "../validator/local-set.ts";
import { later, provenAt, trade, tradersOf } from "./trading-set.ts";

const seed = testSeed("heads of snapshots");

type Change = (head: SnapshotHead) => SnapshotHead;

const withHeader = (head: SnapshotHead, change: Partial<Header>): SnapshotHead => ({
  ...head,
  block: { ...head.block, header: { ...head.block.header, ...change } },
});
const withExecuted = (
  head: SnapshotHead,
  change: Partial<SnapshotHead["executed"][number]>,
): SnapshotHead => ({
  ...head,
  executed: head.executed.map((block, i) => (i === 0 ? { ...block, ...change } : block)),
});
const ZERO = `0x${"00".repeat(32)}` as const;

const CHANGES: Readonly<Record<string, readonly [HeadFault, Change]>> = {
  "another batch": ["wrongShape", (head) => ({ ...head, batch: head.batch + 1 })],
  "a group less": ["wrongShape", (head) => ({ ...head, groups: head.groups.slice(1) })],
  "a group more": ["wrongShape", (head) => ({ ...head, groups: [...head.groups, 1n] })],
  "a market less": ["wrongShape", (head) => ({ ...head, markets: head.markets.slice(1) })],
  "accounts without groups": [
    "wrongShape",
    (head) => ({ ...head, machine: { ...head.machine, nextAccount: 2 ** 20 } }),
  ],
  "another group": [
    "wrongRoot",
    (head) => ({ ...head, groups: [head.groups[0]! + 1n, ...head.groups.slice(1)] }),
  ],
  "other fees": [
    "wrongRoot",
    (head) => ({ ...head, machine: { ...head.machine, fees: head.machine.fees + 1n } }),
  ],
  "another time": [
    "wrongRoot",
    (head) => ({ ...head, machine: { ...head.machine, time: head.machine.time + 1 } }),
  ],
  "another taker": [
    "wrongRoot",
    (head) => ({
      ...head,
      machine: {
        ...head.machine,
        taker:
          head.machine.taker === null
            ? {
                account: 1,
                slot: 1,
                market: 0,
                side: 0,
                immediateOrCancel: false,
                reduceOnly: false,
                price: 1,
                remaining: 1,
                expiry: 0,
              }
            : null,
      },
    }),
  ],
  "another price": [
    "wrongRoot",
    (head) => ({
      ...head,
      markets: head.markets.map((market) => ({ ...market, oraclePrice: market.oraclePrice + 1 })),
    }),
  ],
  "another payload": [
    "notFinal",
    (head) => ({ ...head, block: { ...head.block, payload: head.block.payload.slice(1) } }),
  ],
  "another height": ["notFinal", (head) => withHeader(head, { height: head.block.header.height + 1 })],
  "another view": ["notFinal", (head) => withHeader(head, { view: head.block.header.view + 1 })],
  "a descendant less": ["notFinal", (head) => ({ ...head, descendants: head.descendants.slice(0, -1) })],
  "a descendant skipped": ["notFinal", (head) => ({ ...head, descendants: head.descendants.slice(1) })],
  "a descendant of its own": [
    "notFinal",
    (head) => {
      const last = head.descendants.at(-1)!;
      const own = { ...last, height: last.height + 1, parent: hashHeader(last) };
      const finalization = { ...head.finalization, block: hashHeader(own) };
      return { ...head, descendants: [...head.descendants, own], finalization };
    },
  ],
  "a signature less than a quorum": [
    "notFinal",
    (head) => ({
      ...head,
      finalization: { ...head.finalization, signatures: head.finalization.signatures.slice(0, 2) },
    }),
  ],
  "a signature twice": [
    "notFinal",
    (head) => {
      const [first] = head.finalization.signatures;
      return { ...head, finalization: { ...head.finalization, signatures: [first!, first!, first!] } };
    },
  ],
  "a certificate of another kind": [
    "notFinal",
    (head) => ({ ...head, finalization: { ...head.finalization, kind: "notarize" } }),
  ],
  "an epoch that nobody knows": [
    "notFinal",
    (head) => ({ ...head, finalization: { ...head.finalization, epoch: 77 } }),
  ],
  "another digest before": ["wrongDigest", (head) => ({ ...head, digestBefore: ZERO })],
  "nothing executed": ["wrongDigest", (head) => ({ ...head, executed: [] })],
  "a word less": ["wrongDigest", (head) => withExecuted(head, { words: head.executed[0]!.words.slice(1) })],
  "another outcome": [
    "wrongDigest",
    (head) => withExecuted(head, { words: head.executed[0]!.words.map((word) => word ^ (1n << 5n)) }),
  ],
  "another place in the log": [
    "wrongDigest",
    (head) => withExecuted(head, { sequence: head.executed[0]!.sequence + 1 }),
  ],
  "another number of fills": [
    "wrongDigest",
    (head) => withExecuted(head, { fills: head.executed[0]!.fills + 1 }),
  ],
  "another border": [
    "wrongDigest",
    (head) =>
      withExecuted(head, {
        borders: head.executed[0]!.borders.map((border) => ({
          ...border,
          sequence: border.sequence - 1,
        })),
      }),
  ],
};

test("each part of a head is bound, and each group of accounts; two batches are read at a time", async () =>
  withFolder(async (path) => {
    const set = new LocalSet(path, 4, seed);
    try {
      const random = new Random(seed);
      const traders = await tradersOf(set);
      const [member] = set.running;
      // Three that are older than the newest two.
      do await trade(set, traders, random, 2);
      while (member!.latestBatch() < 5);
      await later(set);
      const proven = await provenAt(member!, member!.latestBatch() - 2);
      const { head, groups } = await honest(set, proven);
      const rules = set.headRules(3);
      const landing = await checkHead(head, proven, rules);
      assert.ok(typeof landing !== "string", String(landing));
      for (const [name, [fault, change]] of Object.entries(CHANGES)) {
        const found = await checkHead(change(head), proven, rules);
        assert.is(found, fault, `${name}, SEED=${seed}`);
      }
      const otherRoot = { ...proven, root: proven.root + 1n };
      assert.is(await checkHead(head, otherRoot, rules), "wrongRoot");
      checkGroups(head, groups, rules);
      await set.stop(0);
      await checkServer(await set.database(0), proven.batch);
    } finally {
      await set.stopAll();
    }
  }));

/** A server has room for so many snapshots, and gives one up only when nobody has read it for a while. */
async function checkServer(database: Database, newest: number): Promise<void> {
  const parts = await openParts(database, settingsOf(), poseidon);
  const sent: string[] = [];
  const taken = { count: 0 };
  let nowMs = 0;
  const server = new SnapshotServer({
    latestBatch: () => parts.cutter.open.number - 1,
    moment: async () => {
      taken.count += 1;
      return takeMoment(parts);
    },
    send: (_, answer) =>
      sent.push(`${answer.kind} ${answer.kind === "head" ? answer.head.batch : answer.batch}`),
    nowMs: () => nowMs,
    onFault: (error) => {
      throw error;
    },
  });
  const ask = async (question: SnapshotQuestion): Promise<string | undefined> => {
    const before = sent.length;
    server.ask("somebody", question);
    await server.idle();
    assert.ok(sent.length <= before + 1);
    return sent[before];
  };
  const [first, second, third] = [newest, newest - 1, newest - 2];
  const head = (batch: number) => ask({ kind: "headWanted", batch });
  const groups = (batch: number) => ask({ kind: "groupsWanted", batch, from: 0 });
  assert.equal(MAX_OPEN, 2);
  assert.is(await head(first), `head ${first}`);
  assert.is(await head(second), `head ${second}`);
  assert.is(await head(third), undefined, "there is no room");
  nowMs = IDLE_MS - 1;
  assert.is(await groups(second), `groups ${second}`);
  assert.is(await head(third), undefined, "both were asked for lately");
  nowMs = IDLE_MS;
  assert.is(await head(third), `head ${third}`, "in place of the one that nobody reads");
  assert.is(await groups(second), `groups ${second}`, "who reads goes on");
  assert.is(taken.count, 3);
  assert.is(await head(first), undefined);
  assert.is(await head(newest + 1_000), `noSnapshot ${newest + 1_000}`);
  // More than are answered at a time: the rest is dropped.
  const before = sent.length;
  for (let i = 0; i < MAX_ANSWERS + 3; i++)
    server.ask("somebody", { kind: "groupsWanted", batch: second, from: 0 });
  await server.idle();
  assert.is(sent.length - before, MAX_ANSWERS);
  await server.close();
  assert.is(await head(second), undefined, "closed");
  await database.close();
}

/** What the others say of a batch. */
async function honest(
  set: LocalSet,
  proven: ProvenBatch,
): Promise<{ head: SnapshotHead; groups: AccountGroup[] }> {
  let head: SnapshotHead | null = null;
  const groups: AccountGroup[] = [];
  await set.lose(3);
  const { end } = await set.startBehind(3, proven, (answer) => {
    if (answer.kind === "head") head = answer.head;
    if (answer.kind === "groups") groups.push(...answer.groups);
    return answer;
  });
  assert.is(end, "joined", `SEED=${seed}`);
  return { head: head!, groups };
}

function checkGroups(
  head: SnapshotHead,
  groups: readonly AccountGroup[],
  rules: ReturnType<LocalSet["headRules"]>,
): void {
  const { dimensions } = rules;
  const { markets } = head;
  assert.is(groups.length, groupCount(dimensions, head.machine.nextAccount));
  const isGood = (group: AccountGroup, number: number): boolean =>
    isGroup(group, number, head.groups[number]!, { dimensions, hash: poseidon.hash, markets });
  groups.forEach((group, number) => {
    assert.ok(isGood(group, number));
    const [first] = group;
    if (first === undefined) return;
    const { index, account } = first;
    const rest = group.slice(1);
    const others: Record<string, AccountGroup> = {
      "an account less": rest,
      "an account twice": [first, ...group],
      "an empty account more": [
        ...group,
        {
          index: group.at(-1)!.index + 1,
          account: { ...account, ...EMPTY, sizes: [0, 0], fundings: [0, 0], orders: new Map() },
        },
      ],
      "another number": [{ index: index + 1, account }, ...rest],
      "another collateral": [
        { index, account: { ...account, collateral: account.collateral - 1n } },
        ...rest,
      ],
      "a nonce less": [
        { index, account: { ...account, ownerNonces: { ...account.ownerNonces, bits: 0, window: 1 } } },
        ...rest,
      ],
      "an order more": [
        {
          index,
          account: {
            ...account,
            orders: new Map([...account.orders, [freeSlot(account.orders), ORDER] as const]),
          },
        },
        ...rest,
      ],
      "other orders": [
        {
          index,
          account: {
            ...account,
            orders: new Map([...account.orders].map(([slot, order]) => [slot, { ...order, price: 1 }])),
          },
        },
        ...rest,
      ],
    };
    for (const [name, other] of Object.entries(others)) {
      if (name === "other orders" && account.orders.size === 0) continue;
      assert.not.ok(isGood(other, number), `${name}, SEED=${seed}`);
    }
  });
}

const freeSlot = (orders: ReadonlyMap<number, unknown>): number =>
  Array.from({ length: 16 }, (_, slot) => slot).find((slot) => !orders.has(slot)) ?? 16;

const EMPTY = {
  ownerKey: 0n,
  tradingKey: 0n,
  keyVersion: 0,
  scope: 0,
  keyExpiry: 0,
  collateral: 0n,
  reserved: 0n,
  generation: 0,
  ownerNonces: { window: 0, bits: 0, previousBits: 0 },
  tradingNonces: { window: 0, bits: 0, previousBits: 0 },
};

const ORDER = {
  market: 0,
  side: 0 as const,
  reduceOnly: false,
  price: 2000,
  remaining: 1,
  expiry: 0,
  generation: 0,
  fraction: 1000,
  next: null,
};

test.run();
