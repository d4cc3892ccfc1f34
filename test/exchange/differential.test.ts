import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { wordToHex } from "../../sequencer/exchange/word.ts";
import type { HistoryShape } from "../generate/aim.ts";
import { goOn } from "../generate/go-on.ts";
import { Random, testSeed } from "../generate/random.ts";
import { HistoryGenerator, historyShape, smallShape } from "../generate/requests.ts";
import { machineEvents } from "./machine-events.ts";
import { machineAccount, machineState, naiveAccount, naiveState } from "./naive/compare.ts";
import { NaiveExchange } from "./naive/model.ts";

const firstSeed = testSeed("two readings of the rules");

/** Funding has no request yet, but settling it must be right: now and then an index moves in all readings. */
const FUNDING_MOVES_EVERY = 50;

/** Fills that have not come by then do not come. */
const MOST_WORDS = 100_000;

/** At least so many words, and on until both readings agreed on so many fills. */
function compare(seed: number, shape: HistoryShape, words: number, wantedFills = 0): void {
  const generator = new HistoryGenerator({ seed, shape });
  const exchange = genesisExchange(shape.genesis, new LiveIndex());
  const naive = new NaiveExchange(shape.genesis);
  const random = new Random(seed + 1);
  let fills = 0;
  const lacking = () => (fills < wantedFills ? [`${wantedFills - fills} fills`] : []);
  for (const n of goOn({ atLeast: words, atMost: MOST_WORDS }, lacking)) {
    const { word, authentic } = generator.next();
    const at = `seed ${seed}, word ${n} ${wordToHex(word)}`;
    const events = machineEvents(exchange, word, authentic);
    assert.equal(events, naive.submit(word, authentic), at);
    assert.equal(machineState(exchange), naiveState(naive), at);
    for (const index of new Set([...exchange.accounts.keys(), ...naive.accounts.keys()]))
      assert.equal(machineAccount(exchange, index), naiveAccount(naive, index), `account ${index}, ${at}`);
    fills += events.filter(({ is }) => is === "fill").length;
    if (n % FUNDING_MOVES_EVERY !== 0) continue;
    const m = random.below(shape.genesis.markets.length);
    const move = random.between(-20, 20) * 2 ** shape.magnitude;
    for (const { markets } of [exchange, generator.exchange]) markets[m]!.fundingIndex += move;
    naive.markets[m]!.fundingIndex += BigInt(move);
  }
}

test("12,000 random requests: the same outcomes, fills in the same order, book, balances and positions", () => {
  for (let i = 0; i < 4; i++) compare(firstSeed + i, historyShape(3, 12, 12), 3000, 250);
});

test("crowded: two markets, few accounts, the slots of a small circuit", () => {
  for (let i = 0; i < 4; i++) compare(firstSeed + 100 + i, smallShape(2, 3, 2), 1000);
});

test("eight markets, many accounts", () => {
  compare(firstSeed + 200, historyShape(8, 40, 6), 2000);
});

test("products far beyond 53 bits: prices of 31 bits, positions of 28, money of 56", () => {
  compare(firstSeed + 300, historyShape(3, 12, 12, 20), 3000, 200);
});

test("products on both sides of 2^53, and of the bound up to which margins are summed in doubles", () => {
  for (let magnitude = 8; magnitude < 15; magnitude++)
    compare(firstSeed + 400 + magnitude, historyShape(3, 8, 12, magnitude), 500);
});

test.run();
