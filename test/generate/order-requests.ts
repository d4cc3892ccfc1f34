/** Random orders and cancellations, most of them sensible, the rest wrong in every way that has a name. */
import { readAccount, readOrder } from "../../sequencer/exchange/exchange.ts";
import { FRACTION_ONE } from "../../sequencer/exchange/limits.ts";
import { nextNonce, noncesOf } from "../../sequencer/exchange/nonce.ts";
import type { Market } from "../../sequencer/exchange/state.ts";
import { encodeTick, encodeWord, Side, type WordFields, WordType } from "../../sequencer/exchange/word.ts";
import {
  type Aim,
  accountWith,
  type Intent,
  orderWith,
  signed,
  someAccount,
  spare,
  unsigned,
} from "./aim.ts";

type OrderFields = Partial<WordFields> & { type: number; account: number };

/** A slot that is free, now and then any slot. */
function someSlot({ exchange, random, shape }: Aim, account: number): number {
  const { orders } = readAccount(exchange, account);
  const slot = random.below(shape.slots);
  if (random.chance(0.03)) return slot;
  for (let i = 0; i < shape.slots; i++) {
    const candidate = (slot + i) % shape.slots;
    if (!orders.has(candidate)) return candidate;
  }
  return slot;
}

function somePrice({ random }: Aim, market: Market, side: Side): number {
  const { oraclePrice, parameters } = market;
  const away = side === Side.buy ? -1 : 1;
  const opposite = side === Side.buy ? market.bestAsk : market.bestBid;
  const own = side === Side.buy ? market.bestBid : market.bestAsk;
  const band = Math.max(2, Math.floor(oraclePrice * 0.04));
  const collar = Math.floor((oraclePrice * parameters.collarFraction) / FRACTION_ONE);
  const price = random.weighted<() => number>([
    [40, () => oraclePrice + away * random.between(-Math.floor(band / 4), band)],
    [20, () => opposite?.price ?? oraclePrice],
    [15, () => own?.price ?? oraclePrice],
    [18, () => oraclePrice - away * random.below(collar)],
    [3, () => oraclePrice - away * collar],
    [2, () => oraclePrice - away * (collar + random.between(0, 2))],
    [2, () => oraclePrice + away * random.below(oraclePrice)],
  ])();
  return Math.max(1, price);
}

const MOST_LOTS = 2 ** 32 - 1;

/** The largest order whose requirement the account covers; at least 1. */
function affordable(aim: Aim, account: number, market: Market, price: number): number {
  const perLot = BigInt(price) * BigInt(Math.max(1, market.parameters.initialFraction));
  const lots = Number((spare(aim, account) * BigInt(FRACTION_ONE)) / perLot);
  return Math.min(MOST_LOTS, Math.max(1, lots));
}

/** Lots that bind: around what the account can afford, or simply a few. */
function someSize(aim: Aim, account: number, market: Market, price: number): number {
  const { random, shape } = aim;
  const unit = 2 ** shape.magnitude;
  const most = affordable(aim, account, market, price);
  const size = random.weighted<() => number>([
    [55, () => random.between(2 * unit, 12 * unit)],
    [25, () => random.between(1, Math.max(2, Math.min(most, 120 * unit)))],
    [12, () => Math.min(most, 120 * unit)],
    [4, () => most],
    [3, () => most + 1],
    [1, () => MOST_LOTS],
  ])();
  return Math.min(MOST_LOTS, size);
}

function order(aim: Aim, flags: Partial<WordFields>): OrderFields {
  const { exchange, random } = aim;
  const m = random.below(exchange.markets.length);
  const market = exchange.markets[m]!;
  const account = accountWith(aim, (_, index) => flags.reduceOnly === 1 || spare(aim, index) > 0n);
  const side = random.pick([Side.buy, Side.sell]);
  const price = somePrice(aim, market, side);
  const expires = random.chance(0.25);
  return {
    type: WordType.place,
    account,
    slot: someSlot(aim, account),
    market: m,
    side,
    price,
    size: someSize(aim, account, market, price),
    expiry: expires ? exchange.machine.time + random.between(1, 40) : 0,
    ...flags,
  };
}

export const placeOrder: Intent = (aim) => {
  const { random } = aim;
  const flags = random.weighted<Partial<WordFields>>([
    [70, {}],
    [18, { immediateOrCancel: 1 }],
    [12, { postOnly: 1 }],
  ]);
  return [signed(aim, order(aim, flags))];
};

/** Mostly against a position that is there, so that it caps and flips are tried. */
export const placeReduceOnly: Intent = (aim) => {
  const { exchange, random } = aim;
  const m = random.below(exchange.markets.length);
  const account = accountWith(aim, ({ sizes }) => sizes[m] !== 0);
  const size = readAccount(exchange, account).sizes[m]!;
  const closing = size > 0 ? Side.sell : Side.buy;
  const side = random.chance(0.9) ? closing : random.pick([Side.buy, Side.sell]);
  const market = exchange.markets[m]!;
  const opposite = side === Side.buy ? market.bestAsk : market.bestBid;
  // Just reaching the head leaves a rest that has nothing to reduce any more and nobody to meet.
  const price = random.chance(0.3) && opposite !== null ? opposite.price : somePrice(aim, market, side);
  const lots = random.weighted([
    [3, Math.abs(size)],
    [3, Math.abs(size) + random.between(1, 5)],
    [4, random.between(1, Math.abs(size) + 1)],
  ]);
  const fields = { market: m, account, side, price, size: Math.max(1, lots), slot: someSlot(aim, account) };
  const immediateOrCancel = random.chance(0.4) ? 1 : 0;
  return [signed(aim, { ...order(aim, { reduceOnly: 1, immediateOrCancel }), ...fields })];
};

/** A maker bids for exactly a position, whose owner then offers more than it: the rest has nothing to reduce. */
export const closeExactly: Intent = (aim) => {
  const { exchange, random } = aim;
  const m = random.below(exchange.markets.length);
  const market = exchange.markets[m]!;
  const account = accountWith(aim, ({ sizes }) => sizes[m] !== 0);
  const maker = accountWith(aim, (_, index) => index !== account && spare(aim, index) > 0n);
  const size = readAccount(exchange, account).sizes[m]!;
  const best = size > 0 ? market.bestBid : market.bestAsk;
  const price = (best?.price ?? market.oraclePrice) + Math.sign(size);
  const [bid, ask] = size > 0 ? [Side.buy, Side.sell] : [Side.sell, Side.buy];
  const shared = { type: WordType.place, market: m, price };
  const lots = Math.max(1, Math.abs(size));
  return [
    signed(aim, { ...shared, account: maker, slot: someSlot(aim, maker), side: bid, size: lots }),
    signed(aim, {
      ...shared,
      account,
      slot: someSlot(aim, account),
      side: ask,
      size: lots + random.between(0, 3),
      reduceOnly: 1,
    }),
  ];
};

/** A maker bids, the price grows old, and who holds a position closes it with the bid: nobody may take it over now. */
export const closeAtStalePrice: Intent = (aim) => {
  const { exchange, random } = aim;
  const m = random.below(exchange.markets.length);
  const { bestBid, bestAsk, oraclePrice, parameters } = exchange.markets[m]!;
  const account = accountWith(aim, ({ sizes }) => sizes[m] !== 0);
  const size = readAccount(exchange, account).sizes[m]!;
  const maker = accountWith(
    aim,
    ({ sizes }, index) => index !== account && sizes[m]! * size >= 0 && spare(aim, index) > 0n,
  );
  const best = size > 0 ? bestBid : bestAsk;
  const price = (best?.price ?? oraclePrice) + Math.sign(size);
  const [bid, ask] = size > 0 ? [Side.buy, Side.sell] : [Side.sell, Side.buy];
  const shared = { type: WordType.place, market: m, price, size: Math.max(2, Math.abs(size)) };
  const time = exchange.machine.time + parameters.maxOracleAge + random.between(1, 10);
  const deltas = exchange.markets.map((_, i) => (i === m ? null : 0));
  return [
    signed(aim, { ...shared, account: maker, slot: someSlot(aim, maker), side: bid }),
    unsigned(encodeTick({ time, deltas })),
    signed(aim, { ...shared, account, slot: someSlot(aim, account), side: ask, reduceOnly: 1 }),
  ];
};

/**
 * Who holds a position in one market bids in another, the first one's price grows old, and somebody without a position
 * there takes the bid: it is gone now. Nor is another one taken.
 */
export const quoteWithStalePosition: Intent = (aim) => {
  const { exchange, random } = aim;
  const [silent, m] = random.shuffled(exchange.markets.map((_, i) => i));
  if (silent === undefined || m === undefined) return [];
  const holds = (at: number) => readAccount(exchange, at).sizes[silent] !== 0;
  const maker = accountWith(aim, (_, index) => holds(index) && spare(aim, index) > 0n);
  const taker = accountWith(aim, (_, index) => index !== maker && !holds(index) && spare(aim, index) > 0n);
  const { bestBid, bestAsk, oraclePrice } = exchange.markets[m]!;
  const grows = Math.sign(readAccount(exchange, maker).sizes[m]!) || random.pick([1, -1]);
  const price = ((grows > 0 ? bestBid : bestAsk)?.price ?? oraclePrice) + grows;
  const [bid, ask] = grows > 0 ? [Side.buy, Side.sell] : [Side.sell, Side.buy];
  const size = random.between(2, 4) * 2 ** aim.shape.magnitude;
  const shared = { type: WordType.place, market: m, price, size };
  const { maxOracleAge } = exchange.markets[silent]!.parameters;
  const time = exchange.machine.time + maxOracleAge + random.between(1, 10);
  const deltas = exchange.markets.map((_, i) => (i === silent ? null : 0));
  const bidding = { ...shared, account: maker, side: bid };
  const { orders } = readAccount(exchange, maker);
  const nonce = nextNonce(noncesOf(readAccount(exchange, maker), 0));
  const slots = Array.from({ length: aim.shape.slots }, (_, slot) => slot).filter(
    (slot) => !orders.has(slot),
  );
  return [
    signed(aim, { ...bidding, slot: slots[0] ?? 0, keySelector: 0, nonce }),
    unsigned(encodeTick({ time, deltas })),
    signed(aim, { ...shared, account: taker, slot: someSlot(aim, taker), side: ask }),
    signed(aim, { ...bidding, slot: slots[1] ?? 0, keySelector: 0, nonce: nonce + 1 }),
  ];
};

/** All that an account can carry, at the worst price that may be asked: what fills costs the margin of the rest. */
export const overreach: Intent = (aim) => {
  const { exchange } = aim;
  const fields = order(aim, {});
  const market = exchange.markets[fields.market!]!;
  const { oraclePrice, parameters } = market;
  const collar = Math.floor((oraclePrice * parameters.collarFraction) / FRACTION_ONE);
  const price = oraclePrice + (fields.side === Side.buy ? collar : -collar);
  return [signed(aim, { ...fields, price, size: affordable(aim, fields.account, market, price), expiry: 0 })];
};

export const placeWrongly: Intent = (aim) => {
  const { exchange, random } = aim;
  const fields = order(aim, {});
  const wrong = random.pick<Partial<WordFields>>([
    { immediateOrCancel: 1, postOnly: 1 },
    { price: 0 },
    { size: 0 },
    { size: 1 },
    { market: random.between(exchange.markets.length, 15) },
    { expiry: exchange.machine.time - random.below(5) },
    { price: exchange.markets[fields.market!]!.oraclePrice * (fields.side === Side.buy ? 2 : 0) + 1 },
    { postOnly: 1, price: exchange.markets[fields.market!]!.oraclePrice, size: 2 },
    { account: random.below(aim.shape.accountLimit) },
  ]);
  return [signed(aim, { ...fields, ...wrong })];
};

export const cancelOrder: Intent = (aim) => {
  const found = aim.random.chance(0.97) ? orderWith(aim, () => true) : undefined;
  const name = found ?? { account: someAccount(aim), slot: aim.random.below(aim.shape.slotLimit) };
  return [signed(aim, { type: WordType.cancel, account: name.account, slot: name.slot })];
};

export const cancelAllOrders: Intent = (aim) => {
  const account = accountWith(aim, ({ orders }) => orders.size > 0);
  return [signed(aim, { type: WordType.cancelAll, account })];
};

/** Sweeping up dead orders; sometimes a living one or an empty slot is tried. */
export const expireOrder: Intent = (aim) => {
  const { exchange, random, shape } = aim;
  const dead = orderWith(aim, (name) => {
    const found = readOrder(exchange, name)!;
    const { generation } = readAccount(exchange, name.account);
    return found.generation !== generation || (found.expiry !== 0 && found.expiry <= exchange.machine.time);
  });
  const name = random.chance(0.8) ? dead : orderWith(aim, () => true);
  const { account, slot } = name ?? { account: someAccount(aim), slot: random.below(shape.slotLimit) };
  return [unsigned(encodeWord({ type: WordType.expire, account, slot }))];
};
