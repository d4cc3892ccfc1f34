/** Random ticks, and words that no honest sender makes: unknown types, wrong marks, noise. */
import { ACCOUNT_BITS, DELTA_BITS, pow2 } from "../../sequencer/exchange/limits.ts";
import {
  encodePayload,
  encodeTick,
  encodeWord,
  FIELDS,
  TARGET_OFFSET,
  TICK_FRESH_OFFSET,
  WordType,
} from "../../sequencer/exchange/word.ts";
import { type Aim, type HistoryShape, type Intent, someAccount, unsigned } from "./aim.ts";

const MOST_DELTA = 2 ** DELTA_BITS - 1;

/** A move that pulls back to the first price, so that long histories stay near it. */
function someMove(aim: Aim, m: number, elapsed: number): number {
  const { exchange, random, shape } = aim;
  const { oraclePrice, parameters } = exchange.markets[m]!;
  const most = Math.min(elapsed * parameters.maxMovePerSecond, Math.floor(oraclePrice / 8), MOST_DELTA);
  const home = shape.genesis.markets[m]!.oraclePrice;
  const lost = secondsFromHome(aim, m);
  if (lost > 0) return lost > elapsed ? 0 : Math.max(home - oraclePrice, -MOST_DELTA);
  const pull = random.chance(0.25) ? Math.sign(home - oraclePrice) : random.pick([-1, 1]);
  return pull * random.below(most + 1);
}

/**
 * How long a price takes home that is no longer of this world, else 0. Noise is a good tick once in a great while, and may
 * take the price a thousandfold: from then on nobody could afford a trade.
 */
function secondsFromHome({ exchange, shape }: Aim, m: number): number {
  const { oraclePrice, parameters } = exchange.markets[m]!;
  const home = shape.genesis.markets[m]!.oraclePrice;
  return oraclePrice > 8 * home ? Math.ceil((oraclePrice - home) / parameters.maxMovePerSecond) : 0;
}

export const tickClock: Intent = (aim) => {
  const { exchange, random } = aim;
  const usual = random.weighted([
    [80, random.between(1, 6)],
    [17, random.between(7, 40)],
    [3, random.between(61, 100)],
  ]);
  const elapsed = Math.max(usual, ...exchange.markets.map((_, m) => secondsFromHome(aim, m)));
  const deltas = exchange.markets.map((_, m) => (random.chance(0.8) ? someMove(aim, m, elapsed) : null));
  return [unsigned(encodeTick({ time: exchange.machine.time + elapsed, deltas }))];
};

/** A step of the clock under which one market gets no price for long. */
export const tickWithoutPrice: Intent = ({ exchange, random }) => {
  const silent = random.below(exchange.markets.length);
  const deltas = exchange.markets.map((_, m) => (m === silent ? null : 0));
  return [unsigned(encodeTick({ time: exchange.machine.time + random.between(1, 70), deltas }))];
};

export const tickWrongly: Intent = (aim) => {
  const { exchange, random } = aim;
  const { time } = exchange.machine;
  const m = random.below(exchange.markets.length);
  const { oraclePrice, parameters } = exchange.markets[m]!;
  const only = (delta: number) => exchange.markets.map((_, i) => (i === m ? delta : null));
  const word = random.weighted<() => bigint>([
    [2, () => encodeTick({ time: time - random.below(3), deltas: only(0) })],
    [
      2,
      () =>
        encodeTick({ time: time + 1, deltas: only(Math.min(parameters.maxMovePerSecond + 1, MOST_DELTA)) }),
    ],
    [1, () => encodeTick({ time: time + 1, deltas: only(-MOST_DELTA) })],
    [
      2,
      () =>
        encodeTick({
          time: time + Math.ceil(oraclePrice / parameters.maxMovePerSecond),
          deltas: only(-Math.min(oraclePrice, MOST_DELTA)),
        }),
    ],
    // A move in a market that carries no freshness bit.
    [1, () => encodeTick({ time: time + 5, deltas: only(1) }) & ~(255n << BigInt(TICK_FRESH_OFFSET))],
    [1, () => encodeTick({ time: time + 1, deltas: only(0) }) | 128n],
  ])();
  return [unsigned(word)];
};

/** A word of a known type where it does not belong, or of no known type at all. */
export const unknownWord: Intent = (aim) => {
  const { random } = aim;
  const account = someAccount(aim);
  const word = random.pick<() => bigint>([
    () => encodeWord({ type: random.between(13, 31), account, l1: random.below(2) }),
    () => encodeWord({ type: 0, account, slot: 1 }),
    () => encodeWord({ type: random.between(WordType.place, WordType.expire), account, l1: 1 }),
    () => encodeWord({ type: random.pick([WordType.deposit, WordType.register]), account, price: 5 }),
    () =>
      encodePayload(
        random.pick([WordType.payloadHigh, WordType.payloadLow]),
        random.bigint(128),
        random.chance(0.5),
      ),
  ])();
  return [unsigned(word)];
};

/** Random bits under a known type, but naming only accounts and slots that the trees can open. */
export const noise: Intent = ({ random, shape }) => {
  const type = random.below(32);
  const word = (random.bigint(248) & ~31n) | BigInt(type);
  const isData = type === WordType.tick || type === WordType.payloadHigh || type === WordType.payloadLow;
  return [unsigned(isData ? word : within(word, shape))];
};

function within(word: bigint, shape: HistoryShape): bigint {
  const limits: [offset: number, width: number, limit: number][] = [
    [...FIELDS.account, shape.accountLimit],
    [...FIELDS.slot, shape.slotLimit],
    [TARGET_OFFSET, ACCOUNT_BITS, shape.accountLimit],
  ];
  for (const [offset, width, limit] of limits) {
    const mask = (pow2(width) - 1n) << BigInt(offset);
    const value = ((word & mask) >> BigInt(offset)) % BigInt(limit);
    word = (word & ~mask) | (value << BigInt(offset));
  }
  return word;
}
