/**
 * The state as field elements: what is hashed, in which order, separated by kind. The circuits' hashes take the
 * same inputs in the same order (circuits/account.circom, order.circom, globals.circom).
 *
 * A value that the circuit must take apart again is packed and named "packed"; all others are elements of
 * their own, in range because every step that writes them checks it.
 */
import { toField } from "./field.ts";
import type {
  Account,
  Machine,
  Market,
  MarketParameters,
  Order,
  OrderLink,
  Taker,
  UsedNonces,
} from "./state.ts";

/** Poseidon's capacity element, by kind of what is hashed. */
export const HashDomain = {
  account: 1n,
  positions: 2n,
  accountNode: 3n,
  orderNode: 4n,
  market: 5n,
  markets: 6n,
  machine: 7n,
  state: 8n,
  key: 9n,
  request: 10n,
  sponge: 11n,
} as const;
export type HashKind = keyof typeof HashDomain;

/**
 * Little end first: [value, width] pairs into one integer. Throws RangeError on a value that does not fit: in its
 * neighbour's bits the circuit would read another state than the one that is meant.
 */
function pack(...parts: readonly (readonly [value: bigint | number | boolean, bits: number])[]): bigint {
  let packed = 0n;
  let offset = 0n;
  for (const [value, bits] of parts) {
    const part = BigInt(value);
    if (part >> BigInt(bits) !== 0n) throw new RangeError(`${value} does not fit ${bits} bits`);
    packed |= part << offset;
    offset += BigInt(bits);
  }
  return packed;
}

/** |size| of every market, then the funding index at last settlement of every market. */
export const positionsInputs = (account: Account): bigint[] => [
  ...account.sizes.map((size) => BigInt(Math.abs(size))),
  ...account.fundings.map((funding) => toField(BigInt(funding))),
];

/** Current window's bits 32, the previous one's 32, window number 27. */
export const packedNonces = ({ window, bits, previousBits }: UsedNonces): bigint =>
  pack([bits, 32], [previousBits, 32], [window, 27]);

/** All of the trading key but its hash: keyVersion 16 bits, scope 8, keyExpiry 32, its nonces 91. */
export const packedKey = (account: Account): bigint =>
  pack(
    [account.keyVersion, 16],
    [account.scope, 8],
    [account.keyExpiry, 32],
    [packedNonces(account.tradingNonces), 91],
  );

/** One sign bit per market (1 = short) 8, generation 24. */
export const packedSigns = (account: Account): bigint =>
  pack(
    [account.sizes.reduce((bits, size, m) => bits + (size < 0 ? 2 ** m : 0), 0), 8],
    [account.generation, 24],
  );

export const accountInputs = (account: Account, ordersRoot: bigint, positionsHash: bigint): bigint[] => [
  account.ownerKey,
  account.tradingKey,
  packedKey(account),
  toField(account.collateral),
  account.reserved,
  packedNonces(account.ownerNonces),
  packedSigns(account),
  ordersRoot,
  positionsHash,
];

/** A link: has 1, account 20, slot 8, price 32; all zero when there is none. */
export const packedLink = (link: OrderLink | null): bigint =>
  link === null ? 0n : pack([1, 1], [link.account, 20], [link.slot, 8], [link.price, 32]);

/** occupied 1, market 4, side 1, reduceOnly 1, price 32, remaining 32, expiry 32, generation 24, fraction 14, link 61. */
export const orderLeaf = (order: Order | undefined): bigint =>
  order === undefined
    ? 0n
    : pack(
        [1, 1],
        [order.market, 4],
        [order.side, 1],
        [order.reduceOnly, 1],
        [order.price, 32],
        [order.remaining, 32],
        [order.expiry, 32],
        [order.generation, 24],
        [order.fraction, 14],
        [packedLink(order.next), 61],
      );

/** initialFraction 14, maintenance 14, collar 14, move 32, age 32, minimum value 64, open-interest cap 52. */
export const packedParameters = (parameters: MarketParameters): bigint =>
  pack(
    [parameters.initialFraction, 14],
    [parameters.maintenanceFraction, 14],
    [parameters.collarFraction, 14],
    [parameters.maxMovePerSecond, 32],
    [parameters.maxOracleAge, 32],
    [parameters.minOrderValue, 64],
    [parameters.openInterestCap, 52],
  );

export const marketInputs = (market: Market): bigint[] => [
  BigInt(market.oraclePrice),
  BigInt(market.oracleTime),
  toField(BigInt(market.fundingIndex)),
  toField(market.fundingClearing),
  toField(market.premiumAccumulator),
  BigInt(market.openInterest),
  toField(market.insurance),
  packedLink(market.bestBid),
  packedLink(market.bestAsk),
  packedParameters(market.parameters),
];

/** active 1, account 20, slot 8, market 4, side 1, immediateOrCancel 1, reduceOnly 1, price 32, remaining 32, expiry 32. */
export const packedTaker = (taker: Taker | null): bigint =>
  taker === null
    ? 0n
    : pack(
        [1, 1],
        [taker.account, 20],
        [taker.slot, 8],
        [taker.market, 4],
        [taker.side, 1],
        [taker.immediateOrCancel, 1],
        [taker.reduceOnly, 1],
        [taker.price, 32],
        [taker.remaining, 32],
        [taker.expiry, 32],
      );

export const machineInputs = (machine: Machine): bigint[] => [
  machine.domain,
  machine.requestFee,
  BigInt(machine.time),
  BigInt(machine.nextAccount),
  BigInt(machine.l1Consumed),
  machine.fees,
  machine.custody,
  machine.payloadHigh,
  machine.payloadLow,
  machine.l1PayloadHigh,
  machine.l1PayloadLow,
  packedTaker(machine.taker),
];
