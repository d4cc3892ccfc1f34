/** Packed values: every part at its widest keeps to its own bits, and the whole stays below the field. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import {
  accountInputs,
  HashDomain,
  machineInputs,
  marketInputs,
  orderLeaf,
  packedKey,
  packedLink,
  packedNonces,
  packedParameters,
  packedSigns,
  packedTaker,
  positionsInputs,
} from "../../sequencer/exchange/encode.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { FIELD_MODULUS, keyFromHalves, toField } from "../../sequencer/exchange/field.ts";
import * as limits from "../../sequencer/exchange/limits.ts";
import {
  emptyAccount,
  type MarketParameters,
  NO_NONCES,
  type Order,
  type OrderLink,
  type Taker,
  type UsedNonces,
} from "../../sequencer/exchange/state.ts";
import { testSeed } from "../generate/random.ts";
import { generateHistory, historyShape } from "../generate/requests.ts";
import { runWord } from "../generate/run.ts";

const { pow2 } = limits;
const most = (bits: number): number => 2 ** bits - 1;

const LINK: OrderLink = { account: 0, slot: 0, price: 0 };
const WIDEST_LINK: OrderLink = { account: most(20), slot: most(8), price: most(32) };

/** Fields that change one at a time from their smallest to their widest value, with the bits they may use. */
type Widest<T> = { readonly [name in keyof T]?: readonly [value: T[name], bits: number] };

function keepsToItsBits<T extends object>(
  smallest: T,
  widest: Widest<T>,
  packing: (value: T) => bigint,
): void {
  const base = packing(smallest);
  let used = base;
  const all = { ...smallest };
  for (const [name, entry] of Object.entries(widest) as [keyof T & string, [T[keyof T], number]][]) {
    const [value, bits] = entry;
    const mask = packing({ ...smallest, [name]: value }) ^ base;
    assert.is(mask & used, 0n, `${name} overlaps`);
    assert.is([...mask.toString(2)].filter((bit) => bit === "1").length, bits, `${name} has ${bits} bits`);
    used |= mask;
    Object.assign(all, { [name]: value });
  }
  assert.is(packing(all), used);
  assert.ok(used < FIELD_MODULUS && used < pow2(253));
}

test("an order leaf", () => {
  const order: Order = {
    market: 0,
    side: 0,
    reduceOnly: false,
    price: 0,
    remaining: 0,
    expiry: 0,
    generation: 0,
    fraction: 0,
    next: null,
  };
  const widest: Widest<Order> = {
    market: [most(limits.MARKET_BITS), 4],
    side: [1, 1],
    reduceOnly: [true, 1],
    price: [most(limits.PRICE_BITS), 32],
    remaining: [most(limits.SIZE_BITS), 32],
    expiry: [most(limits.TIME_BITS), 32],
    generation: [most(limits.GENERATION_BITS), 24],
    fraction: [most(limits.FRACTION_BITS), 14],
    next: [WIDEST_LINK, 61],
  };
  keepsToItsBits(order, widest, orderLeaf);
});

test("no order is another leaf than any order, and no link than a link to account 0, slot 0", () => {
  assert.is(orderLeaf(undefined), 0n);
  assert.is(packedLink(null), 0n);
  assert.not.equal(packedLink(LINK), 0n);
  assert.is(packedTaker(null), 0n);
});

test("a link", () => {
  const widest: Widest<OrderLink> = {
    account: [most(limits.ACCOUNT_BITS), 20],
    slot: [most(limits.SLOT_BITS), 8],
    price: [most(limits.PRICE_BITS), 32],
  };
  keepsToItsBits(LINK, widest, packedLink);
});

test("the active taker", () => {
  const taker: Taker = {
    account: 0,
    slot: 0,
    market: 0,
    side: 0,
    immediateOrCancel: false,
    reduceOnly: false,
    price: 0,
    remaining: 0,
    expiry: 0,
  };
  const widest: Widest<Taker> = {
    account: [most(limits.ACCOUNT_BITS), 20],
    slot: [most(limits.SLOT_BITS), 8],
    market: [most(limits.MARKET_BITS), 4],
    side: [1, 1],
    immediateOrCancel: [true, 1],
    reduceOnly: [true, 1],
    price: [most(limits.PRICE_BITS), 32],
    remaining: [most(limits.SIZE_BITS), 32],
    expiry: [most(limits.TIME_BITS), 32],
  };
  keepsToItsBits(taker, widest, packedTaker);
});

test("market parameters", () => {
  const parameters: MarketParameters = {
    initialFraction: 0,
    maintenanceFraction: 0,
    collarFraction: 0,
    maxMovePerSecond: 0,
    maxOracleAge: 0,
    minOrderValue: 0n,
    openInterestCap: 0,
  };
  const widest: Widest<MarketParameters> = {
    initialFraction: [most(limits.FRACTION_BITS), 14],
    maintenanceFraction: [most(limits.FRACTION_BITS), 14],
    collarFraction: [most(limits.FRACTION_BITS), 14],
    maxMovePerSecond: [most(32), 32],
    maxOracleAge: [most(32), 32],
    minOrderValue: [pow2(limits.AMOUNT_BITS) - 1n, 64],
    openInterestCap: [most(limits.OPEN_INTEREST_BITS), 52],
  };
  keepsToItsBits(parameters, widest, packedParameters);
});

const ALL_NONCES: UsedNonces = {
  window: most(limits.NONCE_BITS - limits.NONCE_BIT_BITS),
  bits: most(32),
  previousBits: most(32),
};

test("key, nonces and signs of an account", () => {
  const account = emptyAccount(limits.MAX_MARKETS);
  keepsToItsBits(
    account,
    {
      keyVersion: [most(limits.KEY_VERSION_BITS), 16],
      scope: [most(limits.SCOPE_BITS), 8],
      keyExpiry: [most(limits.TIME_BITS), 32],
      tradingNonces: [ALL_NONCES, 91],
    },
    packedKey,
  );
  keepsToItsBits(
    NO_NONCES,
    {
      bits: [ALL_NONCES.bits, 32],
      previousBits: [ALL_NONCES.previousBits, 32],
      window: [ALL_NONCES.window, 27],
    },
    packedNonces,
  );
  keepsToItsBits(
    account,
    {
      sizes: [new Array(limits.MAX_MARKETS).fill(-1), 8],
      generation: [most(limits.GENERATION_BITS), 24],
    },
    packedSigns,
  );
});

test("a long and a short of the same size are told apart by their sign alone", () => {
  const long = { ...emptyAccount(2), sizes: [5, 0] };
  const short = { ...emptyAccount(2), sizes: [-5, 0] };
  assert.equal(positionsInputs(long), positionsInputs(short));
  assert.not.equal(packedSigns(long), packedSigns(short));
});

test("negative numbers become field elements and stay apart from positive ones", () => {
  assert.is(toField(-1n), FIELD_MODULUS - 1n);
  assert.is(toField(0n), 0n);
  const limit = pow2(limits.COLLATERAL_BITS);
  assert.ok(toField(-limit) > limit);
  assert.is(keyFromHalves(pow2(128) - 1n, pow2(128) - 1n), (pow2(256) - 1n) % FIELD_MODULUS);
});

test("no two kinds of hashes share a domain", () => {
  const domains = Object.values(HashDomain);
  assert.is(new Set(domains).size, domains.length);
  assert.ok(domains.every((domain) => domain > 0n));
});

test("whatever a history leads to, every hashed input is a field element and no hash has more than 16", () => {
  const shape = historyShape(8, 12, 12);
  const exchange = genesisExchange(shape.genesis, new LiveIndex());
  for (const word of generateHistory({ seed: testSeed("hashed inputs"), shape }, 1500)) {
    runWord(exchange, word);
    const inputs = [
      machineInputs(exchange.machine),
      ...exchange.markets.map(marketInputs),
      ...[...exchange.accounts.values()].flatMap((account) => [
        positionsInputs(account),
        accountInputs(account, 0n, 0n),
        ...[...account.orders.values()].map((order) => [orderLeaf(order)]),
      ]),
    ];
    for (const row of inputs) {
      assert.ok(row.length <= 16);
      assert.ok(row.every((input) => input >= 0n && input < FIELD_MODULUS));
    }
  }
});

test.run();
