/** Every word has an outcome: whatever its bits, deciding neither throws nor changes anything. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apply } from "../../sequencer/exchange/apply.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { pow2, WORD_BITS } from "../../sequencer/exchange/limits.ts";
import { Outcome, withOutcome, wordToHex } from "../../sequencer/exchange/word.ts";
import { goOn, MOST_WORDS } from "../generate/go-on.ts";
import { Random, testSeed } from "../generate/random.ts";
import { HistoryGenerator, historyShape } from "../generate/requests.ts";
import { runWord } from "../generate/run.ts";
import { Scenario } from "./scenario.ts";

const seed = testSeed("any word");
const random = new Random(seed);

/** An exchange in the middle of trading. */
function busyExchange() {
  const generator = new HistoryGenerator({ seed, shape: historyShape(3, 12, 12) });
  generator.take(800);
  return generator.exchange;
}

/** Bits under a given type; half of them name an account and a market that exist. */
function someWord(): bigint {
  let word = (random.bigint(WORD_BITS) & ~31n) | BigInt(random.below(32));
  if (random.chance(0.5)) word = (word & ~(0xfffffn << 8n)) | (BigInt(random.below(14)) << 8n);
  if (random.chance(0.5)) word = (word & ~(0xfn << 85n)) | (BigInt(random.below(3)) << 85n);
  if (random.chance(0.5)) word &= ~(0x1ffffn << 28n);
  return random.chance(0.7) ? word & ~128n : word;
}

test("30,000 random words, signed or not, run to their end", () => {
  const exchange = busyExchange();
  for (let i = 0; i < 30_000; i++) {
    const word = someWord();
    try {
      const [first] = runWord(exchange, { word, authentic: random.chance(0.5) });
      assert.is(first!.word, withOutcome(word, 0));
      assert.ok(Object.values(Outcome).includes(first!.outcome as 0));
    } catch (error) {
      throw new Error(`word ${i}: ${wordToHex(word)}`, { cause: error });
    }
  }
});

test("words of one kind of bits only", () => {
  const exchange = busyExchange();
  const words = [0n, pow2(WORD_BITS) - 1n];
  for (let bit = 0; bit < WORD_BITS; bit++)
    for (let type = 0; type < 32; type++) words.push(pow2(bit) | BigInt(type));
  for (const word of words)
    for (const authentic of [false, true])
      assert.not.throws(() => runWord(exchange, { word, authentic }), wordToHex(word));
});

test("deciding changes nothing and is repeatable; the outcome bits of a word do not matter to it", () => {
  const generator = new HistoryGenerator({ seed, shape: historyShape(3, 12, 12) });
  const { accounts, markets, machine } = generator.exchange;
  generator.take(300);
  for (let i = 0; i < 400; i++) {
    const word = random.chance(0.5) ? someWord() : generator.next().word;
    const before = structuredClone({ accounts, markets, machine });
    const step = decide(generator.exchange, word, true);
    assert.equal(decide(generator.exchange, withOutcome(word, random.below(4)), true), step);
    assert.equal({ accounts, markets, machine }, before);
  }
});

test("while a taker is active no word is consumed, and it gets on without one", () => {
  const scenario = new Scenario();
  for (let i = 0; i < 3; i++) scenario.sell(scenario.register(1_000_000), 2);
  const taker = scenario.register(1_000_000);
  const steps = scenario.buy(taker, 6);
  assert.equal(
    steps.map(({ word }) => word !== 0n),
    [true, false, false],
  );
  // The same again, with another word waiting from the second step on.
  const waiting = new Scenario();
  for (let i = 0; i < 3; i++) waiting.sell(waiting.register(1_000_000), 2);
  waiting.register(1_000_000);
  let word = steps[0]!.word;
  for (const expected of steps) {
    const step = decide(waiting.exchange, word, true);
    assert.equal(step, expected);
    apply(waiting.exchange, step);
    word = random.bigint(WORD_BITS);
  }
  assert.is(waiting.exchange.machine.taker, null);
  assert.equal(waiting.account(taker), scenario.account(taker));
});

test("without a word and without a taker a step does nothing", () => {
  const exchange = busyExchange();
  const { accounts, markets, machine } = exchange;
  const before = structuredClone({ accounts, markets, machine });
  apply(exchange, decide(exchange, undefined, true));
  assert.equal({ accounts, markets, machine }, before);
});

test("a taker takes a step for each order on the other side, another for one that only reduces, and one to end", () => {
  const shape = historyShape(3, 12, 12);
  const exchange = genesisExchange(shape.genesis, new LiveIndex());
  const history = new HistoryGenerator({ seed, shape });
  let longest = 0;
  const lacking = () => (longest < 5 ? ["a taker of five steps"] : []);
  for (const _ of goOn({ atLeast: 2000, atMost: MOST_WORDS }, lacking)) {
    const word = history.next();
    const resting = [...exchange.accounts.values()].flatMap(({ orders }) => [...orders.values()]);
    // Filled as far as it reduces, such an order is still there with the rest, and is removed in a step of its own.
    const reducing = resting.filter(({ reduceOnly }) => reduceOnly);
    const steps = runWord(exchange, word).length;
    assert.ok(steps <= resting.length + reducing.length + 1);
    longest = Math.max(longest, steps);
  }
});

test.run();
