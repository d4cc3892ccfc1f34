/** Everything that can be asked of a sequencer. What lies on disk is read there; the rest is copied from the live state. */
import type { OrderName } from "../exchange/state.ts";
import type { Logged } from "../execution/journal.ts";
import type { FillRecord } from "../store/records.ts";
import type { BatchView, StoredBatch } from "../store/settlement.ts";
import { tables } from "../store/tables.ts";
import type { Parts } from "./open.ts";
import type { AccountView, BookView, Fill, OrderView, Receipt } from "./view.ts";
import { accountView, bookView, orderView, receiptView, type WaitingRequests } from "./views.ts";

export class Reader {
  private readonly parts: Parts;
  private readonly pending: WaitingRequests;
  private readonly maxRows: number;

  constructor(parts: Parts, pending: WaitingRequests, maxRows: number) {
    this.parts = parts;
    this.pending = pending;
    this.maxRows = maxRows;
  }

  book(market: number, depth: number): BookView | undefined {
    return bookView(this.parts.exchange, market, depth, this.parts.journal.sequence);
  }

  account(index: number): AccountView | undefined {
    return accountView(this.parts.exchange, this.pending, this.parts.orders, index);
  }

  async order({ account, slot }: OrderName): Promise<OrderView | undefined> {
    const { orders, database, exchange } = this.parts;
    const name = { account, slot };
    const record = orders.get(name) ?? (await database.get(tables.orderRecord, account, slot));
    return record && orderView(exchange, name, record);
  }

  async fills(from: number, limit: number): Promise<Fill[]> {
    const rows = await this.parts.database.list(tables.fill, [], { from, limit: this.rows(limit) });
    return rows.map(({ value }) => this.fillView(value));
  }

  async accountFills(account: number, from: number, limit: number): Promise<Fill[]> {
    const { database } = this.parts;
    const rows = await database.list(tables.accountFill, [account], { from, limit: this.rows(limit) });
    return await Promise.all(
      rows.map(async ({ value }) => this.fillView(await database.demand(tables.fill, value))),
    );
  }

  async receipt(word: bigint): Promise<Receipt | undefined> {
    const sequence = await this.parts.database.get(tables.request, word.toString(16));
    return sequence === undefined ? undefined : await this.receiptAt(sequence);
  }

  async receiptAt(sequence: number): Promise<Receipt | undefined> {
    const record = await this.parts.database.get(tables.log, sequence);
    return record && this.receiptOf({ sequence, record });
  }

  receiptOf({ sequence, record }: Logged): Receipt {
    return receiptView(sequence, record, (batch) => this.parts.settlements.of(batch));
  }

  batch(number: number): Promise<StoredBatch | undefined> {
    return this.parts.database.get(tables.batch, number);
  }

  async batchView(number: number): Promise<BatchView | undefined> {
    const { settlements, jobs } = this.parts;
    const batch = await this.batch(number);
    const job = jobs.state(number);
    if (batch === undefined || job === undefined) return undefined;
    const settled = settlements.of(number);
    const state = settled === "ordered" ? "cut" : settled;
    return { ...batch, state, settlement: await settlements.batch(number), job };
  }

  private rows(limit: number): number {
    return Math.min(limit, this.maxRows);
  }

  private fillView(fill: FillRecord): Fill {
    return { ...fill, settlement: this.parts.settlements.of(fill.batch) };
  }
}
