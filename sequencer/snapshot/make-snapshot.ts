/**
 * A snapshot of a batch's end, from a node that is further by now, without holding its execution up. The database keeps
 * the present, as a view of one moment; jobs of the batches since keep what each of them opened, as it was before. What
 * a batch was the first to open is therefore known as it was at the snapshot's batch; all else has not changed since.
 */
import type { BatchJob } from "../batch/job.ts";
import type { Block, Header } from "../consensus/messages.ts";
import type { Account, Machine, Market, Order } from "../exchange/state.ts";
import { typeOf, WordType, withOutcome } from "../exchange/word.ts";
import type { Parts } from "../node/open.ts";
import { ARITY } from "../state-tree/sparse-tree.ts";
import type { Dimensions } from "../state-tree/state-tree.ts";
import type { DatabaseView } from "../store/database.ts";
import { numbersOf } from "../store/space.ts";
import { tables } from "../store/tables.ts";
import { EMPTY_DIGEST } from "../validator/state-digest.ts";
import { validatorTables } from "../validator/tables.ts";
import { groupCount, groupLevel, groupSize, isBlank } from "./groups.ts";
import { MAX_BATCHES_BACK, MAX_DESCENDANTS, MAX_EXECUTED } from "./limits.ts";
import type { AccountGroup, ExecutedBlock, NumberedAccount, SnapshotHead } from "./snapshot.ts";

/** What is taken at one moment between two blocks: everything else is read later. */
export interface Moment {
  readonly view: DatabaseView;
  readonly dimensions: Dimensions;
  /** The newest batch, and the hashes of all groups at its end. */
  readonly latest: number;
  readonly groups: readonly bigint[];
}

/** What opened accounts and orders were at the snapshot's batch. */
interface Before {
  readonly accounts: Map<number, { account: Account; orders: Map<number, Order | undefined> }>;
  readonly groups: Map<number, bigint>;
}

/** At a moment when no block is half executed or half written. */
export function takeMoment({ database, exchange, cutter, tree }: Parts): Moment {
  const { dimensions } = tree;
  const level = groupLevel(dimensions);
  const count = groupCount(dimensions, exchange.machine.nextAccount);
  const groups = Array.from({ length: count }, (_, group) => tree.accountNode(level, group));
  return { view: database.view(), dimensions, latest: cutter.open.number - 1, groups };
}

export class Snapshot {
  readonly head: SnapshotHead;
  private readonly moment: Moment;
  private readonly before: Before;

  private constructor(moment: Moment, head: SnapshotHead, before: Before) {
    this.moment = moment;
    this.head = head;
    this.before = before;
  }

  /** Null when this node has not all that it takes. */
  static async make(moment: Moment, batch: number): Promise<Snapshot | null> {
    const { view, dimensions, latest } = moment;
    if (batch > latest || batch < latest - MAX_BATCHES_BACK) return null;
    const before: Before = { accounts: new Map(), groups: new Map() };
    let globals: { machine: Machine; markets: readonly Market[] } | null = null;
    for (let number = batch + 1; number <= latest; number++) {
      const job = await view.get(tables.job, number);
      if (job === undefined) return null;
      globals ??= { machine: job.machine, markets: job.markets };
      goBack(before, job, dimensions);
    }
    for (const { key, value } of await view.list(tables.openAccount))
      noteOpened(before, numbersOf(key)[0]!, value.account, value.slots);
    const { machine, markets } = globals ?? (await openGlobals(view));
    const chain = await chainFrom(view, batch);
    if (chain === null) return null;
    const count = groupCount(dimensions, machine.nextAccount);
    const groups = moment.groups.slice(0, count).map((hash, group) => before.groups.get(group) ?? hash);
    return new Snapshot(moment, { batch, machine, markets, groups, ...chain }, before);
  }

  async group(number: number): Promise<AccountGroup> {
    const { view, dimensions } = this.moment;
    const size = groupSize(dimensions);
    const [first, end] = [number * size, (number + 1) * size];
    const accounts = new Map<number, Account>();
    for (const { key, value } of await view.list(tables.account, [], { from: first, before: end }))
      accounts.set(numbersOf(key)[0]!, value);
    for (const { key, value } of await view.list(tables.order, [], { from: first, before: end })) {
      const [account, slot] = numbersOf(key) as [number, number];
      accounts.get(account)?.orders.set(slot, value);
    }
    for (let index = first; index < end; index++) this.restore(accounts, index);
    return [...accounts]
      .map(([index, account]): NumberedAccount => ({ index, account }))
      .filter(({ account }) => !isBlank(account))
      .toSorted((a, b) => a.index - b.index);
  }

  close(): Promise<void> {
    return this.moment.view.close();
  }

  private restore(accounts: Map<number, Account>, index: number): void {
    const was = this.before.accounts.get(index);
    if (was === undefined) return;
    const orders = new Map(accounts.get(index)?.orders ?? []);
    for (const [slot, order] of was.orders)
      if (order === undefined) orders.delete(slot);
      else orders.set(slot, order);
    accounts.set(index, { ...was.account, orders });
  }
}

/** Notes what this batch was the first to open since the snapshot's. */
function goBack(before: Before, { opened }: BatchJob, dimensions: Dimensions): void {
  const level = groupLevel(dimensions);
  const size = groupSize(dimensions);
  for (const { index, account, path, orders } of opened) {
    const group = Math.floor(index / size);
    // No batch before this one opened anything in the group, so its hash is the one that the path shows.
    if (!before.groups.has(group)) before.groups.set(group, path[level]![group % ARITY]!);
    const slots = orders.map(({ slot }) => slot);
    noteOpened(before, index, account, slots);
  }
}

function noteOpened(before: Before, index: number, account: Account, slots: readonly number[]): void {
  const known = before.accounts.get(index) ?? { account, orders: new Map<number, Order | undefined>() };
  before.accounts.set(index, known);
  for (const slot of slots) if (!known.orders.has(slot)) known.orders.set(slot, account.orders.get(slot));
}

/** At the end of the newest batch: as the open one began. */
async function openGlobals(view: DatabaseView): Promise<{ machine: Machine; markets: Market[] }> {
  const machine = await view.demand(tables.openMachine, 0);
  const markets = (await view.list(tables.openMarket)).map(({ value }) => value);
  return { machine, markets };
}

type ChainPart = Pick<SnapshotHead, "block" | "descendants" | "finalization" | "digestBefore" | "executed">;

/** The block in which the batch ended, and what makes it final and its digest known. */
async function chainFrom(view: DatabaseView, batch: number): Promise<ChainPart | null> {
  const height = await view.get(validatorTables.borderHeight, batch);
  if (height === undefined) return null;
  const block = await view.get(validatorTables.finalBlock, height);
  const parent = height === 1 ? null : await view.get(validatorTables.finalBlock, height - 1);
  if (block === undefined || parent === undefined) return null;
  const later = await view.list(validatorTables.finalBlock, [], {
    from: height + 1,
    limit: MAX_DESCENDANTS,
  });
  const naming = later.findIndex(({ value }) => value.block.header.stateRootHeight >= height);
  const last = later.findIndex(({ value }, i) => i >= naming && value.finalization !== null);
  if (naming < 0 || last < 0) return null;
  const descendants = later.slice(0, last + 1).map(({ value }) => value.block.header);
  const named = (descendants[naming] as Header).stateRootHeight;
  const executed = await executedBetween(view, height, named);
  if (executed === null) return null;
  return {
    block: block.block satisfies Block,
    descendants,
    finalization: later[last]!.value.finalization!,
    digestBefore: parent?.stateDigest ?? EMPTY_DIGEST,
    executed,
  };
}

async function executedBetween(
  view: DatabaseView,
  first: number,
  last: number,
): Promise<ExecutedBlock[] | null> {
  if (last - first >= MAX_EXECUTED) return null;
  const before = first === 1 ? { sequence: 0 } : await view.get(validatorTables.blockEnd, first - 1);
  if (before === undefined) return null;
  let { sequence: from } = before;
  const executed: ExecutedBlock[] = [];
  for (let height = first; height <= last; height++) {
    const end = await view.get(validatorTables.blockEnd, height);
    if (end === undefined) return null;
    const rows = await view.list(tables.log, [], { from: from + 1, before: end.sequence + 1 });
    if (rows.length !== end.sequence - from) return null;
    executed.push({ ...end, words: rows.map(({ value }) => digested(value.word)) });
    from = end.sequence;
  }
  return executed;
}

/** A word as the state digest has it: what only carries data for the next word has no outcome there. */
function digested(word: bigint): bigint {
  const type = typeOf(word);
  const isPayload = type === WordType.payloadHigh || type === WordType.payloadLow;
  return isPayload ? withOutcome(word, 0) : word;
}
