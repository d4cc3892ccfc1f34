import { test } from "uvu";
import * as assert from "uvu/assert";
import { spongeCommitment } from "../../sequencer/batch/commitment.ts";
import { BatchCutter } from "../../sequencer/batch/cutter.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import { decodeJob, encodeJob } from "../../sequencer/batch/job-codec.ts";
import { OpenBatch } from "../../sequencer/batch/open-batch.ts";
import type { Cut } from "../../sequencer/batch/seal.ts";
import { underEpoch } from "../../sequencer/batch/under-epoch.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { type Exchange, genesisExchange } from "../../sequencer/exchange/exchange.ts";
import {
  encodePayload,
  encodeTick,
  encodeWord,
  isL1,
  typeOf,
  WordType,
} from "../../sequencer/exchange/word.ts";
import { executeEntry, type StepWatcher } from "../../sequencer/execution/execute.ts";
import type { RunPlan } from "../../sequencer/kernel/hash-plan.ts";
import { type Authority, EntryClass } from "../../sequencer/ordering/entry.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { type Dimensions, StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { testGenesis } from "../generate/genesis.ts";
import { goOn } from "../generate/go-on.ts";
import { testSeed } from "../generate/random.ts";
import { type GeneratedWord, HistoryGenerator, smallShape } from "../generate/requests.ts";
import { replayJob } from "./replay-job.ts";

const { hash, kernel } = await loadPoseidon();
const dimensions: Dimensions = { accountDepth: 3, orderDepth: 2, markets: 2 };
/** The cutter takes a checked signature as given. */
const authority: Authority = { publicKey: [1n, 2n], signature: { r8: [3n, 4n], s: 5n } };

interface Bench {
  readonly exchange: Exchange;
  readonly cutter: BatchCutter;
  readonly cuts: Cut[];
  /** Roots of the whole state, hashed anew, at each cut. */
  readonly roots: bigint[];
  run(words: readonly bigint[], signed?: boolean): void;
}

/** Unless told otherwise it seals every batch at its cut. */
function bench(tiers: readonly number[], maxBatchSeconds = 1_000_000, sealsAtOnce = true, epoch = 7): Bench {
  const exchange = genesisExchange(testGenesis(2), new LiveIndex());
  const tree = new StateTree(dimensions, hash);
  const open = new OpenBatch(1, tree.stateRoot(exchange), exchange);
  const cutter = new BatchCutter(exchange, tree, hash, { tiers, maxBatchSeconds, epoch }, open);
  const cuts: Cut[] = [];
  const roots: bigint[] = [];
  const collect = (): void => {
    if (!sealsAtOnce) return;
    for (const cut of cutter.takeCuts()) {
      cuts.push(cut);
      const whole = new StateTree(dimensions, hash);
      whole.rebuild(exchange);
      roots.push(whole.stateRoot(exchange));
    }
  };
  const watcher: StepWatcher = {
    entry: (words) => {
      cutter.entry(words);
      collect();
    },
    before: (step, by) => cutter.before(step, by),
    after: () => {
      cutter.after();
      collect();
    },
  };
  const run = (words: readonly bigint[], signed = false): void => {
    const entry = { words, class: EntryClass.taker, account: null, authority: signed ? authority : null };
    executeEntry(exchange, entry, watcher);
  };
  return { exchange, cutter, cuts, roots, run };
}

function register(to: Bench, account: number): void {
  const deposit = { price: 1_000_000, size: 0 };
  to.run([
    encodePayload(WordType.payloadHigh, 1n, true),
    encodePayload(WordType.payloadLow, BigInt(account), true),
    encodeWord({ type: WordType.register, l1: 1, account, ...deposit }),
  ]);
}

const tick = (to: Bench, seconds: number): void =>
  to.run([encodeTick({ time: to.exchange.machine.time + seconds, deltas: [0, 0] })]);

let nonce = 0;
const place = (to: Bench, account: number, slot: number, side: number, price: number, size: number): void => {
  to.run([encodeWord({ type: WordType.place, account, slot, side, price, size, nonce: nonce++ })], true);
};

/** Words of one request stay together; the rest come one by one, as a hostile log could have them. */
function entriesOf(words: readonly GeneratedWord[]): GeneratedWord[][] {
  const entries: GeneratedWord[][] = [];
  for (let at = 0; at < words.length; at++) {
    const next = words.slice(at, at + 3);
    const isRegistration = next.length === 3 && isL1(next[0]!.word) && typeOf(next[0]!.word) === 11;
    entries.push(isRegistration && typeOf(next[2]!.word) === WordType.register ? next : [words[at]!]);
    at += entries.at(-1)!.length - 1;
  }
  return entries;
}

test("every job of a random history leads to its header's root from what it opens alone", () => {
  const seed = testSeed("batch cutter");
  for (const tiers of [[4, 16], [3]]) {
    const to = bench(tiers, 40);
    const generator = new HistoryGenerator({ seed, shape: smallShape(2, 3, 2) });
    const isTorn = ({ job }: Cut) => job.machine.taker !== null;
    const lacking = () => (to.cuts.some(isTorn) ? [] : ["a batch that begins with an active taker"]);
    for (const _ of goOn({ atLeast: 7, atMost: 100 }, lacking))
      for (const entry of entriesOf(generator.take(100)))
        to.run(
          entry.map(({ word }) => word),
          entry.at(-1)!.authentic,
        );
    to.cutter.flush();
    to.cuts.push(...to.cutter.takeCuts());
    assert.ok(to.cuts.length >= 700 / Math.max(...tiers), `${to.cuts.length} batches`);
    let root = new StateTree(dimensions, hash).stateRoot(genesisExchange(testGenesis(2), new LiveIndex()));
    to.cuts.forEach(({ batch, job }, i) => {
      const { header } = batch;
      assert.is(header.number, i + 1);
      assert.is(header.preRoot, root);
      const replay = replayJob(hash, decodeJob(JSON.parse(JSON.stringify(encodeJob(job)))));
      assert.is(replay.preRoot, header.preRoot, `batch ${i + 1} begins elsewhere`);
      assert.is(replay.postRoot, header.postRoot, `batch ${i + 1} ends elsewhere`);
      if (to.roots[i] !== undefined)
        assert.is(to.roots[i], header.postRoot, `batch ${i + 1} hashes otherwise`);
      root = header.postRoot;
    });
  }
});

test("batches sealed late, many at once and by plans are those sealed at their cut", async () => {
  const seed = testSeed("batch sealing");
  const runPlan: RunPlan = async (plan) => kernel.run(plan);
  const history = () => new HistoryGenerator({ seed, shape: smallShape(2, 3, 2) });
  const [atOnce, late] = [bench([4, 16], 40), bench([4, 16], 40, false)];
  const generators = [history(), history()] as const;
  const sealed: Cut[] = [];
  // More steps than one plan takes, and fewer.
  for (const words of [700, 60, 60]) {
    for (const [i, to] of [atOnce, late].entries())
      for (const entry of entriesOf(generators[i]!.take(words)))
        to.run(
          entry.map(({ word }) => word),
          entry.at(-1)!.authentic,
        );
    const { cuts } = await late.cutter.seal(late.cutter.takeUnsealed(), runPlan);
    sealed.push(...(await cuts));
    assert.equal(sealed, atOnce.cuts);
  }
  assert.is(late.cutter.open.preRoot, atOnce.cutter.open.preRoot);
});

test("the tier is the smallest that holds the steps, and words, counts and sponge belong to it", () => {
  const to = bench([4, 16]);
  register(to, 1);
  to.cutter.flush();
  for (let i = 0; i < 6; i++) tick(to, 1);
  to.cutter.flush();
  to.cuts.push(...to.cutter.takeCuts());
  const [small, large] = to.cuts.map(({ batch }) => batch);
  assert.is(small!.header.steps, 4);
  assert.equal([small!.header.l1Start, small!.header.l1End], [0, 3]);
  assert.is(small!.usedSteps, 3);
  assert.is(large!.header.steps, 16);
  assert.is(large!.header.wordCount, 6);
  assert.is(large!.header.time, to.exchange.machine.time);
  assert.is(large!.header.epoch, 7);
  const padded = [...large!.words, ...new Array(10).fill(0n)];
  assert.is(large!.commitment, spongeCommitment(hash, headerWords(large!.header), padded));
  to.cutter.flush();
  assert.is(to.cutter.takeCuts().length, 0, "a batch without steps is not cut");
});

test("a batch is cut by the step that fills the largest tier, taker active or not", () => {
  const to = bench([4]);
  register(to, 1);
  tick(to, 1);
  assert.is(to.cuts.length, 1);
  register(to, 2);
  to.cutter.flush();
  for (let slot = 0; slot < 3; slot++) place(to, 1, slot, 1, 2000, 5);
  place(to, 2, 0, 0, 2000, 20);
  to.cuts.push(...to.cutter.takeCuts());
  const last = to.cuts.at(-1)!;
  assert.is(last.batch.usedSteps, 4, "three quotes and the first fill");
  assert.is(last.batch.fills, 1);
  assert.is(to.cutter.open.steps.length, 3, "two fills and the rest");
  assert.ok(to.cutter.open.machine.taker, "the next batch begins with the taker active");
  assert.ok(to.cutter.open.steps.every(({ word }) => word === 0n));
  to.cutter.flush();
  const wordless = to.cutter.takeCuts()[0]!;
  assert.equal(wordless.batch.words, []);
  assert.is(replayJob(hash, wordless.job).postRoot, wordless.batch.header.postRoot);
});

test("a batch put under another epoch is the one that would have been cut in that epoch", () => {
  const [inSeven, inNine] = [7, 9].map((epoch) => {
    const to = bench([4, 16], 1_000_000, true, epoch);
    for (let account = 1; account <= 2; account++) register(to, account);
    tick(to, 1);
    to.cutter.flush();
    return [...to.cuts, ...to.cutter.takeCuts()];
  });
  assert.ok(inSeven!.length > 0);
  const asRows = (cuts: readonly Cut[]) => cuts.map(({ batch, job }) => ({ batch, job: encodeJob(job) }));
  assert.equal(asRows(inSeven!.map((cut) => underEpoch(cut, 9, hash))), asRows(inNine!));
});

test("a request of several words goes into the next batch whole", () => {
  const to = bench([4]);
  tick(to, 1);
  tick(to, 1);
  register(to, 1);
  assert.is(to.cuts.length, 1);
  assert.is(to.cuts[0]!.batch.usedSteps, 2);
  assert.is(to.cutter.open.steps.length, 3);
});

test("a batch is cut by the step that takes machine time too far", () => {
  const to = bench([16], 10);
  tick(to, 4);
  tick(to, 5);
  assert.is(to.cuts.length, 0);
  tick(to, 1);
  assert.is(to.cuts.length, 1);
  assert.is(to.cuts[0]!.batch.usedSteps, 3);
});

test("account 0 is always opened, also by a full batch of steps that name two accounts each", () => {
  const to = bench([3]);
  for (let account = 1; account <= 6; account++) register(to, account);
  for (let i = 1; i <= 3; i++) place(to, i, 0, 1, 2000 + i, 3);
  to.cuts.length = 0;
  for (let i = 1; i <= 3; i++) place(to, i + 3, 0, 0, 2000 + i, 3);
  const { job } = to.cuts[0]!;
  assert.equal(job.opened.map(({ index }) => index).sort(), [0, 1, 2, 3, 4, 5, 6]);
  assert.is(replayJob(hash, decodeJob(encodeJob(job))).postRoot, job.header.postRoot);
});

test.run();
