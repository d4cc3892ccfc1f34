/** What holds of the book after every single step: one test for each sentence. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isBetter, LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { readOrder } from "../../sequencer/exchange/exchange.ts";
import { testSeed } from "../generate/random.ts";
import { everyStep, forEverySide, type Placed } from "./every-step.ts";

const seed = testSeed("invariants of the book");

test("a list threads only orders of its own market and side, at the price that the link names", () =>
  everyStep(seed, () => (_, exchange) => {
    forEverySide(exchange, (list, market, side) => {
      for (const { link, order } of list)
        assert.ok(order.market === market && order.side === side && order.price === link.price);
    });
  }));

test("a list is monotone in price", () =>
  everyStep(seed, () => (_, exchange) => {
    forEverySide(exchange, (list, _, side) => {
      for (let i = 1; i < list.length; i++)
        assert.not.ok(isBetter(side, list[i]!.order.price, list[i - 1]!.order.price));
    });
  }));

test("within a price the older order comes first", () =>
  everyStep(seed, () => {
    const ages = new Map<string, number>();
    let age = 0;
    return (step, exchange) => {
      if (step.action.kind === "rest")
        ages.set(`${step.action.taker.account}/${step.action.taker.slot}`, age++);
      const ageOf = ({ link }: Placed) => ages.get(`${link.account}/${link.slot}`)!;
      forEverySide(exchange, (list) => {
        for (let i = 1; i < list.length; i++)
          if (list[i]!.order.price === list[i - 1]!.order.price)
            assert.ok(ageOf(list[i]!) > ageOf(list[i - 1]!));
      });
    };
  }));

test("every order is in exactly one list: no leaf is left behind and none is threaded twice", () =>
  everyStep(seed, () => (_, exchange) => {
    const threaded: string[] = [];
    forEverySide(exchange, (list) => {
      threaded.push(...list.map(({ link }) => `${link.account}/${link.slot}`));
    });
    const owned = [...exchange.accounts].flatMap(([account, { orders }]) =>
      [...orders.keys()].map((slot) => `${account}/${slot}`),
    );
    assert.is(new Set(threaded).size, threaded.length);
    assert.equal(threaded.sort(), owned.sort());
  }));

test("the predecessor of a rest is alive, of the same market and side, as good or better; its successor is worse", () =>
  everyStep(seed, (exchange) => {
    return ({ action, counterparty }) => {
      if (action.kind !== "rest" || counterparty === null) return;
      const predecessor = readOrder(exchange, counterparty)!;
      const { taker } = action;
      assert.is(predecessor.market, taker.market);
      assert.is(predecessor.side, taker.side);
      assert.not.ok(isBetter(taker.side, taker.price, predecessor.price));
      const rested = readOrder(exchange, taker)!;
      assert.equal(predecessor.next, { account: taker.account, slot: taker.slot, price: taker.price });
      if (rested.next !== null) assert.ok(isBetter(taker.side, taker.price, rested.next.price));
    };
  }));

test("an order that is removed or filled up leaves an empty slot", () =>
  everyStep(seed, (exchange) => {
    return (step) => {
      if (step.action.kind === "unlink") assert.is(readOrder(exchange, step.active!), undefined);
      if (step.action.kind === "removeMaker") assert.is(readOrder(exchange, step.counterparty!), undefined);
      if (step.action.kind === "fill") {
        const maker = readOrder(exchange, step.counterparty!);
        assert.ok(maker === undefined || maker.remaining > 0);
      }
    };
  }));

test("the index answers what walking the lists answers, and is rebuilt from them the same", () =>
  everyStep(seed, (exchange) => {
    let steps = 0;
    return () => {
      const rebuilt = LiveIndex.fromState(exchange.markets, (name) => readOrder(exchange, name));
      const probes = steps++ % 10 === 0 ? [-3, 0, 2] : [];
      forEverySide(exchange, (list, market, side) => {
        list.forEach(({ link }, i) => {
          const wanted = i === 0 ? null : nameOf(list[i - 1]!.link);
          for (const index of [exchange.index, rebuilt])
            assert.equal(nameOf(index.predecessorOf(link)), wanted);
        });
        for (const probe of probes) {
          const price = (list[list.length >> 1]?.order.price ?? 1000) + probe;
          const wanted = nameOf(
            list.findLast(({ order }) => !isBetter(side, price, order.price))?.link ?? null,
          );
          for (const index of [exchange.index, rebuilt])
            assert.equal(nameOf(index.predecessorForPrice(market, side, price)), wanted);
        }
      });
    };
  }));

const nameOf = (name: { account: number; slot: number } | null) =>
  name === null ? null : { account: name.account, slot: name.slot };

test.run();
