/** What a first state may be: the largest of every value passes, one more is refused and named. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { marketInputs, orderLeaf, packedParameters } from "../../sequencer/exchange/encode.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { BadGenesis, checkGenesis } from "../../sequencer/exchange/genesis.ts";
import { pow2 } from "../../sequencer/exchange/limits.ts";
import type { Genesis, MarketParameters, Order } from "../../sequencer/exchange/state.ts";
import { ConfigError, readConfig } from "../../sequencer/node/config.ts";
import { genesisRootOf } from "../../sequencer/state-tree/genesis-root.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { testGenesis } from "../generate/genesis.ts";
import { nodeConfig, writeConfig } from "../node/node-process.ts";

const GENESIS = testGenesis(2);

function refusedAt(genesis: Genesis): string | null {
  try {
    checkGenesis(genesis);
    return null;
  } catch (error) {
    assert.ok(error instanceof BadGenesis);
    assert.is(error.code, "badGenesis");
    assert.ok(error.message.startsWith(`${error.path}: `));
    return error.path;
  }
}

const withMarket = (change: Partial<Genesis["markets"][number]>): Genesis => ({
  ...GENESIS,
  markets: [GENESIS.markets[0]!, { ...GENESIS.markets[1]!, ...change }],
});

const withParameters = (change: Partial<MarketParameters>): Genesis =>
  withMarket({ parameters: { ...GENESIS.markets[1]!.parameters, ...change } });

test("the first states of all tests are good ones", () => {
  for (let markets = 1; markets <= 8; markets++)
    for (const magnitude of [0, 20]) assert.is(refusedAt(testGenesis(markets, magnitude)), null);
});

test("domain, fee, time and number of markets", () => {
  const cases: [keyof Genesis, good: readonly unknown[], bad: readonly unknown[]][] = [
    ["domain", [0n, FIELD_MODULUS - 1n], [-1n, FIELD_MODULUS]],
    ["requestFee", [0n, pow2(64) - 1n], [-1n, pow2(64)]],
    ["time", [0, 2 ** 32 - 1], [-1, 2 ** 32, 0.5, Number.NaN]],
    ["markets", [8, 1].map((count) => testGenesis(count).markets), [testGenesis(9).markets, []]],
  ];
  for (const [name, good, bad] of cases) {
    for (const value of good) assert.is(refusedAt({ ...GENESIS, [name]: value }), null, `${name} ${value}`);
    for (const value of bad) assert.is(refusedAt({ ...GENESIS, [name]: value }), name, `${name} ${value}`);
  }
});

test("a price is from 1 to 2^32 - 1", () => {
  for (const oraclePrice of [1, 2 ** 32 - 1]) assert.is(refusedAt(withMarket({ oraclePrice })), null);
  for (const oraclePrice of [0, -5, 2 ** 32, 2 ** 33, 1000.5])
    assert.is(refusedAt(withMarket({ oraclePrice })), "markets[1].oraclePrice");
});

test("every parameter at both ends of its width", () => {
  const widest = 2 ** 14 - 1;
  const cases: {
    [name in keyof MarketParameters]: readonly [least: number | bigint, most: number | bigint];
  } = {
    // As much as the maintenance fraction; as little as the initial one.
    initialFraction: [600, widest],
    maintenanceFraction: [1, 1200],
    collarFraction: [1, 9999],
    maxMovePerSecond: [0, 2 ** 32 - 1],
    maxOracleAge: [0, 2 ** 32 - 1],
    minOrderValue: [0n, pow2(64) - 1n],
    openInterestCap: [0, 2 ** 52 - 1],
  };
  for (const [name, [least, most]] of Object.entries(cases)) {
    const one = typeof least === "bigint" ? 1n : 1;
    const at = (value: unknown) => refusedAt(withParameters({ [name]: value }));
    for (const value of [least, most]) assert.is(at(value), null, `${name} ${value}`);
    for (const value of [(least as number) - (one as number), (most as number) + (one as number)]) {
      const isAboutBoth = name === "initialFraction" && Number(value) < widest;
      const place = isAboutBoth ? "maintenanceFraction" : name;
      assert.is(at(value), `markets[1].parameters.${place}`, `${name} ${value}`);
    }
  }
  assert.is(refusedAt(withParameters({ initialFraction: 20_000 })), "markets[1].parameters.initialFraction");
  assert.is(refusedAt(withParameters({ initialFraction: 0 })), "markets[1].parameters.initialFraction");
  assert.is(refusedAt(withParameters({ openInterestCap: 0.5 })), "markets[1].parameters.openInterestCap");
  assert.is(refusedAt(withParameters({ initialFraction: widest, maintenanceFraction: widest })), null);
});

test("no root, and so no contract and no database, begins with a bad one", async () => {
  const poseidon = await loadPoseidon();
  const dimensions = { accountDepth: 3, orderDepth: 2, markets: 2 };
  assert.ok(genesisRootOf({ genesis: GENESIS, dimensions }, poseidon) > 0n);
  const beyond = { ...GENESIS, requestFee: pow2(64) };
  assert.throws(
    () => genesisRootOf({ genesis: beyond, dimensions }, poseidon),
    (error: unknown) => error instanceof BadGenesis && error.path === "requestFee",
  );
});

test("a configuration with a bad one is refused as such", async () => {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-genesis-"));
  const read = async (change: object) => {
    const config = nodeConfig();
    const path = await writeConfig(folder, { ...config, exchange: { ...config.exchange, ...change } }, {});
    return await readConfig(path).then(
      () => null,
      (error: unknown) => {
        assert.instance(error, ConfigError);
        return (error as Error).message;
      },
    );
  };
  try {
    assert.is(await read({}), null);
    assert.is(await read({ genesisTime: 2 ** 32 - 1 }), null);
    assert.match(String(await read({ genesisTime: 2 ** 32 })), /first state is wrong: time: 4294967296/);
    assert.match(String(await read({ requestFee: "18446744073709551616" })), /: requestFee: /);
    const [market] = nodeConfig().exchange.markets;
    const parameters = { ...market!.parameters, initialFraction: 20_000 };
    assert.match(String(await read({ markets: [{ ...market, parameters }] })), /\.initialFraction: 20000 is/);
    assert.match(String(await read({ markets: [{ ...market, oraclePrice: 2 ** 33 }] })), /\.oraclePrice: /);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what passes is packed and told apart; what does not fit its bits is never packed over its neighbours", () => {
  const { parameters } = GENESIS.markets[0]!;
  assert.not.throws(() => packedParameters({ ...parameters, initialFraction: 2 ** 14 - 1 }));
  const doesNotFit = (change: Partial<MarketParameters>, bits: number) =>
    assert.throws(
      () => packedParameters({ ...parameters, ...change }),
      (error: unknown) => error instanceof RangeError && error.message.endsWith(`does not fit ${bits} bits`),
    );
  doesNotFit({ initialFraction: 2 ** 14 }, 14);
  doesNotFit({ initialFraction: 20_000 }, 14);
  doesNotFit({ maintenanceFraction: -1 }, 14);
  doesNotFit({ minOrderValue: pow2(64) }, 64);
  doesNotFit({ openInterestCap: 2 ** 52 }, 52);
  const { markets } = genesisExchange(GENESIS, new LiveIndex());
  assert.not.throws(() => marketInputs(markets[0]!));
  const order: Order = {
    ...{ market: 0, side: 0, reduceOnly: false, price: 2 ** 32 - 1, remaining: 1, expiry: 0, generation: 0 },
    ...{ fraction: 1000, next: null },
  };
  assert.not.throws(() => orderLeaf(order));
  assert.throws(() => orderLeaf({ ...order, remaining: 2 ** 32 }), /32 bits/);
  assert.throws(() => orderLeaf({ ...order, remaining: -1 }), /32 bits/);
});

test.run();
