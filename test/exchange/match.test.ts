/** What happens when a taker meets the head of the book: each rule, and which goes first when two apply. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readOrder } from "../../sequencer/exchange/exchange.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import { WordType } from "../../sequencer/exchange/word.ts";
import { nameOf } from "../generate/coverage.ts";
import { PRICE, Scenario, START } from "./scenario.ts";

const RICH = 1_000_000;
const names = (steps: Step[]): string[] => steps.map(nameOf);

const cancelAll = (scenario: Scenario, account: number) =>
  scenario.send({ type: WordType.cancelAll, account });

/** A maker who offers at the oracle price on an account that could not bear the fill any more. */
function brokeMaker(scenario: Scenario, lots: number): number {
  const maker = scenario.register(RICH);
  scenario.sell(maker, lots);
  scenario.account(maker).collateral = 1n;
  return maker;
}

test("a fill trades at the maker's price, whatever the taker bid", () => {
  const scenario = new Scenario();
  const maker = scenario.register(RICH);
  const taker = scenario.register(RICH);
  scenario.sell(maker, 5, { price: 990 });
  const before = scenario.account(taker).collateral;
  assert.equal(names(scenario.buy(taker, 5, { price: 1010 })), ["fill"]);
  assert.is(scenario.account(taker).collateral, before - 10n - 5n * 990n);
  assert.is(scenario.account(taker).sizes[0], 5);
  assert.is(scenario.account(maker).sizes[0], -5);
});

test("better prices are met first, then older orders; nobody is skipped", () => {
  const scenario = new Scenario();
  const makers = [1, 2, 3, 4].map(() => scenario.register(RICH));
  scenario.sell(makers[0]!, 2, { price: 1002 });
  scenario.sell(makers[1]!, 2, { price: 1001 });
  scenario.sell(makers[2]!, 2, { price: 1002 });
  scenario.sell(makers[3]!, 2, { price: 1001 });
  const steps = scenario.buy(scenario.register(RICH), 8, { price: 1002 });
  const met = steps.map(({ counterparty }) => counterparty?.account);
  assert.equal(met, [makers[1], makers[3], makers[0], makers[2]]);
});

test("an order behind another at the same price rests behind it", () => {
  const scenario = new Scenario();
  const [first, second] = [scenario.register(RICH), scenario.register(RICH)];
  scenario.buy(first, 2, { slot: 1 });
  const [rest] = scenario.buy(second, 2, { slot: 2 });
  assert.equal(rest!.counterparty && { ...rest!.counterparty }.account, first);
  assert.is(scenario.market().bestBid!.account, first);
});

test("what a taker leaves of a maker keeps its place and its share of the reserve", () => {
  const scenario = new Scenario();
  const maker = scenario.register(RICH);
  scenario.sell(maker, 10, { slot: 3 });
  scenario.buy(scenario.register(RICH), 4);
  assert.is(readOrder(scenario.exchange, { account: maker, slot: 3 })!.remaining, 6);
  assert.is(scenario.account(maker).reserved, 6n * 1000n * 1000n);
});

test("a cancelled maker that is also expired is removed as dead", () => {
  const scenario = new Scenario();
  const maker = scenario.register(RICH);
  scenario.sell(maker, 5, { expiry: START + 1 });
  cancelAll(scenario, maker);
  scenario.tick(1, 0, 0);
  assert.equal(names(scenario.buy(scenario.register(RICH), 5)), ["removeMaker dead", "rest"]);
});

test("an expired maker of the taker's own account is removed as expired, not as a self-trade", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.sell(account, 5, { expiry: START + 1 });
  scenario.tick(1, 0, 0);
  assert.equal(names(scenario.buy(account, 5)), ["removeMaker expired", "rest"]);
});

test("an own reduce-only maker without position is removed as a self-trade", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.takePosition(account, 5);
  scenario.sell(account, 5, { price: 1001, flags: { reduceOnly: 1 } });
  scenario.takePosition(account, -5);
  assert.equal(names(scenario.buy(account, 5, { price: 1001 })), ["removeMaker selfTrade", "rest"]);
});

test("a reduce-only maker without position is removed before a taker without position is stopped", () => {
  const scenario = new Scenario();
  const maker = scenario.register(RICH);
  scenario.takePosition(maker, 5);
  scenario.sell(maker, 5, { price: 1001, flags: { reduceOnly: 1 } });
  scenario.takePosition(maker, -5);
  const other = scenario.register(RICH);
  scenario.sell(other, 3, { price: 1001 });
  scenario.sell(scenario.register(RICH), 3, { price: 1001 });
  const taker = scenario.register(RICH);
  scenario.takePosition(taker, -3, 0);
  scenario.sell(scenario.register(RICH), 3, { price: 1001 });
  const steps = scenario.buy(taker, 9, { price: 1001, flags: { reduceOnly: 1 } });
  assert.equal(names(steps), ["removeMaker nothingToReduce", "fill", "stopTaker nothingToReduce"]);
});

test("a taker with nothing left to reduce is stopped before a maker without margin is removed", () => {
  const scenario = new Scenario();
  const taker = scenario.register(RICH);
  scenario.takePosition(taker, -3);
  scenario.sell(scenario.register(RICH), 3, { price: 999 });
  const maker = brokeMaker(scenario, 3);
  const steps = scenario.buy(taker, 6, { flags: { reduceOnly: 1 } });
  assert.equal(names(steps), ["fill", "stopTaker nothingToReduce"]);
  assert.is(scenario.market().bestAsk!.account, maker);
});

/** Can carry an order at its limit, but not the loss of trading far from the oracle price. */
const thinTaker = (scenario: Scenario): number => scenario.register(1_150);

test("a taker that the fill would leave short of margin is stopped", () => {
  const scenario = new Scenario();
  scenario.sell(scenario.register(RICH), 10, { price: 1090 });
  const taker = thinTaker(scenario);
  assert.equal(names(scenario.buy(taker, 10, { price: 1090 })), ["stopTaker underMargined"]);
  assert.is(scenario.account(taker).sizes[0], 0);
});

test("a taker short of margin is stopped for it before the open-interest cap is looked at", () => {
  const scenario = new Scenario({ openInterestCap: 5 });
  scenario.sell(scenario.register(RICH), 10, { price: 1090 });
  assert.equal(names(scenario.buy(thinTaker(scenario), 10, { price: 1090 })), ["stopTaker underMargined"]);
});

test("a taker short of margin is stopped before a maker short of margin is removed", () => {
  const scenario = new Scenario();
  const maker = scenario.register(RICH);
  scenario.sell(maker, 10, { price: 1090 });
  scenario.account(maker).collateral = 1n;
  assert.equal(names(scenario.buy(thinTaker(scenario), 10, { price: 1090 })), ["stopTaker underMargined"]);
  assert.is(scenario.market().bestAsk!.account, maker);
});

test("a taker is stopped at the open-interest cap before a maker short of margin is removed", () => {
  const scenario = new Scenario({ openInterestCap: 4 });
  const maker = brokeMaker(scenario, 5);
  assert.equal(names(scenario.buy(scenario.register(RICH), 5)), ["stopTaker openInterestCap"]);
  assert.is(scenario.market().bestAsk!.account, maker);
});

test("a maker short of margin is removed and the taker goes on to the next", () => {
  const scenario = new Scenario();
  const maker = brokeMaker(scenario, 5);
  scenario.sell(scenario.register(RICH), 5);
  const steps = scenario.buy(scenario.register(RICH), 5);
  assert.equal(names(steps), ["removeMaker underMargined", "fill"]);
  assert.is(scenario.account(maker).reserved, 0n);
  assert.is(scenario.account(maker).orders.size, 0);
});

test("a ladder of the taker's own orders is taken out one by one, and only those that it would cross", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  for (const price of [1001, 1002, 1003, 1004]) scenario.sell(account, 2, { price });
  const steps = scenario.buy(account, 5, { price: 1003 });
  assert.equal(names(steps), [...new Array(3).fill("removeMaker selfTrade"), "rest"]);
  assert.is(scenario.market().bestAsk!.price, 1004);
  assert.is(scenario.account(account).reserved, 2n * 1004n * 1000n + 5n * 1003n * 1000n);
});

test("at a stale price a taker that reduces is stopped by a maker whose position would grow or flip, not by one who reduces", () => {
  for (const [makerSize, expected] of [
    [0, "stopTaker staleMarket"],
    [5, "stopTaker staleMarket"],
    [-2, "stopTaker staleMarket"],
    [-4, "fill"],
  ] as const) {
    const scenario = new Scenario();
    const [maker, taker] = [scenario.register(RICH), scenario.register(RICH)];
    if (makerSize !== 0) scenario.takePosition(maker, makerSize);
    scenario.takePosition(taker, 4);
    scenario.buy(maker, 4, { slot: 1 });
    scenario.tick(61, null, 0);
    const [step] = scenario.sell(taker, 4, { flags: { reduceOnly: 1 } });
    assert.is(nameOf(step!), expected, `maker holds ${makerSize}`);
    assert.is(readOrder(scenario.exchange, { account: maker, slot: 1 }) === undefined, expected === "fill");
  }
});

/** A maker who bids 4 lots in market 1, where it holds so much, and whose position in market 0 has no price any more. */
function staleMaker(makerSize: number) {
  const scenario = new Scenario();
  const maker = scenario.register(RICH);
  scenario.takePosition(maker, 5);
  if (makerSize !== 0) scenario.takePosition(maker, makerSize, 1);
  scenario.buy(maker, 4, { market: 1, slot: 1 });
  return { scenario, maker, name: { account: maker, slot: 1 } };
}

test("a maker with a position at a stale price elsewhere is removed if the fill would grow or flip its own, else filled", () => {
  for (const [makerSize, expected] of [
    [0, "removeMaker holdsStale"],
    [5, "removeMaker holdsStale"],
    [-3, "removeMaker holdsStale"],
    [-4, "fill"],
  ] as const)
    for (const elapsed of [60, 61]) {
      const { scenario, maker, name } = staleMaker(makerSize);
      scenario.buy(scenario.register(RICH), 4, { market: 1 });
      scenario.tick(elapsed, null, 0);
      const steps = scenario.sell(scenario.register(RICH), 4, { market: 1 });
      const isStale = elapsed === 61;
      // Whoever stands behind is met in its place.
      const wanted = isStale && expected !== "fill" ? [expected, "fill"] : ["fill"];
      assert.equal(names(steps), wanted, `maker holds ${makerSize}, ${elapsed} seconds`);
      assert.is(readOrder(scenario.exchange, name), undefined);
      assert.is(scenario.account(maker).reserved, 0n);
    }
});

test("a taker is stopped before a maker with a position at a stale price is removed", () => {
  const { scenario, maker, name } = staleMaker(0);
  const taker = scenario.register(1_150);
  scenario.buy(maker, 10, { market: 1, price: 1_010, slot: 2 });
  scenario.tick(61, null, 0);
  scenario.tick(1, null, 90);
  assert.equal(names(scenario.sell(taker, 10, { market: 1, price: 1_000 })), ["stopTaker underMargined"]);
  Object.assign(scenario.market(1), {
    parameters: { ...scenario.market(1).parameters, openInterestCap: 9 },
  });
  const rich = scenario.register(RICH);
  assert.equal(names(scenario.sell(rich, 10, { market: 1, price: 1_010 })), ["stopTaker openInterestCap"]);
  assert.ok(readOrder(scenario.exchange, name) !== undefined);
});

test("a maker with a position at a stale price is removed for it before its margin is looked at", () => {
  const { scenario, maker } = staleMaker(0);
  scenario.account(maker).collateral = 1n;
  scenario.tick(61, null, 0);
  const [step] = scenario.sell(scenario.register(RICH), 4, { market: 1 });
  assert.is(nameOf(step!), "removeMaker holdsStale");
});

test("nobody loses a withdrawal that is held back to an accomplice in another market, as taker or as maker", () => {
  const scenario = new Scenario();
  const [holder, accomplice] = [scenario.register(20_000), scenario.register(20_000)];
  scenario.takePosition(holder, 5);
  scenario.buy(holder, 40, { market: 1, slot: 1, price: 1_050 });
  scenario.tick(61, null, 0);
  const before = scenario.account(holder).collateral;
  assert.equal(names(scenario.sell(accomplice, 40, { market: 1, price: 1_050 })), [
    "removeMaker holdsStale",
    "rest",
  ]);
  assert.equal(names(scenario.buy(holder, 40, { market: 1, price: 1_050 })), ["refused staleMarket"]);
  assert.is(scenario.account(holder).collateral, before - 10n);
});

test("open interest may reach its cap and not go beyond", () => {
  for (const [cap, outcome] of [
    [5, "fill"],
    [4, "stopTaker openInterestCap"],
  ] as const) {
    const scenario = new Scenario({ openInterestCap: cap });
    scenario.sell(scenario.register(RICH), 5);
    assert.equal(names(scenario.buy(scenario.register(RICH), 5)), [outcome]);
  }
});

test("above a lowered cap positions may still change hands and shrink", () => {
  const scenario = new Scenario({ openInterestCap: 10 });
  const [long, short] = [scenario.register(RICH), scenario.register(RICH)];
  scenario.sell(short, 10);
  scenario.buy(long, 10);
  Object.assign(scenario.market(), {
    parameters: { ...scenario.market().parameters, openInterestCap: 2 },
  });
  scenario.buy(scenario.register(RICH), 4);
  assert.equal(names(scenario.sell(long, 4)), ["fill"]);
  scenario.buy(short, 3);
  assert.equal(names(scenario.sell(long, 3)), ["fill"]);
  assert.is(scenario.market().openInterest, 7);
});

test("a reduce-only maker fills no more than its position and is removed when met again", () => {
  const scenario = new Scenario();
  const maker = scenario.register(RICH);
  scenario.takePosition(maker, 5);
  scenario.sell(maker, 50, { flags: { reduceOnly: 1 } });
  assert.is(scenario.account(maker).reserved, 0n);
  const steps = scenario.buy(scenario.register(RICH), 8);
  assert.equal(names(steps), ["fill", "removeMaker nothingToReduce", "rest"]);
  assert.is(scenario.account(maker).sizes[0], 0);
});

test("a reduce-only taker closes its position and does not flip it", () => {
  const scenario = new Scenario();
  const taker = scenario.register(RICH);
  scenario.takePosition(taker, -5);
  scenario.sell(scenario.register(RICH), 5);
  const steps = scenario.buy(taker, 9, { flags: { reduceOnly: 1 } });
  assert.equal(names(steps), ["fill", "dropTaker nothingToReduce"]);
  assert.is(scenario.account(taker).sizes[0], 0);
});

test("an order that may, flips a position through zero, and open interest follows", () => {
  const scenario = new Scenario();
  const taker = scenario.register(RICH);
  scenario.takePosition(taker, -5);
  scenario.sell(scenario.register(RICH), 8);
  scenario.buy(taker, 8);
  assert.is(scenario.account(taker).sizes[0], 3);
  assert.is(scenario.market().openInterest, 8);
});

test("both reduce-only: the smaller position bounds the fill", () => {
  const scenario = new Scenario();
  const [maker, taker] = [scenario.register(RICH), scenario.register(RICH)];
  scenario.takePosition(maker, 3);
  scenario.takePosition(taker, -7);
  scenario.sell(maker, 20, { flags: { reduceOnly: 1 } });
  const steps = scenario.buy(taker, 20, { flags: { reduceOnly: 1 } });
  assert.equal(names(steps), ["fill", "removeMaker nothingToReduce", "rest"]);
  assert.is(scenario.account(maker).sizes[0], 0);
  assert.is(scenario.account(taker).sizes[0], -4);
});

test("what is left of an immediate-or-cancel order is dropped, even in a slot that is taken", () => {
  const scenario = new Scenario();
  const taker = scenario.register(RICH);
  scenario.buy(taker, 3, { price: 900, slot: 7 });
  scenario.sell(scenario.register(RICH), 3);
  const steps = scenario.buy(taker, 5, { slot: 7, flags: { immediateOrCancel: 1 } });
  assert.equal(names(steps), ["fill", "dropTaker immediateOrCancel"]);
  assert.is(scenario.account(taker).sizes[0], 3);
  assert.is(readOrder(scenario.exchange, { account: taker, slot: 7 })!.price, 900);
});

test("a taker that can no longer carry its rest after losing on fills is dropped", () => {
  const scenario = new Scenario();
  const [long, far] = [scenario.register(RICH), scenario.register(RICH)];
  scenario.sell(long, 6, { price: 1090 });
  scenario.sell(far, 5, { price: 1100 });
  const taker = scenario.register(1_310);
  const steps = scenario.buy(taker, 11, { price: 1091 });
  assert.equal(names(steps), ["fill", "dropTaker underMargined"]);
});

test("an account below its initial requirement may still close, at a price that does not worsen its ratio", () => {
  const scenario = new Scenario();
  const taker = scenario.register(1_100);
  scenario.takePosition(taker, 10);
  scenario.tick(1, -50, 0);
  scenario.buy(scenario.register(RICH), 10, { price: 950 });
  assert.equal(names(scenario.sell(taker, 4, { price: 950 })), ["refused belowRequirement"]);
  const steps = scenario.sell(taker, 4, { price: 950, flags: { reduceOnly: 1 } });
  assert.equal(names(steps), ["fill"]);
});

test("an account below its initial requirement may not close at a price that worsens its ratio", () => {
  const scenario = new Scenario();
  const taker = scenario.register(1_100);
  scenario.takePosition(taker, 10);
  scenario.tick(1, -50, 0);
  scenario.buy(scenario.register(RICH), 10, { price: 860 });
  const steps = scenario.sell(taker, 4, { price: 860, flags: { reduceOnly: 1 } });
  assert.equal(names(steps), ["stopTaker underMargined"]);
});

test("an insolvent account closes only at a price that makes it solvent", () => {
  for (const [price, outcome] of [
    [1010, "fill"],
    [1009, "removeMaker underMargined"],
  ] as const) {
    const scenario = new Scenario();
    const maker = scenario.register(RICH);
    scenario.takePosition(maker, 10);
    scenario.sell(maker, 10, { price, flags: { reduceOnly: 1 } });
    // Worth 100 quanta less than nothing at the oracle price.
    scenario.account(maker).collateral = -10n * BigInt(PRICE) - 100n;
    assert.is(nameOf(scenario.buy(scenario.register(RICH), 10, { price })[0]!), outcome);
  }
});

test("an insolvent account cannot pay for a request, so it places nothing", () => {
  const scenario = new Scenario();
  const taker = scenario.register(RICH);
  scenario.takePosition(taker, 10);
  scenario.account(taker).collateral = -10n * BigInt(PRICE) - 1n;
  assert.equal(names(scenario.sell(taker, 10, { flags: { reduceOnly: 1 } })), ["refused cannotPay"]);
});

test.run();
