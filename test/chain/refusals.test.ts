/** What the contract's refusals come to: some are waited out, those that go on end the submitter. */
import { test } from "uvu";
import { is, throws } from "uvu/assert";
import { MAX_REFUSALS, MIN_REFUSED_MS, REFUSALS_APART_MS } from "../../sequencer/chain/limits.ts";
import { isEarly, RefusalCounter } from "../../sequencer/chain/refusals.ts";
import type { ContractRefusal } from "../../verifier-contracts/refusal.ts";

const BATCH = 4;
const refusal = (code: ContractRefusal["code"], facts: Record<string, bigint> = {}): ContractRefusal =>
  ({ code, ...facts }) as ContractRefusal;
const unsigned = refusal("NotAValidator");
const timeOf = (time: bigint): ContractRefusal =>
  refusal("TimeOutOfRange", { time, earliest: 100n, latest: 200n });

/** So far apart, as many as make a fault take as long as it has to last. */
const LOOK_MS = Math.ceil(MIN_REFUSED_MS / (MAX_REFUSALS - 1));
let nowMs = 0;

/** So many times, each a look after the one before. */
function takeOften(counter: RefusalCounter, what: ContractRefusal, times: number, batch = BATCH): void {
  for (let i = 0; i < times; i++) {
    nowMs += LOOK_MS;
    counter.take(what, batch, nowMs);
  }
}

test("the same one again and again is a fault", () => {
  const counter = new RefusalCounter();
  takeOften(counter, unsigned, MAX_REFUSALS - 1);
  throws(() => takeOften(counter, unsigned, 1), /refused/);
});

test("many within seconds are none yet, nor are a few for long", () => {
  const quick = new RefusalCounter();
  for (let i = 0; i < 3 * MAX_REFUSALS; i++) quick.take(unsigned, BATCH, 0);
  quick.take(unsigned, BATCH, MIN_REFUSED_MS - 1);
  throws(() => quick.take(unsigned, BATCH, MIN_REFUSED_MS), /refused/);
  const rare = new RefusalCounter();
  for (let i = 1; i < MAX_REFUSALS; i++) rare.take(unsigned, BATCH, i * REFUSALS_APART_MS);
});

test("another batch, another reason, and a success begin anew", () => {
  const counter = new RefusalCounter();
  takeOften(counter, unsigned, MAX_REFUSALS - 1);
  takeOften(counter, unsigned, MAX_REFUSALS - 1, BATCH + 1);
  takeOften(counter, refusal("InvalidProof"), MAX_REFUSALS - 1, BATCH + 1);
  counter.reset();
  takeOften(counter, refusal("InvalidProof"), MAX_REFUSALS - 1, BATCH + 1);
});

test("those that lie far apart are none in a row", () => {
  const counter = new RefusalCounter();
  for (let i = 0; i < 3 * MAX_REFUSALS; i++) counter.take(unsigned, BATCH, i * (REFUSALS_APART_MS + 1));
});

test("a batch whose time has not come is waited for, one whose time is over never comes", () => {
  is(isEarly(timeOf(201n)), true);
  is(isEarly(timeOf(99n)), false);
  is(isEarly(unsigned), false);
  const counter = new RefusalCounter();
  takeOften(counter, timeOf(201n), 3 * MAX_REFUSALS);
  throws(() => counter.take(timeOf(99n), BATCH, 0), /batchTooOld/);
});

test.run();
