/**
 * The generated flow: makers keep ladders of quotes around the oracle price, takers come and take from them. Pure:
 * from what the book looks like and seeded chance, the next thing to do. Every third action is a taker, so that few
 * batches are without a fill.
 */
import type { MarketUnits } from "../sdk/market-units.ts";
import { type Random, randomInt } from "./random.ts";

export interface FlowMarket {
  readonly units: MarketUnits;
  readonly oraclePrice: number;
  /** Prices in ticks and what lies there; null on an empty side. */
  readonly bestBid: { readonly price: number; readonly lots: number } | null;
  readonly bestAsk: { readonly price: number; readonly lots: number } | null;
}

export interface FlowOrder {
  readonly slot: number;
  readonly market: number;
  readonly side: "buy" | "sell";
  readonly price: number;
}

export interface FlowView {
  readonly markets: readonly FlowMarket[];
  /** Open orders, by maker. */
  readonly makers: readonly (readonly FlowOrder[])[];
  /** The taker's position by market, in lots. */
  readonly takerPositions: readonly number[];
}

export type FlowAction =
  | {
      readonly kind: "quote";
      readonly maker: number;
      readonly market: number;
      readonly side: "buy" | "sell";
      readonly price: number;
      readonly lots: number;
      readonly postOnly: boolean;
    }
  | {
      readonly kind: "take";
      readonly market: number;
      readonly side: "buy" | "sell";
      readonly price: number;
      readonly lots: number;
    }
  | { readonly kind: "cancel"; readonly maker: number; readonly slot: number };

/** Quotes that a maker keeps on one side of a market. */
const LADDER = 4;
/** A quote is worth about this much, in quanta: 500 to 2,500 units of a six-decimal collateral. */
const QUOTE_VALUES = [500_000_000, 2_500_000_000] as const;
/** Beyond this position a taker only reduces. */
const TAKER_LIMIT_VALUE = 20_000_000_000;

/** `turn` counts the actions from zero on. */
export function nextAction(view: FlowView, turn: number, random: Random): FlowAction {
  const m = randomInt(random, 0, view.markets.length - 1);
  const market = view.markets[m]!;
  if (turn % 3 === 2) {
    const taken = take(view, m, random);
    if (taken !== undefined) return taken;
  }
  const maker = randomInt(random, 0, view.makers.length - 1);
  const far = farthest(view, maker, market, random);
  return far ?? quote(view, maker, m, turn, random);
}

function take(view: FlowView, m: number, random: Random): FlowAction | undefined {
  const { bestBid, bestAsk, oraclePrice } = view.markets[m]!;
  const position = view.takerPositions[m]!;
  const limit = Math.floor(TAKER_LIMIT_VALUE / oraclePrice);
  const wished = position > limit ? "sell" : position < -limit ? "buy" : random() < 0.5 ? "buy" : "sell";
  const side = (wished === "buy" ? bestAsk : bestBid) === null ? (bestAsk === null ? "sell" : "buy") : wished;
  const head = side === "buy" ? bestAsk : bestBid;
  if (head === null) return undefined;
  // Mostly a part of the head, sometimes more than it holds: then several makers, or a rest that is dropped.
  const lots = Math.max(1, Math.floor(head.lots * (0.3 + random())));
  const reach = Math.floor(oraclePrice / 1_000);
  const price = side === "buy" ? head.price + reach : Math.max(1, head.price - reach);
  return { kind: "take", market: m, side, price, lots };
}

/** The quote of a full ladder that is farthest from the oracle price, to be taken away. */
function farthest(
  { makers }: FlowView,
  maker: number,
  { units, oraclePrice }: FlowMarket,
  random: Random,
): FlowAction | undefined {
  const orders = makers[maker]!.filter(({ market }) => market === units.market);
  const full = orders.length >= 2 * LADDER || (orders.length > LADDER && random() < 0.2);
  if (!full) return undefined;
  const distance = ({ price }: FlowOrder): number => Math.abs(price - oraclePrice);
  const far = orders.reduce((a, b) => (distance(b) > distance(a) ? b : a));
  return { kind: "cancel", maker, slot: far.slot };
}

function quote(view: FlowView, maker: number, m: number, turn: number, random: Random): FlowAction {
  const { oraclePrice, bestBid, bestAsk } = view.markets[m]!;
  // The thinner side first, so that takers find something on both.
  const mine = view.makers[maker]!.filter(({ market }) => market === m);
  const bids = mine.filter(({ side }) => side === "buy").length;
  const side =
    bids * 2 === mine.length ? (turn % 2 === 0 ? "buy" : "sell") : bids * 2 < mine.length ? "buy" : "sell";
  const away = Math.max(1, Math.floor((oraclePrice * randomInt(random, 2, 25)) / 10_000));
  const wished = side === "buy" ? oraclePrice - away : oraclePrice + away;
  // A maker does not take: the quote stays behind the other side's best.
  const price =
    side === "buy"
      ? Math.min(wished, bestAsk === null ? wished : bestAsk.price - 1)
      : Math.max(wished, bestBid === null ? wished : bestBid.price + 1);
  const lots = Math.max(1, Math.floor(randomInt(random, ...QUOTE_VALUES) / price));
  return {
    kind: "quote",
    maker,
    market: m,
    side,
    price: Math.max(1, price),
    lots,
    postOnly: random() < 0.25,
  };
}
