/** What became of orders, for whoever asks later: one record per slot, of the last order that was meant to rest. */
import type { OrderName } from "../exchange/state.ts";
import type { RemovalReason } from "../exchange/step.ts";
import type { OrderState } from "../node/view.ts";
import type { OrderRecord } from "../store/records.ts";
import { type Operation, put } from "../store/space.ts";
import { tables } from "../store/tables.ts";

const keyOf = ({ account, slot }: OrderName): number => account * 256 + slot;

export class OrderRecords {
  /** Orders that rest. */
  private readonly open = new Map<number, OrderRecord>();
  private changed = new Map<number, { name: OrderName; record: OrderRecord }>();

  /** An order that rests since before this process started. */
  restore(name: OrderName, record: OrderRecord): void {
    this.open.set(keyOf(name), record);
  }

  get(name: OrderName): OrderRecord | undefined {
    return this.changed.get(keyOf(name))?.record ?? this.open.get(keyOf(name));
  }

  set(name: OrderName, record: OrderRecord): void {
    if (record.state === "open") this.open.set(keyOf(name), record);
    else this.open.delete(keyOf(name));
    this.changed.set(keyOf(name), { name, record });
  }

  filled(name: OrderName, lots: number): void {
    const record = this.demand(name);
    const remaining = record.remaining - lots;
    const state = remaining === 0 ? "filled" : "open";
    this.set(name, { ...record, remaining, filled: record.filled + lots, state });
  }

  ended(name: OrderName, state: OrderState): void {
    this.set(name, { ...this.demand(name), state });
  }

  /** Rows of what changed since the last call. */
  operations(): Operation[] {
    const operations = [...this.changed.values()].map(({ name, record }) =>
      put(tables.orderRecord, [name.account, name.slot], record),
    );
    this.changed = new Map();
    return operations;
  }

  private demand(name: OrderName): OrderRecord {
    const record = this.open.get(keyOf(name));
    if (record === undefined) throw new Error(`no record of account ${name.account} slot ${name.slot}`);
    return record;
  }
}

/** What a maker that was met and removed became. */
export const removedState = (reason: RemovalReason): OrderState => {
  if (reason === "dead") return "cancelled";
  return reason === "expired" ? "expired" : "removed";
};
