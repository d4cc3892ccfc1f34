/** The book's index for a replay: the predecessors that the sequencer's index found, one per step. */
import type { BookIndex } from "../../sequencer/exchange/book-index.ts";
import type { OrderName } from "../../sequencer/exchange/state.ts";

export class RecordedIndex implements BookIndex {
  /** The counterparty of the step that is being decided. */
  current: OrderName | null = null;

  predecessorForPrice(): OrderName | null {
    return this.current;
  }

  predecessorOf(): OrderName | null {
    return this.current;
  }

  inserted(): void {}

  removed(): void {}
}
