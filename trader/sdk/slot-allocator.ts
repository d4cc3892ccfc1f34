/** Picks order slots. A slot is busy from the moment it is picked until its order is known to be gone. */
import { SLOT_BITS } from "../../sequencer/exchange/limits.ts";
import { TraderError } from "./trader-error.ts";

/**
 * Hands out free slots, lowest first.
 *
 * @example
 * import { equal, throws } from "node:assert/strict";
 * import { SlotAllocator } from "./slot-allocator.ts";
 *
 * const slots = new SlotAllocator({ taken: [0, 2], slots: 4 });
 * equal(slots.take(), 1);
 * equal(slots.take(), 3);
 * throws(() => slots.take(), { code: "NO_FREE_SLOT" });
 * slots.release(2);
 * equal(slots.take(), 2);
 */
export class SlotAllocator {
  private readonly busy: Set<number>;
  private readonly slots: number;

  /** `taken` are the slots of open orders; `slots` is how many the exchange's circuit has. */
  constructor(options: { readonly taken: Iterable<number>; readonly slots?: number }) {
    this.busy = new Set(options.taken);
    this.slots = options.slots ?? 2 ** SLOT_BITS;
  }

  take(): number {
    for (let slot = 0; slot < this.slots; slot++) {
      if (this.busy.has(slot)) continue;
      this.busy.add(slot);
      return slot;
    }
    throw new TraderError("NO_FREE_SLOT", {
      message: `all ${this.slots} order slots of the account are taken`,
      whatToDo: "Cancel an order first, or trade from a second account.",
    });
  }

  /** Marks a slot that the trader chose. */
  occupy(slot: number): void {
    this.busy.add(slot);
  }

  release(slot: number): void {
    this.busy.delete(slot);
  }
}
