import { test } from "uvu";
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { decodeWord, TARGET_OFFSET, typeOf, WordType } from "../../sequencer/exchange/word.ts";
import { Coverage, REACHABLE } from "./coverage.ts";
import { testSeed } from "./random.ts";
import { generateHistory, HistoryGenerator, historyShape, smallShape } from "./requests.ts";
import { runWord } from "./run.ts";

const seed = testSeed("generated histories", 1);
const DATA_TYPES: readonly number[] = [WordType.tick, WordType.payloadHigh, WordType.payloadLow];

function coverageOf(shape: ReturnType<typeof historyShape>, seeds: number, words: number): Coverage {
  const coverage = new Coverage();
  for (let i = 0; i < seeds; i++) {
    const exchange = genesisExchange(shape.genesis, new LiveIndex());
    for (const word of generateHistory({ seed: seed + i, shape }, words))
      runWord(exchange, word, (step) => coverage.add(step));
  }
  return coverage;
}

test("six seeds of a full shape reach every step kind, reason and refusal", () => {
  const coverage = coverageOf(historyShape(3, 12, 12), 6, 4000);
  console.log(coverage.table());
  assert.equal(coverage.missing(REACHABLE, 2), []);
});

test("twelve short seeds of a small circuit's shape reach them too", () => {
  const coverage = coverageOf(smallShape(2, 3, 2), 12, 2000);
  assert.equal(coverage.missing(REACHABLE), []);
});

test("a fifth of the words place orders that rest or fill", () => {
  const { counts } = coverageOf(historyShape(3, 12, 12), 1, 4000);
  const traded = (counts.get("rest") ?? 0) + (counts.get("fill") ?? 0);
  assert.ok(traded > 4000 * 0.2, `${traded} of 4000`);
  assert.ok((counts.get("fill") ?? 0) > 4000 * 0.05, `${counts.get("fill")} fills of 4000`);
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
