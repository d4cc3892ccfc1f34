import { test } from "uvu";
import * as assert from "uvu/assert";
import { PriceReporter } from "../../sequencer/oracle/reporter.ts";
import type { PriceSource, SourceAnswer } from "../../sequencer/oracle/source.ts";
import { fixedSource } from "../../sequencer/oracle/test-source.ts";

/** A source that answers when the test says so. */
class HandSource implements PriceSource {
  readonly name: string;
  asked = 0;
  private answer: (answer: SourceAnswer) => void = () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  read(): Promise<SourceAnswer> {
    this.asked += 1;
    return new Promise((answer) => {
      this.answer = answer;
    });
  }

  say(answer: SourceAnswer): void {
    this.answer(answer);
  }
}

test("the median of the sources that have a recent price; null for too few", async () => {
  let nowMs = 50_000;
  const sources = ["a", "b", "c"].map((name) => new HandSource(name));
  const [a, b, c] = sources as [HandSource, HandSource, HandSource];
  const faults: object[] = [];
  const reporter = new PriceReporter(
    [
      { sources: [fixedSource(7)], atLeast: 1 },
      { sources, atLeast: 2 },
    ],
    () => nowMs,
    (fault) => faults.push(fault),
  );
  assert.equal(reporter.report(), { timeMs: 50_000, prices: [null, null] });
  const first = reporter.poll();
  a.say({ price: 100 });
  b.say({ price: 300 });
  c.say({ fault: "timeout" });
  await first;
  assert.equal(reporter.report().prices, [7, 100]);
  assert.equal(faults, [{ market: 1, source: "c", fault: "timeout" }]);
  nowMs = 58_000;
  const second = reporter.poll();
  c.say({ price: 200 });
  nowMs = 60_000;
  assert.is(a.asked, 2);
  const third = reporter.poll();
  assert.is(a.asked, 2, "who has not answered is not asked again");
  await third;
  assert.equal(reporter.report(), { timeMs: 60_000, prices: [7, 200] });
  nowMs = 60_001;
  assert.equal(reporter.report().prices, [7, null], "the first two prices are too old");
  a.say({ price: 110 });
  b.say({ fault: "noPrice" });
  await second;
  assert.equal(reporter.report().prices, [7, 110]);
  nowMs = 68_000;
  assert.equal(reporter.report().prices, [7, 110]);
  nowMs = 68_001;
  assert.equal(reporter.report().prices, [null, null], "an answer is as old as its question");
});

test("a source that hangs holds up nobody else", async () => {
  const reporter = new PriceReporter(
    [{ sources: [new HandSource("hangs"), fixedSource(5)], atLeast: 1 }],
    () => 1000,
  );
  const hanging = reporter.poll();
  let isDone = false;
  hanging.then(() => {
    isDone = true;
  });
  await reporter.poll();
  assert.equal(reporter.report().prices, [5]);
  assert.not.ok(isDone);
});

test("settings that can never give a price are refused", () => {
  const make = (count: number, atLeast: number) =>
    new PriceReporter([{ sources: Array.from({ length: count }, () => fixedSource(1)), atLeast }], () => 0);
  assert.throws(() => make(1, 2), /among 1/);
  assert.throws(() => make(1, 0), /at least 0/);
  assert.throws(() => make(17, 1), /at most 16/);
  make(16, 9);
});

test.run();
