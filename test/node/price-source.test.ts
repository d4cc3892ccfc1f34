import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apply } from "../../sequencer/exchange/apply.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { encodeTick, Outcome } from "../../sequencer/exchange/word.ts";
import { priceSource } from "../../sequencer/node/price-source.ts";
import { tickOnce } from "../../sequencer/node/ticker.ts";
import { Random, testSeed } from "../generate/random.ts";
import { genesis } from "./exchange-fixture.ts";

const firstPrices = genesis.markets.map(({ oraclePrice }) => oraclePrice);

test("a walk only makes ticks that the machine accepts, and stays near its first prices", () => {
  const seed = testSeed("price walk", 1);
  const random = new Random(seed);
  const exchange = genesisExchange(genesis, new LiveIndex());
  const prices = priceSource({ kind: "walk", seed: String(seed), maxStep: 1000 }, firstPrices)!;
  const seen = new Set<number>();
  for (let i = 0; i < 3000; i++) {
    const elapsed = random.between(1, 60);
    const time = exchange.machine.time + elapsed;
    const step = decide(
      exchange,
      encodeTick({ time, deltas: prices(exchange.markets, time, elapsed) }),
      false,
    );
    assert.is(step.outcome, Outcome.accepted, String(step.code));
    apply(exchange, step);
    seen.add(exchange.markets[0]!.oraclePrice);
    exchange.markets.forEach(({ oraclePrice }, m) => {
      assert.ok(oraclePrice > firstPrices[m]! / 4 && oraclePrice < firstPrices[m]! * 4);
    });
  }
  assert.ok(seen.size > 100, "it does walk");
});

test("the same seed walks the same way, another seed another; fixed prices stand; none gives none", () => {
  const { markets } = genesisExchange(genesis, new LiveIndex());
  const walk = (seed: string) => {
    const prices = priceSource({ kind: "walk", seed }, firstPrices)!;
    return Array.from({ length: 50 }, (_, i) => prices(markets, 1000 + i, 10));
  };
  assert.equal(walk("a"), walk("a"));
  assert.not.equal(walk("a"), walk("b"));
  assert.equal(priceSource({ kind: "fixed" }, firstPrices)!(markets, 5, 5), [0, 0]);
  assert.is(priceSource({ kind: "none" }, firstPrices), null);
});

test("ticks at the present second, and not when the machine is there already", async () => {
  const exchange = genesisExchange(genesis, new LiveIndex());
  const ticks: number[] = [];
  const parts = (nowMs: number) => ({
    exchange,
    submitTick: async ({ time }: { time: number }) => {
      ticks.push(time);
      return {} as never;
    },
    prices: priceSource({ kind: "fixed" }, firstPrices)!,
    clock: { nowMs: () => nowMs, after: () => () => undefined },
    seconds: 1,
    onError: () => undefined,
  });
  assert.is(await tickOnce(parts(genesis.time * 1000 + 999)), null);
  assert.is.not(await tickOnce(parts(genesis.time * 1000 + 1000)), null);
  assert.equal(ticks, [genesis.time + 1]);
});

test("prices of a file are followed as fast as the machine allows, and nonsense is not", () => {
  const folder = mkdtempSync(join(tmpdir(), "proofbook-prices-"));
  const path = join(folder, "prices.json");
  const { markets } = genesisExchange(genesis, new LiveIndex());
  const prices = priceSource({ kind: "file", path }, firstPrices)!;
  const moves = (content: string) => {
    writeFileSync(path, content);
    return prices(markets, genesis.time + 2, 2);
  };
  const [first] = firstPrices;
  const most = 2 * markets[0]!.parameters.maxMovePerSecond;
  assert.equal(moves(JSON.stringify([first! + 1, null])), [1, null]);
  assert.equal(moves(JSON.stringify([first! + 10 * most])), [most, null]);
  for (const bad of ["{}", "[0]", "[1.5]", "[", '["1"]']) assert.throws(() => moves(bad), undefined, bad);
  rmSync(folder, { recursive: true });
});

test.run();
