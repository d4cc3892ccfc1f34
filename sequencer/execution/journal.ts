/** Watches a block's steps on their way to the cutter and writes down what people ask about: fills, orders, outcomes. */
import type { BatchCutter } from "../batch/cutter.ts";
import { type Exchange, readAccount, readOrder } from "../exchange/exchange.ts";
import { deathOf } from "../exchange/order.ts";
import type { OrderName } from "../exchange/state.ts";
import type { Step } from "../exchange/step.ts";
import { decodeWord, Outcome, type Side, typeOf, type WordFields, WordType } from "../exchange/word.ts";
import type { OrderState } from "../node/view.ts";
import type { Authority, Entry } from "../ordering/entry.ts";
import type { FillRecord, LogRecord } from "../store/records.ts";
import { type Operation, put } from "../store/space.ts";
import { Touched } from "../store/state-operations.ts";
import { tables } from "../store/tables.ts";
import { type ExecutedEntry, type StepWatcher, type Trade, tradeOf } from "./execute.ts";
import { type OrderRecords, removedState } from "./order-records.ts";

/** A place in the log with what stands there. */
export interface Logged {
  readonly sequence: number;
  readonly record: LogRecord;
}

/** The order that is being placed. */
interface Placing {
  readonly fields: WordFields;
  filled: number;
  fillCount: number;
  readonly firstFill: number;
  state: OrderState | null;
}

export class Journal implements StepWatcher {
  touched = new Touched();
  private operations: Operation[] = [];
  /** Words in the log, fills ever. */
  sequence: number;
  fills: number;
  private placing: Placing | null = null;
  private trade: Trade | null = null;
  private stepBatch = 0;
  private wordBatches: number[] = [];
  private unlinkedState: OrderState = "cancelled";
  private readonly exchange: Exchange;
  private readonly cutter: BatchCutter;
  private readonly orders: OrderRecords;

  constructor(
    exchange: Exchange,
    cutter: BatchCutter,
    orders: OrderRecords,
    progress: { readonly sequence: number; readonly fills: number },
  ) {
    this.exchange = exchange;
    this.cutter = cutter;
    this.orders = orders;
    this.sequence = progress.sequence;
    this.fills = progress.fills;
  }

  entry(words: number): void {
    this.cutter.entry(words);
    this.wordBatches = [];
    this.placing = null;
  }

  before(step: Step, authority: Authority | null): void {
    this.touched.add(step.counterparty);
    this.touched.add(step.active);
    this.stepBatch = this.cutter.open.number;
    if (step.word !== 0n) this.begin(step);
    this.trade = tradeOf(this.exchange, step);
    if (step.action.kind === "unlink") this.unlinkedState = this.stateOfUnlinked(step);
    this.cutter.before(step, authority);
  }

  after(step: Step): void {
    this.note(step);
    this.cutter.after();
  }

  /**
   * The order that is being placed where this journal begins: its word is in the log already, where this node's history
   * does not reach. `finish` runs the steps that it still takes.
   */
  resume(word: bigint, finish: () => void): void {
    const fields = decodeWord(word);
    const { taker } = this.exchange.machine;
    if (taker === null) throw new Error("no order is being placed");
    const filled = fields.size - taker.remaining;
    this.placing = { fields, filled, fillCount: 0, firstFill: this.fills + 1, state: null };
    this.sequence -= 1;
    finish();
    this.endPlacing(this.placing);
    this.sequence += 1;
    this.placing = null;
  }

  /** Writes an executed entry into the log; what stands at the command's place comes back. */
  log(entry: Entry, executed: ExecutedEntry): Logged {
    const { placing } = this;
    if (placing !== null) this.endPlacing(placing);
    let last: LogRecord | undefined;
    executed.words.forEach(({ word, code }, i) => {
      const isCommand = i === executed.words.length - 1;
      const placed = isCommand ? placing : null;
      last = {
        word,
        code,
        authority: isCommand ? entry.authority : null,
        // Steps that follow from a command may reach into later batches: with the last of them all is as settled as it is told.
        batch: isCommand ? this.stepBatch : this.wordBatches[i]!,
        filled: placed?.filled ?? 0,
        firstFill: placed?.firstFill ?? 0,
        fillCount: placed?.fillCount ?? 0,
        order: placed?.state ?? null,
      };
      this.sequence += 1;
      this.operations.push(put(tables.log, [this.sequence], last));
    });
    if (entry.authority !== null)
      this.operations.push(put(tables.request, [entry.words.at(-1)!.toString(16)], this.sequence));
    return { sequence: this.sequence, record: last! };
  }

  /** Rows of everything since the last call. */
  takeOperations(): Operation[] {
    const operations = [...this.operations, ...this.orders.operations()];
    this.operations = [];
    this.touched = new Touched();
    return operations;
  }

  private begin(step: Step): void {
    this.wordBatches.push(this.stepBatch);
    if (typeOf(step.word) !== WordType.place || step.outcome !== Outcome.accepted) return;
    const fields = decodeWord(step.word);
    this.placing = { fields, filled: 0, fillCount: 0, firstFill: this.fills + 1, state: null };
  }

  private note(step: Step): void {
    const { action } = step;
    switch (action.kind) {
      case "fill":
        this.noteTrade(this.trade!, action.taker.remaining === action.lots);
        return;
      case "removeMaker":
        this.orders.ended(step.counterparty!, removedState(action.reason));
        return;
      case "unlink":
        this.orders.ended(step.active!, this.unlinkedState);
        return;
      case "rest":
        this.placing!.state = "open";
        return;
      case "stopTaker":
        this.placing!.state = "stopped";
        return;
      case "dropTaker":
        this.placing!.state = action.reason === "immediateOrCancel" ? "dropped" : "stopped";
        return;
    }
  }

  private noteTrade(trade: Trade, isLast: boolean): void {
    const placing = this.placing!;
    placing.filled += trade.lots;
    placing.fillCount += 1;
    if (isLast) placing.state = "filled";
    this.orders.filled(trade.maker, trade.lots);
    this.fills += 1;
    const fill: FillRecord = {
      sequence: this.fills,
      time: this.exchange.machine.time,
      ...trade,
      word: this.sequence + 1,
      batch: this.stepBatch,
    };
    this.operations.push(
      put(tables.fill, [this.fills], fill),
      put(tables.accountFill, [trade.taker.account, this.fills], this.fills),
      put(tables.accountFill, [trade.maker.account, this.fills], this.fills),
    );
  }

  /** An immediate-or-cancel order never takes its slot: another order may rest there. */
  private endPlacing({ fields, filled, state }: Placing): void {
    if (fields.immediateOrCancel === 1) return;
    this.orders.set(nameOf(fields), {
      market: fields.market,
      side: fields.side as Side,
      reduceOnly: fields.reduceOnly === 1,
      price: fields.price,
      remaining: fields.size - filled,
      expiry: fields.expiry,
      state: state!,
      size: fields.size,
      filled,
      word: this.sequence + 1,
    });
  }

  /** A cancel unlinks by its owner's wish, an expire word because the order was dead already. */
  private stateOfUnlinked(step: Step): OrderState {
    if (typeOf(step.word) === WordType.cancel) return "cancelled";
    const name = step.active!;
    const order = readOrder(this.exchange, name)!;
    const death = deathOf(order, readAccount(this.exchange, name.account), this.exchange.machine.time);
    return death === "expired" ? "expired" : "cancelled";
  }
}

const nameOf = ({ account, slot }: WordFields): OrderName => ({ account, slot });
