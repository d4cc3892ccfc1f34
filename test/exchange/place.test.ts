/** Why an order is refused: one test for each code, at the edge where it begins. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Step } from "../../sequencer/exchange/step.ts";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { FEE, Scenario, START } from "./scenario.ts";

const RICH = 1_000_000;

/** The code of the first step; null when the word was accepted. */
const codeOf = ([step]: Step[]) => step!.code;

test("unknownMarket: the first number that is no market, and the last that a word can say", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  assert.is(codeOf(scenario.buy(account, 2, { market: 1 })), null);
  for (const market of [2, 7, 8, 15])
    assert.is(codeOf(scenario.buy(account, 2, { market })), "unknownMarket");
});

test("badFlags, zeroPrice, zeroSize", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  const both = { immediateOrCancel: 1, postOnly: 1 };
  assert.is(codeOf(scenario.buy(account, 2, { flags: both })), "badFlags");
  assert.is(codeOf(scenario.buy(account, 2, { price: 0 })), "zeroPrice");
  assert.is(codeOf(scenario.buy(account, 0)), "zeroSize");
});

test("expired: an order is dead from its expiry on, and refused from then on", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  assert.is(codeOf(scenario.buy(account, 2, { expiry: START - 1 })), "expired");
  assert.is(codeOf(scenario.buy(account, 2, { expiry: START })), "expired");
  assert.is(codeOf(scenario.buy(account, 2, { expiry: START + 1 })), null);
  assert.is(codeOf(scenario.buy(account, 2, { expiry: 0 })), null);
});

test("slotTaken: until the order has left, dead or alive", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.buy(account, 2, { slot: 4 });
  assert.is(codeOf(scenario.buy(account, 2, { slot: 4 })), "slotTaken");
  scenario.send({ type: WordType.cancelAll, account });
  assert.is(codeOf(scenario.buy(account, 2, { slot: 4 })), "slotTaken");
  scenario.run(encodeWord({ type: WordType.expire, account, slot: 4 }));
  assert.is(codeOf(scenario.buy(account, 2, { slot: 4 })), null);
});

test("staleMarket: at the age limit all goes, one second later only reduce-only, after a fresh price all again", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.takePosition(account, 5);
  scenario.tick(60, null, 0);
  assert.is(codeOf(scenario.buy(account, 2)), null);
  scenario.tick(1, null, 0);
  assert.is(codeOf(scenario.buy(account, 2)), "staleMarket");
  assert.is(codeOf(scenario.sell(account, 2, { price: 1050, flags: { reduceOnly: 1 } })), null);
  scenario.tick(1, 0, 0);
  assert.is(codeOf(scenario.buy(account, 2)), null);
});

test("staleMarket: who holds a position there only reduces elsewhere too, in every market, until it is closed or priced", () => {
  const scenario = new Scenario();
  const [account, other] = [scenario.register(RICH), scenario.register(RICH)];
  scenario.takePosition(account, 5);
  scenario.takePosition(account, -5, 1);
  scenario.tick(60, null, 0);
  assert.is(codeOf(scenario.buy(account, 2, { market: 1 })), null);
  scenario.tick(1, null, 0);
  for (const [market, side] of [
    [0, scenario.buy],
    [0, scenario.sell],
    [1, scenario.buy],
    [1, scenario.sell],
  ] as const)
    assert.is(codeOf(side(account, 2, { market })), "staleMarket");
  assert.is(codeOf(scenario.buy(other, 2, { market: 1 })), null);
  const reduceOnly = { flags: { reduceOnly: 1 } };
  assert.is(codeOf(scenario.buy(account, 2, { market: 1, ...reduceOnly })), null);
  assert.is(codeOf(scenario.sell(account, 2, { market: 1, ...reduceOnly })), "nothingToReduce");
  assert.is(codeOf(scenario.sell(account, 5, { price: 1050, ...reduceOnly })), null);
  const priced = new Scenario();
  const holder = priced.register(RICH);
  priced.takePosition(holder, 5);
  priced.tick(61, null, 0);
  priced.tick(1, 0, null);
  assert.is(codeOf(priced.buy(holder, 2, { market: 1 })), null);
});

test("staleMarket comes before belowMinimum and outsideCollar, and after slotTaken", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.takePosition(account, 5);
  scenario.buy(account, 2, { market: 1, slot: 4 });
  scenario.tick(61, null, 0);
  assert.is(codeOf(scenario.buy(account, 1, { market: 1 })), "staleMarket");
  assert.is(codeOf(scenario.buy(account, 2, { market: 1, price: 5000 })), "staleMarket");
  assert.is(codeOf(scenario.buy(account, 2, { market: 1, slot: 4 })), "slotTaken");
});

test("belowMinimum: price times size reaches the minimum or not; reduce-only may be smaller", () => {
  const scenario = new Scenario({ minOrderValue: 2001n });
  const account = scenario.register(RICH);
  assert.is(codeOf(scenario.buy(account, 2)), "belowMinimum");
  assert.is(codeOf(scenario.buy(account, 3, { price: 667 })), null);
  scenario.takePosition(account, 5);
  assert.is(codeOf(scenario.sell(account, 1, { price: 1050, flags: { reduceOnly: 1 } })), null);
});

test("outsideCollar: a bid may reach the upper edge, an offer the lower, rounded to the inside", () => {
  const scenario = new Scenario({ collarFraction: 995 });
  const account = scenario.register(RICH);
  // 1000 * 1.0995 = 1099.5 and 1000 * 0.9005 = 900.5
  assert.is(codeOf(scenario.buy(account, 2, { price: 1100 })), "outsideCollar");
  assert.is(codeOf(scenario.buy(account, 2, { price: 1099 })), null);
  assert.is(codeOf(scenario.sell(account, 3, { price: 900 })), "outsideCollar");
  assert.is(codeOf(scenario.sell(account, 3, { price: 901 })), null);
});

test("outsideCollar: an edge that is a whole price is still inside", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  assert.is(codeOf(scenario.buy(account, 2, { price: 1101 })), "outsideCollar");
  assert.is(codeOf(scenario.buy(account, 2, { price: 1100 })), null);
  const other = new Scenario();
  const seller = other.register(RICH);
  assert.is(codeOf(other.sell(seller, 3, { price: 899 })), "outsideCollar");
  assert.is(codeOf(other.sell(seller, 3, { price: 900 })), null);
});

test("outsideCollar: away from the market any price goes", () => {
  const scenario = new Scenario({ minOrderValue: 0n });
  const account = scenario.register(1n << 62n);
  assert.is(codeOf(scenario.buy(account, 2, { price: 1 })), null);
  assert.is(codeOf(scenario.sell(account, 2, { price: 2 ** 32 - 1 })), null);
});

test("outsideCollar: exact at the largest prices", () => {
  const scenario = new Scenario({ minOrderValue: 0n });
  const account = scenario.register(1n << 62n);
  scenario.market().oraclePrice = 3_904_515_723;
  // The upper edge is 4294967295.3, the largest price of all is 4294967295.
  assert.is(codeOf(scenario.buy(account, 1, { price: 2 ** 32 - 1 })), null);
  scenario.market().oraclePrice -= 1;
  assert.is(codeOf(scenario.buy(account, 1, { price: 2 ** 32 - 1 })), "outsideCollar");
});

test("nothingToReduce: no position, or an order that would add to it", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  const reduceOnly = { price: 1000, flags: { reduceOnly: 1 } };
  assert.is(codeOf(scenario.sell(account, 2, reduceOnly)), "nothingToReduce");
  scenario.takePosition(account, 5);
  assert.is(codeOf(scenario.buy(account, 2, reduceOnly)), "nothingToReduce");
  assert.is(codeOf(scenario.sell(account, 2, reduceOnly)), null);
});

test("wouldCross: post-only rests one tick away and is refused at the best price", () => {
  const scenario = new Scenario();
  scenario.sell(scenario.register(RICH), 2, { price: 1001 });
  const account = scenario.register(RICH);
  assert.is(codeOf(scenario.buy(account, 2, { price: 1001, flags: { postOnly: 1 } })), "wouldCross");
  assert.is(codeOf(scenario.buy(account, 2, { price: 1000, flags: { postOnly: 1 } })), null);
});

test("belowRequirement: an order may take the last quantum after the fee, not one more", () => {
  // 10 lots at 1000 require 10% of 10,000.
  for (const [collateral, code] of [
    [1000n + FEE, null],
    [999n + FEE, "belowRequirement"],
  ] as const) {
    const scenario = new Scenario();
    const account = scenario.register(collateral);
    assert.is(codeOf(scenario.buy(account, 10)), code);
    assert.is(scenario.account(account).reserved, code === null ? 10_000_000n : 0n);
  }
});

test("belowRequirement: what open orders reserve is not there for others", () => {
  const scenario = new Scenario();
  const account = scenario.register(2000n + 3n * FEE);
  assert.is(codeOf(scenario.buy(account, 10)), null);
  assert.is(codeOf(scenario.buy(account, 10)), null);
  assert.is(codeOf(scenario.buy(account, 2)), "belowRequirement");
});

test.run();
