/** The exchange's state as snapshots carry it. Every width is the one that the state's hash has room for. */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { FIELD_MODULUS } from "../../exchange/field.ts";
import {
  ACCOUNT_BITS,
  AMOUNT_BITS,
  FRACTION_BITS,
  FUNDING_BITS,
  GENERATION_BITS,
  KEY_VERSION_BITS,
  MAX_MARKETS,
  NONCE_BIT_BITS,
  NONCE_BITS,
  NONCE_WINDOW,
  OPEN_INTEREST_BITS,
  PAYLOAD_BITS,
  POSITION_BITS,
  PRICE_BITS,
  RESERVED_BITS,
  SCOPE_BITS,
  SIZE_BITS,
  SLOT_BITS,
  TIME_BITS,
  WORD_BITS,
} from "../../exchange/limits.ts";
import type {
  Account,
  Machine,
  Market,
  MarketParameters,
  Order,
  OrderLink,
  Taker,
  UsedNonces,
} from "../../exchange/state.ts";
import type { Side } from "../../exchange/word.ts";
import type { NumberedAccount } from "../../snapshot/snapshot.ts";
import { bytes, type Codec, flag, mapped, unsigned } from "./codec.ts";
import { list, maybe, one, record } from "./record.ts";
import { refuse } from "./wire-error.ts";

/** Totals are field elements with a sign: far from half the modulus. */
const TOTAL_BITS = 252;
const COUNTER = Number.MAX_SAFE_INTEGER;

const bits = (count: number): Codec<number> => unsigned(2 ** count - 1);

/** 32 bytes, big-endian, below a bound. */
const below = (bound: bigint): Codec<bigint> =>
  mapped<bigint>(
    bytes(32, 32),
    (value) => hexToBytes(value.toString(16).padStart(64, "0")),
    (value) => {
      const number = BigInt(`0x${bytesToHex(value)}`);
      return number < bound ? number : refuse("outOfRange");
    },
  );
const big = (count: number): Codec<bigint> => below(1n << BigInt(count));
export const fieldElement = below(FIELD_MODULUS);
export const word = big(WORD_BITS);

/** 0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4. */
const signed = (count: number): Codec<number> => {
  const inner = unsigned(2 ** (count + 1) - 1);
  return {
    wireType: inner.wireType,
    write: (value, writer) => inner.write(value < 0 ? -2 * value - 1 : 2 * value, writer),
    read: (reader) => {
      const value = inner.read(reader);
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
  };
};
const signedBig = (count: number): Codec<bigint> => {
  const inner = big(count + 1);
  return {
    wireType: inner.wireType,
    write: (value, writer) => inner.write(value < 0n ? -2n * value - 1n : 2n * value, writer),
    read: (reader) => {
      const value = inner.read(reader);
      return value % 2n === 1n ? -(value + 1n) / 2n : value / 2n;
    },
  };
};

const account = bits(ACCOUNT_BITS);
const slot = bits(SLOT_BITS);
const market = unsigned(MAX_MARKETS - 1);
const side = bits(1) as Codec<Side>;
const price = bits(PRICE_BITS);
const lots = bits(SIZE_BITS);
const time = bits(TIME_BITS);
const fraction = bits(FRACTION_BITS);
const generation = bits(GENERATION_BITS);
const total = signedBig(TOTAL_BITS);
const payload = big(PAYLOAD_BITS);

const link = record<OrderLink>({ account: one(account), slot: one(slot), price: one(price) });

interface NumberedOrder extends Order {
  readonly slot: number;
}
const order = record<NumberedOrder>({
  slot: one(slot),
  market: one(market),
  side: one(side),
  reduceOnly: one(flag),
  price: one(price),
  remaining: one(lots),
  expiry: one(time),
  generation: one(generation),
  fraction: one(fraction),
  next: maybe(link),
});

const nonces = record<UsedNonces>({
  window: one(bits(NONCE_BITS - NONCE_BIT_BITS)),
  bits: one(bits(NONCE_WINDOW)),
  previousBits: one(bits(NONCE_WINDOW)),
});

interface FlatAccount extends Omit<Account, "orders" | "sizes" | "fundings"> {
  readonly index: number;
  readonly sizes: readonly number[];
  readonly fundings: readonly number[];
  readonly orders: readonly NumberedOrder[];
}

const isAscending = (orders: readonly NumberedOrder[]): boolean =>
  orders.every(({ slot }, i) => i === 0 || slot > orders[i - 1]!.slot);

const flatAccount = record<FlatAccount>(
  {
    index: one(account),
    ownerKey: one(fieldElement),
    tradingKey: one(fieldElement),
    keyVersion: one(bits(KEY_VERSION_BITS)),
    scope: one(bits(SCOPE_BITS)),
    keyExpiry: one(time),
    collateral: one(total),
    reserved: one(big(RESERVED_BITS)),
    generation: one(generation),
    ownerNonces: one(nonces),
    tradingNonces: one(nonces),
    sizes: list(signed(POSITION_BITS), MAX_MARKETS),
    fundings: list(signed(FUNDING_BITS), MAX_MARKETS),
    orders: list(order, 2 ** SLOT_BITS),
  },
  ({ orders }) => isAscending(orders),
);

export const numberedAccount: Codec<NumberedAccount> = {
  wireType: flatAccount.wireType,
  write: ({ index, account: { orders, ...rest } }, writer) => {
    const inOrder = [...orders].toSorted(([a], [b]) => a - b);
    const flat = inOrder.map(([number, resting]) => ({ ...resting, slot: number }));
    flatAccount.write({ ...rest, index, orders: flat }, writer);
  },
  read: (reader) => {
    const { index, orders, sizes, fundings, ...rest } = flatAccount.read(reader);
    const held = new Map(orders.map(({ slot: number, ...resting }) => [number, resting]));
    return { index, account: { ...rest, sizes: [...sizes], fundings: [...fundings], orders: held } };
  },
};

const parameters = record<MarketParameters>({
  initialFraction: one(fraction),
  maintenanceFraction: one(fraction),
  collarFraction: one(fraction),
  maxMovePerSecond: one(price),
  maxOracleAge: one(time),
  minOrderValue: one(big(AMOUNT_BITS)),
  openInterestCap: one(bits(OPEN_INTEREST_BITS)),
});

export const marketState = record<Market>({
  parameters: one(parameters),
  oraclePrice: one(price),
  oracleTime: one(time),
  fundingIndex: one(signed(FUNDING_BITS)),
  fundingClearing: one(total),
  premiumAccumulator: one(total),
  openInterest: one(bits(OPEN_INTEREST_BITS)),
  insurance: one(total),
  bestBid: maybe(link),
  bestAsk: maybe(link),
});

const taker = record<Taker>({
  account: one(account),
  slot: one(slot),
  market: one(market),
  side: one(side),
  immediateOrCancel: one(flag),
  reduceOnly: one(flag),
  price: one(price),
  remaining: one(lots),
  expiry: one(time),
});

export const machineState = record<Machine>({
  domain: one(fieldElement),
  requestFee: one(big(AMOUNT_BITS)),
  time: one(time),
  nextAccount: one(bits(ACCOUNT_BITS + 1)),
  l1Consumed: one(unsigned(COUNTER)),
  fees: one(big(TOTAL_BITS)),
  payloadHigh: one(payload),
  payloadLow: one(payload),
  l1PayloadHigh: one(payload),
  l1PayloadLow: one(payload),
  taker: maybe(taker),
});
