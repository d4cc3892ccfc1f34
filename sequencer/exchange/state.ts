/**
 * The state of the exchange, complete: what stateRoot commits to and nothing else.
 *
 * Units: prices in ticks, sizes in lots, times in Unix seconds (numbers below 2^53, widths in limits.ts);
 * money in quanta (bigint). price * size is exactly a number of quanta. Requirements are quanta scaled by
 * FRACTION_ONE, so that no fraction is ever rounded.
 */
import type { Side } from "./word.ts";

export type Ticks = number;
export type Lots = number;
export type Seconds = number;
export type Quanta = bigint;
/** Quanta times FRACTION_ONE. */
export type ScaledQuanta = bigint;

/** An order is named by its owner and a slot that the owner picked. */
export interface OrderName {
  readonly account: number;
  readonly slot: number;
}

/** A link of a book side: the order that comes next, and its price. */
export interface OrderLink extends OrderName {
  readonly price: Ticks;
}

export interface Order {
  readonly market: number;
  readonly side: Side;
  readonly reduceOnly: boolean;
  readonly price: Ticks;
  remaining: Lots;
  /** Dead from this second on; 0 = good till cancelled. */
  readonly expiry: Seconds;
  /** The owner's generation when it was placed; an older one is dead and reserves nothing. */
  readonly generation: number;
  /** Initial fraction at placement, so that release is exactly what placing reserved. */
  readonly fraction: number;
  next: OrderLink | null;
}

/** The nonces that a key has used, see nonce.ts. Replaced, never changed. */
export interface UsedNonces {
  readonly window: number;
  /** Used in this window and in the one before it, one bit each (unsigned 32 bits). */
  readonly bits: number;
  readonly previousBits: number;
}

export const NO_NONCES: UsedNonces = { window: 0, bits: 0, previousBits: 0 };

export interface Account {
  /** Poseidon hash of the owner's BabyJubJub public key; 0 = not registered. */
  ownerKey: bigint;
  /** Likewise for the trading key; 0 = none. */
  tradingKey: bigint;
  /** Grows with every new trading key; words name the version they are signed with. */
  keyVersion: number;
  scope: number;
  /** The trading key signs nothing from this second on; 0 = never expires. */
  keyExpiry: Seconds;
  /** Cash, signed: a long position was paid for with it. */
  collateral: Quanta;
  /** Initial requirement of all live resting orders that are not reduce-only. */
  reserved: ScaledQuanta;
  generation: number;
  /** Of the owner key, for ever. */
  ownerNonces: UsedNonces;
  /** Of the current trading key: a stolen one can use up its own nonces only, and the next one begins anew. */
  tradingNonces: UsedNonces;
  /** Signed position per market. */
  sizes: Lots[];
  /** The market's funding index when the position was last settled, quanta per lot. */
  fundings: number[];
  orders: Map<number, Order>;
}

/** Fixed per market; part of the state so that a circuit proves under the right ones. */
export interface MarketParameters {
  readonly initialFraction: number;
  readonly maintenanceFraction: number;
  /** How far through the oracle price an order may reach. */
  readonly collarFraction: number;
  /** Largest oracle move per elapsed second, ticks. */
  readonly maxMovePerSecond: Ticks;
  /** Older than this the price is stale and the market reduce-only. */
  readonly maxOracleAge: Seconds;
  readonly minOrderValue: Quanta;
  readonly openInterestCap: Lots;
}

export interface Market {
  readonly parameters: MarketParameters;
  oraclePrice: Ticks;
  oracleTime: Seconds;
  /** Quanta per lot, signed. */
  fundingIndex: number;
  /** What lazy funding settlement has received minus paid; dust stays here. */
  fundingClearing: Quanta;
  premiumAccumulator: bigint;
  /** Sum of all long positions. */
  openInterest: Lots;
  insurance: Quanta;
  bestBid: OrderLink | null;
  bestAsk: OrderLink | null;
}

/** The active taker: what is left of an order that was placed and is not finished. */
export interface Taker extends OrderName {
  readonly market: number;
  readonly side: Side;
  readonly immediateOrCancel: boolean;
  readonly reduceOnly: boolean;
  readonly price: Ticks;
  readonly remaining: Lots;
  readonly expiry: Seconds;
}

export interface Machine {
  /** Binds chain id and contract into every signature. */
  readonly domain: bigint;
  /** Flat fee of every accepted or refused signed request. */
  readonly requestFee: Quanta;
  time: Seconds;
  nextAccount: number;
  /** L1 queue words consumed so far. */
  l1Consumed: number;
  fees: Quanta;
  /** Accepted deposits and registrations less accepted withdrawals: all that accounts, fees and markets hold. */
  custody: Quanta;
  /** Halves of a key hash, waiting for the signed word that uses them. */
  payloadHigh: bigint;
  payloadLow: bigint;
  /** The same for words of the L1 queue; apart, or a signed payload could take over a registration. */
  l1PayloadHigh: bigint;
  l1PayloadLow: bigint;
  taker: Taker | null;
}

export const emptyAccount = (markets: number): Account => ({
  ownerKey: 0n,
  tradingKey: 0n,
  keyVersion: 0,
  scope: 0,
  keyExpiry: 0,
  collateral: 0n,
  reserved: 0n,
  generation: 0,
  ownerNonces: NO_NONCES,
  tradingNonces: NO_NONCES,
  sizes: new Array(markets).fill(0),
  fundings: new Array(markets).fill(0),
  orders: new Map(),
});

/** What the first state is made from. */
export interface Genesis {
  readonly domain: bigint;
  readonly requestFee: Quanta;
  readonly time: Seconds;
  readonly markets: readonly { readonly parameters: MarketParameters; readonly oraclePrice: Ticks }[];
}

export const genesisMachine = (genesis: Genesis): Machine => ({
  domain: genesis.domain,
  requestFee: genesis.requestFee,
  time: genesis.time,
  nextAccount: 1,
  l1Consumed: 0,
  fees: 0n,
  custody: 0n,
  payloadHigh: 0n,
  payloadLow: 0n,
  l1PayloadHigh: 0n,
  l1PayloadLow: 0n,
  taker: null,
});

export const genesisMarkets = (genesis: Genesis): Market[] =>
  genesis.markets.map(({ parameters, oraclePrice }) => ({
    parameters,
    oraclePrice,
    oracleTime: genesis.time,
    fundingIndex: 0,
    fundingClearing: 0n,
    premiumAccumulator: 0n,
    openInterest: 0,
    insurance: 0n,
    bestBid: null,
    bestAsk: null,
  }));
