/** The batch under construction as rows: written as it grows, deleted when it is cut. */
import type { BatchCutter } from "../batch/cutter.ts";
import { OpenBatch } from "../batch/open-batch.ts";
import type { Database } from "./database.ts";
import { del, numbersOf, type Operation, put } from "./space.ts";
import { StoreError } from "./store-error.ts";
import { type Progress, tables } from "./tables.ts";

/** Knows what of the open batch is stored already. */
export class OpenBatchRows {
  private number: number;
  private accounts = new Set<number>();
  private steps: number;

  /** `open` is stored as it is, or not at all when `stored` is false. */
  constructor(open: OpenBatch, stored: boolean) {
    this.number = stored ? open.number : 0;
    this.steps = stored ? open.steps.length : 0;
    if (stored) this.accounts = new Set(open.opened.keys());
  }

  /** What has to be written so that the stored batch is the cutter's. */
  operations(cutter: BatchCutter): Operation[] {
    const { open } = cutter;
    const operations: Operation[] = [];
    if (open.number !== this.number) operations.push(...this.restart(open));
    for (const index of cutter.unstored) {
      operations.push(put(tables.openAccount, [index], open.opened.get(index)!));
      this.accounts.add(index);
    }
    cutter.unstored.clear();
    for (; this.steps < open.steps.length; this.steps++)
      operations.push(put(tables.openStep, [this.steps], open.steps[this.steps]!));
    return operations;
  }

  private restart(open: OpenBatch): Operation[] {
    const operations: Operation[] = [];
    for (const index of this.accounts) operations.push(del(tables.openAccount, [index]));
    for (let step = 0; step < this.steps; step++) operations.push(del(tables.openStep, [step]));
    operations.push(put(tables.openMachine, [0], open.machine));
    open.markets.forEach((market, m) => {
      operations.push(put(tables.openMarket, [m], market));
    });
    this.number = open.number;
    this.accounts = new Set();
    this.steps = 0;
    return operations;
  }
}

export async function loadOpenBatch(database: Database, progress: Progress): Promise<OpenBatch> {
  const machine = await database.demand(tables.openMachine, 0);
  const markets = (await database.list(tables.openMarket)).map(({ value }) => value);
  const open = new OpenBatch(progress.openBatch, progress.openRoot, { machine, markets });
  for (const { key, value } of await database.list(tables.openAccount))
    open.opened.set(numbersOf(key)[0]!, { account: value.account, slots: [...value.slots] });
  for (const { value } of await database.list(tables.openStep)) open.steps.push(value);
  if (open.steps.length !== progress.openSteps)
    throw new StoreError(
      "missingValue",
      `${progress.openSteps} steps of the open batch, found ${open.steps.length}`,
    );
  open.fills = progress.openFills;
  return open;
}
