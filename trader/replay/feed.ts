/** Sends a replay's orders one after the other, each answered before the next: order is what a replay is about. */
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountSession } from "../sdk/account-session.ts";
import { formatUnits } from "../sdk/decimal.ts";
import type { MarketUnits } from "../sdk/market-units.ts";
import type { Receipt } from "../sdk/replies.ts";
import { ReplayError } from "./replay-error.ts";
import { LOTS_PER_SHARE } from "./replay-market.ts";
import type { ReplayOrder } from "./replay-order.ts";

export interface FeedCounts {
  orders: number;
  cancels: number;
  takers: number;
  fills: number;
}

export interface FeedOptions {
  readonly units: MarketUnits;
  readonly makers: readonly AccountSession[];
  readonly taker: AccountSession;
  /** Orders in a minute; 0: no pause. */
  readonly pace: number;
}

export class Feed {
  readonly counts: FeedCounts = { orders: 0, cancels: 0, takers: 0, fills: 0 };
  /** Of the last request. */
  lastReceipt: Receipt | undefined;
  private readonly options: FeedOptions;
  private dueAt = 0;

  constructor(options: FeedOptions) {
    this.options = options;
  }

  /** Throws `REQUEST_REFUSED` when the exchange does anything else than the replay expects. */
  async send(order: ReplayOrder, line: number): Promise<void> {
    await this.keepPace();
    const receipt = await this.perform(order);
    this.lastReceipt = receipt;
    const expected = this.count(order, receipt);
    if (receipt.outcome === "accepted" && expected) return;
    const what = receipt.code ?? `${receipt.outcome}, order ${receipt.order}, ${receipt.filled} lots filled`;
    throw new ReplayError(
      "REQUEST_REFUSED",
      `line ${line}: ${JSON.stringify(order)} became: ${what} (batch ${receipt.batch})`,
    );
  }

  private async keepPace(): Promise<void> {
    const { pace } = this.options;
    if (pace === 0) return;
    const now = performance.now();
    if (now < this.dueAt) await sleep(this.dueAt - now);
    this.dueAt = Math.max(now, this.dueAt) + 60_000 / pace;
  }

  private async perform(order: ReplayOrder): Promise<Receipt> {
    const { units, makers, taker } = this.options;
    if (order.kind === "cancel") return await makers[order.owner]!.cancel({ slot: order.slot });
    const terms = {
      units,
      side: order.side,
      price: formatUnits({ count: order.price, unit: units.tickSize }),
      size: formatUnits({ count: order.size * LOTS_PER_SHARE, unit: units.lotSize }),
    };
    const placed =
      order.kind === "take"
        ? await taker.place({ ...terms, time: "immediate" })
        : await makers[order.owner]!.place({ ...terms, slot: order.slot });
    return placed.receipt;
  }

  /** Counts what happened; false when it is not what the order is for. */
  private count(order: ReplayOrder, receipt: Receipt): boolean {
    const { counts } = this;
    counts.fills += receipt.fills?.count ?? 0;
    if (order.kind === "cancel") {
      counts.cancels += 1;
      return true;
    }
    if (order.kind === "place") {
      counts.orders += 1;
      return receipt.order === "open" && receipt.filled === 0;
    }
    counts.takers += 1;
    return receipt.filled === order.size * LOTS_PER_SHARE;
  }
}
