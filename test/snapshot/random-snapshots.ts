/** Random messages about snapshots, within the bounds of the wire. */
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import type { Account, Machine, Market, Order, OrderLink } from "../../sequencer/exchange/state.ts";
import type { Side } from "../../sequencer/exchange/word.ts";
import type {
  AccountGroup,
  ExecutedBlock,
  SnapshotHead,
  SnapshotMessage,
} from "../../sequencer/snapshot/snapshot.ts";
import type { Random } from "../generate/random.ts";
import { randomBlock, randomCertificate } from "../network/random-messages.ts";

const bits = (random: Random, count: number): number =>
  random.chance(0.2) ? 2 ** count - 1 : random.below(2 ** Math.min(count, 31));
const big = (random: Random, count: number): bigint => {
  let value = 0n;
  for (let i = 0; i < 9; i++) value = (value << 32n) | BigInt(random.bits32());
  return random.chance(0.2) ? (1n << BigInt(count)) - 1n : value % (1n << BigInt(count));
};
const signedBig = (random: Random, count: number): bigint =>
  big(random, count) * (random.chance(0.5) ? 1n : -1n);
const signed = (random: Random, count: number): number => {
  const value = bits(random, count);
  return value === 0 || random.chance(0.5) ? value : -value;
};
const element = (random: Random): bigint =>
  random.chance(0.1) ? FIELD_MODULUS - 1n : big(random, 256) % FIELD_MODULUS;
const listOf = <T>(random: Random, max: number, make: (i: number) => T): T[] =>
  Array.from({ length: random.between(0, max) }, (_, i) => make(i));

const randomLink = (random: Random): OrderLink | null =>
  random.chance(0.5)
    ? null
    : { account: random.below(2 ** 20), slot: random.below(256), price: bits(random, 32) };

const randomOrder = (random: Random): Order => ({
  market: random.below(8),
  side: random.below(2) as Side,
  reduceOnly: random.chance(0.5),
  price: bits(random, 32),
  remaining: bits(random, 32),
  expiry: bits(random, 32),
  generation: bits(random, 24),
  fraction: bits(random, 14),
  next: randomLink(random),
});

const randomNonces = (random: Random) => ({
  window: bits(random, 27),
  bits: bits(random, 32),
  previousBits: bits(random, 32),
});

const randomAccount = (random: Random): Account => ({
  ownerKey: element(random),
  tradingKey: element(random),
  keyVersion: bits(random, 16),
  scope: bits(random, 8),
  keyExpiry: bits(random, 32),
  collateral: signedBig(random, 252),
  reserved: big(random, 88),
  generation: bits(random, 24),
  ownerNonces: randomNonces(random),
  tradingNonces: randomNonces(random),
  sizes: [signed(random, 40), ...listOf(random, 7, () => signed(random, 40))],
  fundings: [signed(random, 40), ...listOf(random, 7, () => signed(random, 40))],
  orders: new Map(listOf(random, 5, (i) => [7 * i + random.below(7), randomOrder(random)])),
});

const randomMarket = (random: Random): Market => ({
  parameters: {
    initialFraction: bits(random, 14),
    maintenanceFraction: bits(random, 14),
    collarFraction: bits(random, 14),
    maxMovePerSecond: bits(random, 32),
    maxOracleAge: bits(random, 32),
    minOrderValue: big(random, 64),
    openInterestCap: bits(random, 52),
  },
  oraclePrice: bits(random, 32),
  oracleTime: bits(random, 32),
  fundingIndex: signed(random, 40),
  fundingClearing: signedBig(random, 252),
  premiumAccumulator: signedBig(random, 252),
  openInterest: bits(random, 52),
  insurance: signedBig(random, 252),
  bestBid: randomLink(random),
  bestAsk: randomLink(random),
});

const randomMachine = (random: Random): Machine => ({
  domain: element(random),
  requestFee: big(random, 64),
  time: bits(random, 32),
  nextAccount: bits(random, 21),
  l1Consumed: bits(random, 53),
  fees: big(random, 252),
  custody: big(random, 97),
  payloadHigh: big(random, 128),
  payloadLow: big(random, 128),
  l1PayloadHigh: big(random, 128),
  l1PayloadLow: big(random, 128),
  taker: random.chance(0.5)
    ? null
    : {
        account: random.below(2 ** 20),
        slot: random.below(256),
        market: random.below(8),
        side: random.below(2) as Side,
        immediateOrCancel: random.chance(0.5),
        reduceOnly: random.chance(0.5),
        price: bits(random, 32),
        remaining: bits(random, 32),
        expiry: bits(random, 32),
      },
});

const randomExecuted = (random: Random): ExecutedBlock => ({
  sequence: bits(random, 53),
  fills: bits(random, 53),
  borders: listOf(random, 3, () => ({
    batch: bits(random, 53),
    sequence: bits(random, 53),
    fills: bits(random, 53),
  })),
  words: listOf(random, 4, () => big(random, 248)),
});

const randomHead = (random: Random): SnapshotHead => ({
  batch: bits(random, 53),
  machine: randomMachine(random),
  markets: listOf(random, 8, () => randomMarket(random)),
  groups: listOf(random, 5, () => element(random)),
  block: randomBlock(random),
  descendants: listOf(random, 3, () => randomBlock(random).header),
  finalization: randomCertificate(random),
  digestBefore: `0x${big(random, 256).toString(16).padStart(64, "0")}`,
  executed: listOf(random, 3, () => randomExecuted(random)),
});

const randomGroup = (random: Random): AccountGroup =>
  listOf(random, 4, (i) => ({ index: 9 * i + random.below(9), account: randomAccount(random) }));

export const randomSnapshotMessage = (random: Random): SnapshotMessage =>
  random.weighted<() => SnapshotMessage>([
    [1, () => ({ kind: "headWanted", batch: bits(random, 53) })],
    [1, () => ({ kind: "groupsWanted", batch: bits(random, 53), from: bits(random, 53) })],
    [3, () => ({ kind: "head", head: randomHead(random) })],
    [
      3,
      () => ({
        kind: "groups",
        batch: bits(random, 53),
        from: bits(random, 53),
        groups: listOf(random, 4, () => randomGroup(random)),
      }),
    ],
    [1, () => ({ kind: "noSnapshot", batch: bits(random, 53) })],
  ])();
