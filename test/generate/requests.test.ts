import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { decodeWord, TARGET_OFFSET, typeOf, WordType } from "../../sequencer/exchange/word.ts";
import { Coverage, REACHABLE } from "./coverage.ts";
import { goOn, MOST_WORDS } from "./go-on.ts";
import { testSeed } from "./random.ts";
import { generateHistory, HistoryGenerator, historyShape, smallShape } from "./requests.ts";
import { runWord } from "./run.ts";

const seed = testSeed("generated histories");
const DATA_TYPES: readonly number[] = [WordType.tick, WordType.payloadHigh, WordType.payloadLow];

test("a history reaches every step kind, reason and refusal, in full trees and in a small circuit's", () => {
  for (const shape of [historyShape(3, 12, 12), smallShape(2, 3, 2)]) {
    const history = new HistoryGenerator({ seed, shape });
    const exchange = genesisExchange(shape.genesis, new LiveIndex());
    const coverage = new Coverage();
    const turns = goOn({ atLeast: 1000, atMost: MOST_WORDS }, () => coverage.missing(REACHABLE));
    for (const _ of turns) runWord(exchange, history.next(), (step) => coverage.add(step));
    console.log(coverage.table());
  }
});

test("a fifth of the words place orders that rest or fill", () => {
  // A statement about the weights, so always of the same seeds: one seed alone may have poor traders.
  const coverage = new Coverage();
  const shape = historyShape(3, 12, 12);
  for (let fixed = 1; fixed <= 8; fixed++) {
    const exchange = genesisExchange(shape.genesis, new LiveIndex());
    for (const word of generateHistory({ seed: fixed, shape }, 1000))
      runWord(exchange, word, (step) => coverage.add(step));
  }
  const { counts } = coverage;
  const traded = (counts.get("rest") ?? 0) + (counts.get("fill") ?? 0);
  assert.ok(traded > 8000 * 0.2, `${traded} of 8000`);
  assert.ok((counts.get("fill") ?? 0) > 8000 * 0.05, `${counts.get("fill")} fills of 8000`);
});

test("a price that is no longer of this world comes home, so that trading goes on", () => {
  // Noise was a good tick and took it there: after that no account could afford a trade (SEED=4269644256).
  const shape = smallShape(2, 3, 2);
  const generator = new HistoryGenerator({ seed, shape });
  generator.take(100);
  const market = generator.exchange.markets[0]!;
  const home = shape.genesis.markets[0]!.oraclePrice;
  market.oraclePrice = 700 * home;
  generator.take(300);
  assert.ok(market.oraclePrice < 4 * home, `${market.oraclePrice}, begun at ${home}`);
});

test("the same seed gives the same history, another seed another", () => {
  const words = (from: number) => generateHistory({ seed: from, shape: smallShape(2, 3, 2) }, 300);
  assert.equal(words(seed), words(seed));
  assert.not.equal(words(seed), words(seed + 1));
});

test("a small shape names no account and no slot beyond its trees", () => {
  const shape = smallShape(2, 3, 2);
  const generator = new HistoryGenerator({ seed, shape });
  for (const { word } of generator.take(3000)) {
    if (DATA_TYPES.includes(typeOf(word))) continue;
    const { account, slot } = decodeWord(word);
    assert.ok(account < 64 && slot < 16, `${word.toString(16)}`);
    if (typeOf(word) === WordType.transfer)
      assert.ok(((word >> BigInt(TARGET_OFFSET)) & 0xfffffn) < 64n, `${word.toString(16)}`);
  }
  assert.ok(generator.exchange.machine.nextAccount <= shape.accounts + 1);
});

test.run();
