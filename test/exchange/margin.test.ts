/** Margin against plain bigint arithmetic, over the whole range of every quantity. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { multiply, multiply3 } from "../../sequencer/exchange/exact.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { covers, isLegal, marginOf } from "../../sequencer/exchange/margin.ts";
import { type Account, emptyAccount, type Market } from "../../sequencer/exchange/state.ts";
import { testGenesis } from "../generate/genesis.ts";
import { Random, testSeed } from "../generate/random.ts";
import {
  afterTrade,
  equityOf,
  mayTrade,
  type NaiveAccount,
  type NaiveMarket,
  newAccount,
  requirementOf,
} from "./naive/account.ts";

const seed = testSeed("margin");
const random = new Random(seed);

/** Up to so many bits, every magnitude as likely as another. */
function whole(bits: number): number {
  const width = random.between(0, bits);
  return width === 0 ? 0 : Number(random.bigint(width));
}

const signed = (bits: number): number => {
  const value = whole(bits);
  return value !== 0 && random.chance(0.5) ? -value : value;
};

const MARKETS = 8;

function someMarkets(): Market[] {
  const { markets } = genesisExchange(testGenesis(MARKETS), new LiveIndex());
  return markets.map((market) => ({
    ...market,
    oraclePrice: Math.max(1, whole(32)),
    fundingIndex: signed(40),
    parameters: { ...market.parameters, initialFraction: whole(14), maintenanceFraction: whole(14) },
  }));
}

function someAccount(): Account {
  const account = emptyAccount(MARKETS);
  for (let m = 0; m < MARKETS; m++)
    if (random.chance(0.6)) {
      account.sizes[m] = signed(40);
      account.fundings[m] = signed(40);
    }
  account.collateral = random.bigint(random.between(1, 90)) * (random.chance(0.3) ? -1n : 1n);
  account.reserved = random.chance(0.5) ? 0n : random.bigint(random.between(1, 86));
  return account;
}

const naiveMarkets = (markets: readonly Market[]): NaiveMarket[] =>
  markets.map((market) => ({
    oracle: BigInt(market.oraclePrice),
    oracleTime: 0,
    fundingIndex: BigInt(market.fundingIndex),
    fundingClearing: 0n,
    initialFraction: BigInt(market.parameters.initialFraction),
    maintenanceFraction: BigInt(market.parameters.maintenanceFraction),
    collarFraction: 0n,
    maxMovePerSecond: 0n,
    maxOracleAge: 0,
    minOrderValue: 0n,
    openInterestCap: 0n,
  }));

const naiveAccount = (account: Account): NaiveAccount => ({
  ...newAccount(MARKETS),
  collateral: account.collateral,
  positions: account.sizes.map((size, m) => ({ size: BigInt(size), funding: BigInt(account.fundings[m]!) })),
});

test("products are exact whatever their size", () => {
  for (let i = 0; i < 50_000; i++) {
    const [a, b, c] = [signed(53), signed(45), whole(14)];
    assert.is(multiply(a, b), BigInt(a) * BigInt(b), `${a} * ${b}`);
    assert.is(multiply3(a, b, c), BigInt(a) * BigInt(b) * BigInt(c), `${a} * ${b} * ${c}`);
  }
  for (const a of [2 ** 53 - 1, 2 ** 27, 94_906_265, 94_906_266])
    for (const b of [0, 1, 2 ** 26 - 1, 2 ** 26, 94_906_265, 94_906_267])
      assert.is(multiply3(a, b, 3), BigInt(a) * BigInt(b) * 3n);
});

test("equity and both requirements are the sums that they are said to be", () => {
  for (let i = 0; i < 20_000; i++) {
    const markets = someMarkets();
    const account = someAccount();
    const [naive, plain] = [naiveAccount(account), naiveMarkets(markets)];
    assert.equal(marginOf(account, markets), {
      equity: equityOf(naive, plain),
      maintenance: requirementOf(naive, plain, "maintenanceFraction"),
      initial: requirementOf(naive, plain, "initialFraction"),
    });
  }
});

test("eight positions just within and just beyond what doubles hold are summed exactly", () => {
  for (let bits = 30; bits < 60; bits++)
    for (const sign of [-1, 1]) {
      const markets = someMarkets().map((market) => ({
        ...market,
        oraclePrice: 2 ** 19 + 1,
        fundingIndex: 0,
      }));
      const account = {
        ...emptyAccount(MARKETS),
        sizes: new Array(MARKETS).fill(sign * (2 ** Math.min(39, bits - 20) + 1)),
      };
      assert.is(marginOf(account, markets).equity, equityOf(naiveAccount(account), naiveMarkets(markets)));
    }
});

test("a fill is legal exactly when the account before and after it, each valued anew, say so", () => {
  const seen = { legal: 0, illegal: 0 };
  for (let i = 0; i < 40_000; i++) {
    const markets = someMarkets();
    const account = someAccount();
    const m = random.below(MARKETS);
    const lots = random.chance(0.5) ? closing(account.sizes[m]!) : signed(32);
    if (lots === 0) continue;
    const price = Math.max(1, markets[m]!.oraclePrice + signed(random.chance(0.7) ? 8 : 31));
    const fee = random.chance(0.5) ? 0n : BigInt(whole(20));
    // The fee has left the margin but not yet the account, as in the first step of an order.
    const margin = marginOf(account, markets);
    const before = { ...margin, equity: margin.equity - fee };
    const paid = { ...naiveAccount(account), collateral: account.collateral - fee };
    const plain = naiveMarkets(markets);
    const after = afterTrade(paid, plain[m]!, m, BigInt(lots), BigInt(price));
    const change = { market: m, lots, price, reserved: account.reserved };
    const expected = mayTrade(paid, after, plain, m, account.reserved);
    assert.is(isLegal(account, markets, before, fee, change), expected);
    seen[expected ? "legal" : "illegal"] += 1;
  }
  assert.ok(seen.legal > 4000 && seen.illegal > 4000, JSON.stringify(seen));
});

/** All of a position, or a part of it. */
const closing = (size: number): number =>
  random.chance(0.5) ? -size : -Math.trunc(size / random.between(2, 9));

test("a position may grow to 2^40 - 1 lots either way and no further", () => {
  for (const sign of [-1, 1]) {
    const markets = someMarkets().map((market) => ({ ...market, oraclePrice: 1, fundingIndex: 0 }));
    const account = { ...emptyAccount(MARKETS), collateral: 1n << 80n };
    account.sizes[0] = sign * (2 ** 40 - 10);
    const grow = (lots: number) =>
      isLegal(account, markets, marginOf(account, markets), 0n, { market: 0, lots, price: 1, reserved: 0n });
    assert.ok(grow(sign * 9));
    assert.not.ok(grow(sign * 10));
  }
});

test("a fill leaves collateral below 2^94 and not below -2^94, the fee of the same step counted", () => {
  const markets = someMarkets().map((market) => ({ ...market, oraclePrice: 100, fundingIndex: 0 }));
  const account = emptyAccount(MARKETS);
  // Solvent beyond doubt, so that nothing but the bounds can refuse.
  const margin = { equity: 1n << 96n, maintenance: 0n, initial: 0n };
  const trade = (lots: number, fee: bigint) =>
    isLegal(account, markets, margin, fee, { market: 0, lots, price: 100, reserved: 0n });
  account.collateral = (1n << 94n) - 201n;
  assert.ok(trade(-2, 0n));
  account.collateral += 1n;
  assert.not.ok(trade(-2, 0n));
  assert.ok(trade(-2, 1n));
  account.collateral = -(1n << 94n) + 200n;
  assert.ok(trade(2, 0n));
  assert.not.ok(trade(2, 1n));
});

test("covering is a comparison to the last ten-thousandth of a quantum", () => {
  const margin = { equity: 5n, maintenance: 0n, initial: 30_000n };
  assert.ok(covers(margin, 10_000n, 10_000n));
  assert.not.ok(covers(margin, 10_000n, 10_001n));
  assert.not.ok(covers({ ...margin, equity: -1n, initial: 0n }, 0n, 0n));
  assert.ok(covers({ ...margin, equity: 0n, initial: 0n }, 0n, 0n));
});

test.run();
