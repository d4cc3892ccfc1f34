import { test } from "uvu";
import * as assert from "uvu/assert";
import { DEVNET_MARKETS } from "../../trader/devnet/devnet-markets.ts";
import { type FlowMarket, type FlowOrder, type FlowView, nextAction } from "../../trader/devnet/flow.ts";
import { randomInt, seededRandom } from "../../trader/devnet/random.ts";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`flow: SEED=${SEED}`);

/** A book of makers' orders alone, as the devnet's would look; takers empty it. */
class Book {
  readonly makers: FlowOrder[][] = [[], []];
  readonly lots = new Map<FlowOrder, number>();
  readonly takerPositions = [0, 0];
  private slot = 0;

  view(oraclePrices: readonly number[]): FlowView {
    const markets = oraclePrices.map((oraclePrice, m): FlowMarket => {
      const best = (side: "buy" | "sell") => {
        const orders = this.makers.flat().filter((order) => order.market === m && order.side === side);
        if (orders.length === 0) return null;
        const head = orders.reduce((a, b) =>
          (side === "buy" ? b.price > a.price : b.price < a.price) ? b : a,
        );
        return { price: head.price, lots: this.lots.get(head)! };
      };
      return { units: DEVNET_MARKETS[m]!, oraclePrice, bestBid: best("buy"), bestAsk: best("sell") };
    });
    return { markets, makers: this.makers, takerPositions: this.takerPositions };
  }

  quote(maker: number, order: Omit<FlowOrder, "slot">, lots: number): void {
    const placed = { ...order, slot: this.slot++ };
    this.makers[maker]!.push(placed);
    this.lots.set(placed, lots);
  }

  remove(order: FlowOrder): void {
    for (const orders of this.makers) if (orders.includes(order)) orders.splice(orders.indexOf(order), 1);
  }
}

function play(seed: number, turns: number): { actions: string[]; book: Book; takes: number } {
  const random = seededRandom(seed);
  const walk = seededRandom(seed + 1);
  const book = new Book();
  const oracle = DEVNET_MARKETS.slice(0, 2).map(({ oraclePrice }) => oraclePrice);
  const actions: string[] = [];
  let takes = 0;
  for (let turn = 0; turn < turns; turn++) {
    oracle.forEach((price, m) => {
      oracle[m] = price + randomInt(walk, -Math.floor(price / 1000), Math.floor(price / 1000));
    });
    const view = book.view(oracle);
    const action = nextAction(view, turn, random);
    actions.push(JSON.stringify(action));
    if (action.kind === "cancel") {
      const order = book.makers[action.maker]!.find(({ slot }) => slot === action.slot);
      assert.ok(order, "cancels what is there");
      book.remove(order!);
      continue;
    }
    const { market, side, price, lots } = action;
    const { bestBid, bestAsk, oraclePrice } = view.markets[market]!;
    assert.ok(Number.isInteger(price) && price > 0 && Number.isInteger(lots) && lots > 0);
    assert.ok(Math.abs(price - oraclePrice) < oraclePrice / 10, "near the oracle price");
    if (action.kind === "quote") {
      const crosses =
        side === "buy"
          ? bestAsk !== null && price >= bestAsk.price
          : bestBid !== null && price <= bestBid.price;
      assert.not.ok(crosses, "a maker does not take");
      book.quote(action.maker, { market, side, price }, lots);
      continue;
    }
    const head = side === "buy" ? bestAsk : bestBid;
    assert.ok(
      head !== null && (side === "buy" ? price >= head.price : price <= head.price),
      "a taker meets somebody",
    );
    takes += 1;
    book.takerPositions[market]! += side === "buy" ? Math.min(lots, head!.lots) : -Math.min(lots, head!.lots);
    const maker = book.makers
      .flat()
      .find((order) => order.market === market && order.side !== side && order.price === head!.price)!;
    const left = book.lots.get(maker)! - lots;
    if (left > 0) book.lots.set(maker, left);
    else book.remove(maker);
  }
  return { actions, book, takes };
}

test("the same seed trades the same way, another one another", () => {
  assert.equal(play(SEED, 200).actions, play(SEED, 200).actions);
  assert.not.equal(play(SEED, 200).actions, play(SEED + 1, 200).actions);
});

test("every action can be carried out, one in four at least takes, ladders and positions stay bounded", () => {
  for (let seed = SEED; seed < SEED + 20; seed++) {
    const { book, takes } = play(seed, 500);
    assert.ok(takes >= 125, `${takes} takers, seed ${seed}`);
    for (const orders of book.makers)
      assert.ok(orders.length <= 16 + 2, `${orders.length} orders, seed ${seed}`);
    book.takerPositions.forEach((position, m) => {
      const value = Math.abs(position) * DEVNET_MARKETS[m]!.oraclePrice;
      assert.ok(value < 30_000_000_000, `position worth ${value}, seed ${seed}`);
    });
  }
});

test.run();
