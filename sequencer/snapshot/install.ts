/**
 * Puts a snapshot into the database in place of the state that was there. What was signed, the log of votes, and history
 * stay. A crash on the way is seen: the format's row is missing until everything is there.
 */
import { cloneAccount } from "../batch/clone.ts";
import type { Order } from "../exchange/state.ts";
import type { Database } from "../store/database.ts";
import type { OrderRecord } from "../store/records.ts";
import { del, type Operation, put } from "../store/space.ts";
import { type Format, tables } from "../store/tables.ts";
import { validatorTables } from "../validator/tables.ts";
import type { AccountGroup, SnapshotHead } from "./snapshot.ts";
import type { GoodHead } from "./snapshot-client.ts";

/** The state, and what is kept of it for batches and provers. */
const STATE = [
  tables.machine,
  tables.market,
  tables.account,
  tables.order,
  tables.orderRecord,
  tables.openMachine,
  tables.openMarket,
  tables.openAccount,
  tables.openStep,
  tables.job,
  tables.jobState,
  tables.base,
  tables.baseFills,
];

/** Where groups come from; null when nobody has them any more. */
type Groups = (head: SnapshotHead, from: number) => Promise<readonly AccountGroup[] | null>;

/** Leaves a database like a new one, for the state. */
export async function wipeState(database: Database, joining: SnapshotHead | null): Promise<void> {
  await database.write([
    joining === null ? del(validatorTables.joining, [0]) : put(validatorTables.joining, [0], joining),
    del(tables.format, [0]),
    del(tables.progress, [0]),
  ]);
  for (const table of STATE) await database.clear(table);
}

/** False when the groups stopped coming; then the state is wiped. */
export async function install(
  database: Database,
  { head, landing }: GoodHead,
  { format, root, groups }: { readonly format: Format; readonly root: bigint; readonly groups: Groups },
): Promise<boolean> {
  await wipeState(database, head);
  for (let number = 0; number < head.groups.length; ) {
    const found = await groups(head, number);
    if (found === null) {
      await wipeState(database, null);
      return false;
    }
    await database.write(found.flatMap(accountRows));
    number += found.length;
  }
  const { border } = landing;
  const progress = {
    height: head.block.header.height - 1,
    sequence: border.sequence,
    fills: border.fills,
    openBatch: head.batch + 1,
    openRoot: root,
    openSteps: 0,
    openFills: 0,
  };
  await database.write([
    ...globalRows(head),
    put(tables.base, [0], { batch: head.batch }),
    put(tables.baseFills, [0], border.fills),
    put(tables.progress, [0], progress),
    put(tables.format, [0], format),
  ]);
  return true;
}

function globalRows({ machine, markets }: SnapshotHead): Operation[] {
  return [
    put(tables.machine, [0], machine),
    put(tables.openMachine, [0], machine),
    ...markets.flatMap((market, m) => [put(tables.market, [m], market), put(tables.openMarket, [m], market)]),
  ];
}

const accountRows = (group: AccountGroup): Operation[] =>
  group.flatMap(({ index, account }) => [
    put(tables.account, [index], cloneAccount(account)),
    ...[...account.orders].flatMap(([slot, order]) => [
      put(tables.order, [index, slot], order),
      put(tables.orderRecord, [index, slot], recordOf(order)),
    ]),
  ]);

/** What the state knows of an order. Its size at placement and its place in the log are history. */
const recordOf = ({ market, side, reduceOnly, price, remaining, expiry }: Order): OrderRecord => ({
  market,
  side,
  reduceOnly,
  price,
  remaining,
  expiry,
  state: "open",
  size: remaining,
  filled: 0,
  word: 0,
});
