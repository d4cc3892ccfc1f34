/** How orders leave the book other than by being filled: cancelled, all at once, expired, swept up. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { readOrder } from "../../sequencer/exchange/exchange.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { nameOf } from "../generate/coverage.ts";
import { Scenario, START } from "./scenario.ts";

const RICH = 1_000_000;
const names = (steps: Step[]): string[] => steps.map(nameOf);

/** Slots of the bids, best first. */
function bids(scenario: Scenario): number[] {
  const slots: number[] = [];
  for (let link = scenario.market().bestBid; link !== null; ) {
    slots.push(link.slot);
    link = readOrder(scenario.exchange, link)!.next;
  }
  return slots;
}

function ladder(): { scenario: Scenario; account: number } {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  [999, 998, 998, 997].forEach((price, slot) => {
    scenario.buy(account, 5, { price, slot });
  });
  return { scenario, account };
}

const cancel = (scenario: Scenario, account: number, slot: number) =>
  scenario.send({ type: WordType.cancel, account, slot });

const cancelAll = (scenario: Scenario, account: number) =>
  scenario.send({ type: WordType.cancelAll, account });

const expire = (scenario: Scenario, account: number, slot: number) =>
  scenario.run(encodeWord({ type: WordType.expire, account, slot }));

test("head, middle and tail of a list are cancelled alike, each naming who stood before it", () => {
  for (const [slot, before, left] of [
    [0, null, [1, 2, 3]],
    [1, 0, [0, 2, 3]],
    [2, 1, [0, 1, 3]],
    [3, 2, [0, 1, 2]],
  ] as const) {
    const { scenario, account } = ladder();
    const [step] = cancel(scenario, account, slot);
    assert.is(step!.counterparty?.slot ?? null, before);
    assert.equal(bids(scenario), left);
  }
});

test("a price level that empties and fills again keeps time order", () => {
  const { scenario, account } = ladder();
  cancel(scenario, account, 2);
  cancel(scenario, account, 1);
  scenario.buy(account, 5, { price: 998, slot: 7 });
  scenario.buy(account, 5, { price: 998, slot: 1 });
  assert.equal(bids(scenario), [0, 7, 1, 3]);
});

test("cancelling everything gives the whole reserve back at once and leaves the orders to be swept up", () => {
  const { scenario, account } = ladder();
  cancelAll(scenario, account);
  assert.is(scenario.account(account).reserved, 0n);
  assert.equal(bids(scenario), [0, 1, 2, 3]);
});

test("an order of an older generation gives nothing back when it is cancelled, swept up or met", () => {
  const { scenario, account } = ladder();
  cancelAll(scenario, account);
  scenario.buy(account, 5, { price: 996, slot: 9 });
  const reserved = scenario.account(account).reserved;
  assert.is(reserved, 5n * 996n * 1000n);
  assert.equal(names(cancel(scenario, account, 1)), ["unlink"]);
  assert.equal(names(expire(scenario, account, 3)), ["unlink"]);
  const steps = scenario.sell(scenario.register(RICH), 5, { price: 996 });
  assert.equal(names(steps), ["removeMaker dead", "removeMaker dead", "fill"]);
  assert.is(scenario.account(account).reserved, 0n);
  assert.is(scenario.account(account).orders.size, 0);
});

test("an order placed after cancelling everything lives", () => {
  const { scenario, account } = ladder();
  cancelAll(scenario, account);
  scenario.buy(account, 5, { price: 1000, slot: 9 });
  assert.equal(names(expire(scenario, account, 9)), ["refused notDead"]);
  assert.equal(names(scenario.sell(scenario.register(RICH), 5)), ["fill"]);
});

test("a dead order may stand before a new one, and be swept up from there", () => {
  const { scenario, account } = ladder();
  cancelAll(scenario, account);
  const other = scenario.register(RICH);
  const [rest] = scenario.buy(other, 5, { price: 998, slot: 50 });
  assert.is(rest!.counterparty!.slot, 2);
  expire(scenario, account, 2);
  assert.equal(bids(scenario), [0, 1, 50, 3]);
});

test("an order is met until the second before its expiry, and removed from then on", () => {
  for (const [elapsed, outcome] of [
    [4, "fill"],
    [5, "removeMaker expired"],
  ] as const) {
    const scenario = new Scenario();
    scenario.buy(scenario.register(RICH), 5, { expiry: START + 5 });
    const taker = scenario.register(RICH);
    scenario.tick(elapsed, 0, 0);
    assert.is(names(scenario.sell(taker, 5))[0], outcome);
  }
});

test("an expired order gives its reserve back when it leaves, not before", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.buy(account, 5, { slot: 1, expiry: START + 1 });
  scenario.tick(1, 0, 0);
  assert.is(scenario.account(account).reserved, 5_000_000n);
  expire(scenario, account, 1);
  assert.is(scenario.account(account).reserved, 0n);
});

test("what was filled in part gives back what is left of its reserve", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.buy(account, 9, { slot: 1 });
  scenario.sell(scenario.register(RICH), 4);
  assert.is(scenario.account(account).reserved, 5_000_000n);
  cancel(scenario, account, 1);
  assert.is(scenario.account(account).reserved, 0n);
});

test("an order reserves by the fraction of its day, whatever the market asks later", () => {
  const scenario = new Scenario();
  const account = scenario.register(RICH);
  scenario.buy(account, 9, { slot: 1 });
  Object.assign(scenario.market(), {
    parameters: { ...scenario.market().parameters, initialFraction: 5000 },
  });
  scenario.sell(scenario.register(RICH), 4);
  assert.is(scenario.account(account).reserved, 5_000_000n);
  cancel(scenario, account, 1);
  assert.is(scenario.account(account).reserved, 0n);
});

test("an index is not built from a broken list", () => {
  const rebuild = ({ exchange }: Scenario) =>
    LiveIndex.fromState(exchange.markets, (name) => readOrder(exchange, name));
  const { scenario, account } = ladder();
  assert.not.throws(() => rebuild(scenario));
  const order = scenario.account(account).orders.get(1)!;
  scenario.account(account).orders.delete(1);
  assert.throws(() => rebuild(scenario), /broken list/);
  scenario.account(account).orders.set(1, { ...order, price: 997 });
  assert.throws(() => rebuild(scenario), /broken list/);
  scenario.account(account).orders.set(1, { ...order, side: 1 });
  assert.throws(() => rebuild(scenario), /broken list/);
});

test.run();
