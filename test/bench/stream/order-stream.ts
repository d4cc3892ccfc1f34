/**
 * A stream of orders that two order books can take side by side: limit orders and cancels over all markets,
 * three in ten a cancel of a living order, three in ten of the rest crossing. A crossing order is as large as
 * what it meets, so nothing of it rests, and it comes from an account that never rests: no book has to know
 * about self-trades, and both do the same fills.
 */
import { type Exchange, readAccount, readOrder } from "../../../sequencer/exchange/exchange.ts";
import type { OrderLink, OrderName } from "../../../sequencer/exchange/state.ts";
import { encodeWord, Side, WordType } from "../../../sequencer/exchange/word.ts";
import { Random } from "../../generate/random.ts";
import { runWord } from "../../generate/run.ts";
import { fundedExchange, MAKERS, MID_PRICE, TAKERS } from "./funded-exchange.ts";
import { LivingOrders } from "./living-orders.ts";

export interface StreamOrder {
  readonly cancels: boolean;
  /** Unique while it lives. */
  readonly id: string;
  readonly market: number;
  readonly side: Side;
  readonly price: number;
  readonly size: number;
  /** The same for the machine. */
  readonly word: bigint;
}

const CANCELS = 0.3;
const CROSSES = 0.3;
/** Orders that rest before the measured stream starts. */
const PREFILLED = 8_000;
/** Resting orders lie within this many ticks of the middle. */
const SPREAD = 150;

export interface OrderStream {
  readonly prefill: readonly StreamOrder[];
  readonly orders: readonly StreamOrder[];
}

/** Makes a stream by trading it. */
export function orderStream(seed: number, length: number): OrderStream {
  const maker = new StreamMaker(seed);
  const prefill = Array.from({ length: PREFILLED }, () => maker.rest());
  return { prefill, orders: Array.from({ length }, () => maker.next()) };
}

class StreamMaker {
  private readonly exchange: Exchange = fundedExchange();
  private readonly random: Random;
  private readonly nonces = new Map<number, number>();
  private readonly living = new LivingOrders();

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  next(): StreamOrder {
    if (this.living.size > 0 && this.random.chance(CANCELS)) return this.cancel();
    return (this.random.chance(CROSSES) ? this.cross() : undefined) ?? this.rest();
  }

  rest(): StreamOrder {
    const { random } = this;
    const name = this.freeSlot();
    const side = random.pick([Side.buy, Side.sell]);
    // Denser near the middle, as books are.
    const away = 1 + Math.floor(SPREAD * (random.below(1000) / 1000) ** 2);
    const price = side === Side.buy ? MID_PRICE - away : MID_PRICE + away;
    return this.place(name, random.below(this.exchange.markets.length), side, price, random.between(1, 100));
  }

  private freeSlot(): OrderName {
    for (;;) {
      const name = { account: this.random.between(1, MAKERS), slot: this.random.below(256) };
      if (!readAccount(this.exchange, name.account).orders.has(name.slot)) return name;
    }
  }

  /** Takes part of the head, or the head and some of those behind it. */
  private cross(): StreamOrder | undefined {
    const { random, exchange } = this;
    const market = random.below(exchange.markets.length);
    const side = random.pick([Side.buy, Side.sell]);
    let link: OrderLink | null = exchange.markets[market]![side === Side.buy ? "bestAsk" : "bestBid"];
    if (link === null) return undefined;
    let { price } = link;
    let available = 0;
    for (let left = random.pick([1, 1, 1, 2, 3]); link !== null && left > 0; left--) {
      const order: { price: number; remaining: number; next: OrderLink | null } = readAccount(
        exchange,
        link.account,
      ).orders.get(link.slot)!;
      price = order.price;
      available += order.remaining;
      link = order.next;
    }
    const taker = { account: MAKERS + random.between(1, TAKERS), slot: 0 };
    return this.place(taker, market, side, price, random.between(Math.ceil(available / 2), available));
  }

  private place(name: OrderName, market: number, side: Side, price: number, size: number): StreamOrder {
    const nonce = this.nonce(name.account);
    const id = `${name.account}/${name.slot}/${nonce}`;
    const word = encodeWord({ type: WordType.place, ...name, nonce, market, side, price, size });
    this.run(word, id);
    return { cancels: false, id, market, side, price, size, word };
  }

  private cancel(): StreamOrder {
    const { name, id } = this.living.pick(this.random);
    const { market, side, price, remaining } = readAccount(this.exchange, name.account).orders.get(
      name.slot,
    )!;
    const word = encodeWord({ type: WordType.cancel, ...name, nonce: this.nonce(name.account) });
    this.run(word, id);
    return { cancels: true, id, market, side, price, size: remaining, word };
  }

  private nonce(account: number): number {
    const nonce = this.nonces.get(account) ?? 0;
    this.nonces.set(account, nonce + 1);
    return nonce;
  }

  private run(word: bigint, id: string): void {
    const judged = { word, authentic: true };
    runWord(this.exchange, judged, ({ action, active, counterparty, code }) => {
      if (code !== null) throw new Error(`the stream holds a refused order: ${code}`);
      if (action.kind === "rest") this.living.add({ name: nameOf(action.taker), id });
      else if (action.kind === "unlink") this.living.remove(active!);
      else if (readOrder(this.exchange, counterparty!) === undefined) this.living.remove(counterparty!);
    });
  }
}

const nameOf = ({ account, slot }: OrderName): OrderName => ({ account, slot });
