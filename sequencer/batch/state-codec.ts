/** The state's parts as JSON, for jobs and for the store. Widths are those of the exchange. */
import { FIELD_MODULUS } from "../exchange/field.ts";
import {
  ACCOUNT_BITS,
  AMOUNT_BITS,
  CUSTODY_BITS,
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
} from "../exchange/limits.ts";
import type {
  Account,
  Machine,
  Market,
  MarketParameters,
  Order,
  OrderLink,
  OrderName,
  Taker,
  UsedNonces,
} from "../exchange/state.ts";
import type { Side } from "../exchange/word.ts";
import {
  bigBelow,
  bigSigned,
  bigUnsigned,
  type Codec,
  flag,
  list,
  mapOf,
  nullable,
  object,
  signed,
  unsigned,
} from "./codec.ts";

/** Money totals that no step bounds more tightly must at least be signed field elements. */
const TOTAL_BITS = 252;
/** Counters of L1 words and the like: whatever a number holds exactly. */
const COUNTER_BITS = 53;

const accountIndex = unsigned(ACCOUNT_BITS);
const slot = unsigned(SLOT_BITS);
const marketIndex = unsigned(3);
const side = unsigned(1) as Codec<Side>;
const price = unsigned(PRICE_BITS);
const lots = unsigned(SIZE_BITS);
const time = unsigned(TIME_BITS);
const fraction = unsigned(FRACTION_BITS);
const generation = unsigned(GENERATION_BITS);

export const fieldElement = bigBelow(FIELD_MODULUS);

export const orderNameCodec = object<OrderName>({ account: accountIndex, slot });

const orderLinkCodec = object<OrderLink>({ account: accountIndex, slot, price });

export const orderCodec = object<Order>({
  market: marketIndex,
  side,
  reduceOnly: flag,
  price,
  remaining: lots,
  expiry: time,
  generation,
  fraction,
  next: nullable(orderLinkCodec),
});

const noncesCodec = object<UsedNonces>({
  window: unsigned(NONCE_BITS - NONCE_BIT_BITS),
  bits: unsigned(NONCE_WINDOW),
  previousBits: unsigned(NONCE_WINDOW),
});

export const accountCodec = object<Account>({
  ownerKey: fieldElement,
  tradingKey: fieldElement,
  keyVersion: unsigned(KEY_VERSION_BITS),
  scope: unsigned(SCOPE_BITS),
  keyExpiry: time,
  collateral: bigSigned(TOTAL_BITS),
  reserved: bigUnsigned(RESERVED_BITS),
  generation,
  ownerNonces: noncesCodec,
  tradingNonces: noncesCodec,
  sizes: list(signed(POSITION_BITS), 1, MAX_MARKETS),
  fundings: list(signed(FUNDING_BITS), 1, MAX_MARKETS),
  orders: mapOf(slot, orderCodec, 2 ** SLOT_BITS),
});

const parametersCodec = object<MarketParameters>({
  initialFraction: fraction,
  maintenanceFraction: fraction,
  collarFraction: fraction,
  maxMovePerSecond: price,
  maxOracleAge: time,
  minOrderValue: bigUnsigned(AMOUNT_BITS),
  openInterestCap: unsigned(OPEN_INTEREST_BITS),
});

export const marketCodec = object<Market>({
  parameters: parametersCodec,
  oraclePrice: price,
  oracleTime: time,
  fundingIndex: signed(FUNDING_BITS),
  fundingClearing: bigSigned(TOTAL_BITS),
  premiumAccumulator: bigSigned(TOTAL_BITS),
  openInterest: unsigned(OPEN_INTEREST_BITS),
  insurance: bigSigned(TOTAL_BITS),
  bestBid: nullable(orderLinkCodec),
  bestAsk: nullable(orderLinkCodec),
});

const takerCodec = object<Taker>({
  account: accountIndex,
  slot,
  market: marketIndex,
  side,
  immediateOrCancel: flag,
  reduceOnly: flag,
  price,
  remaining: lots,
  expiry: time,
});

const payload = bigUnsigned(PAYLOAD_BITS);

export const machineCodec = object<Machine>({
  // Larger ones have the hashes of smaller ones.
  domain: fieldElement,
  requestFee: bigUnsigned(AMOUNT_BITS),
  time,
  // One more than the last account when the tree is full.
  nextAccount: unsigned(ACCOUNT_BITS + 1),
  l1Consumed: unsigned(COUNTER_BITS),
  fees: bigUnsigned(TOTAL_BITS),
  // Registrations are not held to the bound of deposits.
  custody: bigUnsigned(CUSTODY_BITS + 1),
  payloadHigh: payload,
  payloadLow: payload,
  l1PayloadHigh: payload,
  l1PayloadLow: payload,
  taker: nullable(takerCodec),
});
