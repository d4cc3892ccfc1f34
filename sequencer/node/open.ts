/** Opens a sequencer's parts over a database: recovered when it has a state, at genesis when it is new. */
import { BatchCutter } from "../batch/cutter.ts";
import { OpenBatch } from "../batch/open-batch.ts";
import { LiveIndex } from "../exchange/book-index.ts";
import { type Exchange, genesisExchange } from "../exchange/exchange.ts";
import { Journal } from "../execution/journal.ts";
import { OrderRecords } from "../execution/order-records.ts";
import { genesisRootOf } from "../state-tree/genesis-root.ts";
import type { Hash, Poseidon } from "../state-tree/poseidon.ts";
import { StateTree } from "../state-tree/state-tree.ts";
import type { Database } from "../store/database.ts";
import { type History, historyOf } from "../store/history.ts";
import { JobStore } from "../store/job-store.ts";
import { OpenBatchRows } from "../store/open-batch-operations.ts";
import { expectedFormat, recover } from "../store/recovery.ts";
import { numbersOf, put } from "../store/space.ts";
import { stateOperations, Touched } from "../store/state-operations.ts";
import type { Progress } from "../store/tables.ts";
import { tables } from "../store/tables.ts";
import type { SequencerSettings } from "./settings.ts";
import { Settlements } from "./settlements.ts";

export interface Parts {
  readonly database: Database;
  readonly exchange: Exchange;
  readonly genesisRoot: bigint;
  readonly hash: Hash;
  readonly cutter: BatchCutter;
  /** As of the newest batch. */
  readonly tree: StateTree;
  readonly openRows: OpenBatchRows;
  readonly orders: OrderRecords;
  readonly journal: Journal;
  readonly jobs: JobStore;
  readonly settlements: Settlements;
  readonly height: number;
  readonly history: History;
}

export async function openParts(
  database: Database,
  settings: SequencerSettings,
  poseidon: Poseidon,
): Promise<Parts> {
  checkSettings(settings);
  const genesisRoot = genesisRootOf(settings, poseidon);
  const tree = new StateTree(settings.dimensions, poseidon.hash);
  const recovered = await recover(database, tree, genesisRoot);
  const exchange = recovered?.exchange ?? genesisExchange(settings.genesis, new LiveIndex());
  const open = recovered?.open ?? new OpenBatch(1, genesisRoot, exchange);
  const progress = recovered?.progress ?? { height: 0, sequence: 0, fills: 0 };
  const cutter = new BatchCutter(exchange, tree, poseidon.hash, settings, open);
  const openRows = new OpenBatchRows(open, recovered !== undefined);
  if (recovered === undefined)
    await database.write([
      put(tables.format, [0], expectedFormat(tree, genesisRoot)),
      ...stateOperations(exchange, new Touched()),
      ...openRows.operations(cutter),
      put(tables.progress, [0], { ...progressOf(cutter, progress), openRoot: genesisRoot }),
    ]);
  const orders = await loadOrders(database);
  const settlements = await Settlements.load(database);
  return {
    database,
    exchange,
    genesisRoot,
    hash: poseidon.hash,
    cutter,
    tree,
    openRows,
    orders,
    journal: new Journal(exchange, cutter, orders, progress),
    jobs: await JobStore.load(database, open.number - 1, settlements),
    settlements,
    height: progress.height,
    history: await historyOf(database, progress.fills),
  };
}

/** Where everything stands; the root is known only when what was cut is sealed. */
export const progressOf = (
  { open }: BatchCutter,
  counts: Pick<Progress, "height" | "sequence" | "fills">,
): Omit<Progress, "openRoot"> => ({
  height: counts.height,
  sequence: counts.sequence,
  fills: counts.fills,
  openBatch: open.number,
  openSteps: open.steps.length,
  openFills: open.fills,
});

async function loadOrders(database: Database): Promise<OrderRecords> {
  const orders = new OrderRecords();
  for (const { key, value } of await database.list(tables.orderRecord)) {
    const [account, slot] = numbersOf(key) as [number, number];
    if (value.state === "open") orders.restore({ account, slot }, value);
  }
  return orders;
}

/** Mistakes of whoever configures, not of whoever trades. */
function checkSettings({ tiers, dimensions, genesis }: SequencerSettings): void {
  if (genesis.markets.length !== dimensions.markets)
    throw new Error(`${genesis.markets.length} markets for circuits with ${dimensions.markets}`);
  const ascending = tiers.every((tier, i) => Number.isInteger(tier) && tier > (tiers[i - 1] ?? 0));
  // Three: a registration has three words, which are never split.
  if (!ascending || (tiers.at(-1) ?? 0) < 3)
    throw new Error("tiers are whole numbers of steps, ascending, the last at least 3");
}
