/** A job with a value in every field, of a tree of 64 accounts, 16 orders each, and two markets. */
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { emptyAccount, type Market } from "../../sequencer/exchange/state.ts";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";

const rows = (depth: number, from: bigint) =>
  Array.from({ length: depth }, (_, level) => [0n, 1n, 2n, 3n].map((i) => from + BigInt(level) * 4n + i));

const market = (bestBid: Market["bestBid"]): Market => ({
  parameters: {
    initialFraction: 1000,
    maintenanceFraction: 500,
    collarFraction: 2000,
    maxMovePerSecond: 50,
    maxOracleAge: 60,
    minOrderValue: 100n,
    openInterestCap: 2 ** 52 - 1,
  },
  oraclePrice: 10_000,
  oracleTime: 1_700_000_000,
  fundingIndex: -12,
  fundingClearing: -345n,
  premiumAccumulator: 678n,
  openInterest: 9,
  insurance: 1n << 100n,
  bestBid,
  bestAsk: null,
});

export const sampleJob = (number = 7): BatchJob => ({
  dimensions: { accountDepth: 3, orderDepth: 2, markets: 2 },
  header: {
    preRoot: 11n,
    postRoot: 12n,
    number,
    epoch: 1,
    steps: 4,
    wordCount: 2,
    time: 1_700_000_001,
    l1Start: 3,
    l1End: 4,
    signaturesHash: (1n << 248n) - 1n,
  },
  machine: {
    domain: FIELD_MODULUS - 1n,
    requestFee: 1n,
    time: 1_700_000_000,
    nextAccount: 6,
    l1Consumed: 3,
    fees: 99n,
    custody: 8n,
    payloadHigh: 1n,
    payloadLow: 2n,
    l1PayloadHigh: 3n,
    l1PayloadLow: 4n,
    taker: {
      account: 5,
      slot: 2,
      market: 1,
      side: 1,
      immediateOrCancel: true,
      reduceOnly: false,
      price: 9_990,
      remaining: 3,
      expiry: 0,
    },
  },
  markets: [market(null), market({ account: 5, slot: 9, price: 9_995 })],
  accountsRoot: 13n,
  opened: [
    {
      index: 5,
      account: {
        ...emptyAccount(2),
        ownerKey: 21n,
        tradingKey: 22n,
        keyVersion: 1,
        scope: 3,
        keyExpiry: 1_800_000_000,
        collateral: -(1n << 93n),
        reserved: 1n << 80n,
        ownerNonces: { window: 1, bits: 2 ** 32 - 1, previousBits: 5 },
        tradingNonces: { window: 2 ** 27 - 1, bits: 1, previousBits: 0 },
        sizes: [-(2 ** 39), 4],
        fundings: [-12, 0],
        orders: new Map([
          [
            9,
            {
              market: 1,
              side: 0,
              reduceOnly: false,
              price: 9_995,
              remaining: 8,
              expiry: 0,
              generation: 0,
              fraction: 1000,
              next: null,
            },
          ],
        ]),
      },
      ordersRoot: 31n,
      path: rows(3, 100n),
      orders: [{ slot: 9, path: rows(2, 200n) }],
    },
  ],
  steps: [
    {
      word: encodeWord({ type: WordType.cancel, account: 5, slot: 9, nonce: 33 }),
      counterparty: null,
      authority: { publicKey: [41n, 42n], signature: { r8: [43n, 44n], s: 45n } },
    },
    { word: encodeWord({ type: WordType.deposit, l1: 1, account: 5 }), counterparty: null, authority: null },
    { word: 0n, counterparty: { account: 5, slot: 9 }, authority: null },
  ],
});
