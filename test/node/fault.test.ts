/** A broken invariant in the middle of a block: what was whole before it is told and kept, and nothing comes after it. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Side } from "../../sequencer/exchange/word.ts";
import type { Parts } from "../../sequencer/node/open.ts";
import { OutcomeUnknown } from "../../sequencer/node/outcome-unknown.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import type { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import { openAt, receiptOf, settingsOf, type Trader, withSequencer } from "./exchange-fixture.ts";

const SETTINGS = settingsOf({}, { maxBlockEntries: 1 });

/** The order is in the book, and nothing has taken note of it. */
function breakOnce(sequencer: SoloSequencer): void {
  const { journal } = (sequencer as unknown as { parts: Parts }).parts;
  const after = journal.after.bind(journal);
  journal.after = () => {
    journal.after = after;
    throw new Error("a broken invariant");
  };
}

/** What is told of a request, or of a flush, of which nothing may be told. */
const endOf = (end: Promise<unknown>): Promise<string> =>
  end.then(
    (answer) => `answered ${JSON.stringify(answer, (_, value) => (typeof value === "bigint" ? "" : value))}`,
    (error: unknown) => (error instanceof OutcomeUnknown ? error.message : `no end: ${String(error)}`),
  );

const HALTED = "the sequencer halted: a broken invariant";

async function staysAt(before: number, sequencer: SoloSequencer, trader: Trader, path: string) {
  const { status, reason } = sequencer.health();
  assert.equal([status, reason, sequencer.stored], ["halted", "a broken invariant", before]);
  const late = await sequencer.submit(trader.place(5, Side.buy, 1990, 4));
  assert.ok(isRefusal(late) && late.refused === "closing");
  await sequencer.close();
  const again = await openAt(path, SETTINGS);
  assert.equal([again.health().sequence, again.book(0, 5)!.bids], [before, []]);
  await again.close();
}

test("of two blocks that are due, the one after the fault is not executed on what the fault has left", async () =>
  withSequencer(
    2,
    async (sequencer, [one, two], path) => {
      const before = sequencer.stored;
      breakOnce(sequencer);
      const ends = [one!, two!].map((trader) => endOf(sequencer.submit(trader.place(0, Side.buy, 2000, 4))));
      assert.equal(await Promise.all(ends), [HALTED, HALTED]);
      await staysAt(before, sequencer, one!, path);
    },
    SETTINGS,
  ));

test("a batch that is cut on demand right after the fault is none", async () =>
  withSequencer(
    2,
    async (sequencer, [one], path) => {
      const before = sequencer.stored;
      breakOnce(sequencer);
      const ends = [sequencer.submit(one!.place(0, Side.buy, 2000, 4)), sequencer.flush()].map(endOf);
      assert.equal(await Promise.all(ends), [HALTED, HALTED]);
      assert.is(sequencer.latestBatch(), sequencer.health().batches.cut);
      await staysAt(before, sequencer, one!, path);
    },
    SETTINGS,
  ));

test("the block before the fault is whole: it is written and told", async () =>
  withSequencer(
    2,
    async (sequencer, [one, two]) => {
      const first = receiptOf(sequencer, one!.place(0, Side.buy, 2000, 4));
      const { journal } = (sequencer as unknown as { parts: Parts }).parts;
      const { log } = journal;
      journal.log = (entry, executed) => {
        journal.log = log;
        breakOnce(sequencer);
        return log.call(journal, entry, executed);
      };
      const second = endOf(sequencer.submit(two!.place(0, Side.buy, 2000, 4)));
      const { outcome, sequence } = await first;
      assert.is(outcome, "accepted");
      assert.is(await second, HALTED);
      assert.is(sequencer.stored, sequence);
    },
    SETTINGS,
  ));

test.run();
