/** What the core asks of payloads: questions of views that are over, L1 words that come late, execution that lags. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { leaderOf } from "../../sequencer/consensus/epoch.ts";
import type { Block, Hash } from "../../sequencer/consensus/messages.ts";
import type { Input } from "../../sequencer/consensus/ports.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { InFlight } from "../../sequencer/mempool/in-flight.ts";
import { MEMPOOL_LIMITS } from "../../sequencer/mempool/limits.ts";
import { Mempool } from "../../sequencer/mempool/mempool.ts";
import { decodePayload, isDecodeFault } from "../../sequencer/ordering/decode-payload.ts";
import { encodePayload } from "../../sequencer/ordering/encode-payload.ts";
import { BLOCK_LIMITS } from "../../sequencer/ordering/limits.ts";
import type { Payload } from "../../sequencer/ordering/payload.ts";
import { seedAfter } from "../../sequencer/ordering/seed.ts";
import { BlockDesk } from "../../sequencer/validator/block-desk.ts";
import { settingsIn, termsOf } from "../../sequencer/validator/epoch-terms.ts";
import { L1Queue } from "../../sequencer/validator/l1-queue.ts";
import { Payloads } from "../../sequencer/validator/payloads.ts";
import { DEFAULT_TIMING, type ValidatorSettings } from "../../sequencer/validator/settings.ts";
import { Random } from "../generate/random.ts";
import { genesis } from "../node/exchange-fixture.ts";
import {
  epoch,
  l1Queue,
  MARKETS,
  parent,
  payloadOf,
  revealAt,
  separator,
  unsigned,
  VIEW,
} from "../ordering/payload-fixture.ts";

const PARENT: Hash = `0x${"01".repeat(32)}`;
const BLOCK: Hash = `0x${"02".repeat(32)}`;

const validator: ValidatorSettings = {
  epoch,
  secretKey: new Uint8Array(32).fill(1),
  separator,
  timing: DEFAULT_TIMING,
  derivation: { tickSeconds: 10, quorum: 3, expiryDepth: 8, maxExpiriesPerBlock: 16 },
  blockLimits: BLOCK_LIMITS,
  mempoolLimits: MEMPOOL_LIMITS,
};

class Lab {
  readonly answers: Input[] = [];
  readonly faults: unknown[] = [];
  readonly l1 = new L1Queue(parent.l1Next);
  readonly mempool = new Mempool(MEMPOOL_LIMITS, BLOCK_LIMITS);
  readonly desk: BlockDesk;
  view = VIEW;
  executing = 0;
  /** What the registry has, and what this node would end the epoch with. */
  sealed: readonly string[] | "unseen" = "unseen";
  next: readonly string[] | null = null;
  terms = termsOf(validator, MARKETS);
  readonly payloads = new Payloads(PARENT, parent);

  constructor() {
    const exchange = genesisExchange(genesis, new LiveIndex());
    this.desk = new BlockDesk({
      terms: () => this.terms,
      slots: 16,
      exchange,
      mempool: this.mempool,
      inFlight: new InFlight(),
      payloads: this.payloads,
      l1: this.l1,
      sealedSet: () => this.sealed,
      nextSet: () => this.next,
      verifier: { isVerified: () => true, verifyAll: async () => true },
      view: () => this.view,
      executing: () => this.executing,
      held: () => undefined,
      answer: (input) => this.answers.push(input),
      onFault: (error) => this.faults.push(error),
      onInvalid: (_, fault) => this.faults.push(fault),
      // No tick is due.
      nowMs: () => exchange.machine.time * 1000,
    });
  }

  build(empty = false): void {
    this.desk.build({ kind: "build", view: this.view, parent: PARENT, parentHeader: null, empty });
  }

  get built(): number[] {
    return this.answers.flatMap((input) => (input.kind === "built" ? [requestsOf(input.payload)] : []));
  }

  hold(): void {
    const word = encodeWord({
      type: WordType.place,
      account: 1,
      price: 5,
      size: 1,
      nonce: this.mempool.size.requests,
    });
    this.mempool.offer(unsigned([word], new Random(1)), 0);
  }
}

function requestsOf(bytes: Uint8Array): number {
  const payload = decodePayload(bytes);
  if (isDecodeFault(payload)) throw new Error(payload);
  return payload.requests.length;
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

test("a leader with nothing to order answers when something comes", () => {
  const lab = new Lab();
  lab.build();
  assert.equal(lab.built, []);
  lab.hold();
  lab.desk.tryBuild();
  assert.equal(lab.built, [1]);
});

test("a question of a view that is over is forgotten: others have consumed L1 words meanwhile", () => {
  const lab = new Lab();
  lab.build();
  lab.view += 3;
  lab.l1.consumedUpTo(parent.l1Next + 3);
  lab.hold();
  lab.desk.tryBuild();
  assert.equal(lab.answers, []);
});

test("a block with L1 words that are not final here is judged as soon as they are", async () => {
  const lab = new Lab();
  const payload = encodePayload(payloadOf([], { reports: [] }));
  const block: Block = {
    header: headerOf(false),
    payload,
  };
  lab.desk.validate({ kind: "validate", hash: BLOCK, block, parentHeader: null });
  await settled();
  assert.equal(lab.answers, []);
  assert.ok(lab.l1.add(l1Queue.slice(parent.l1Next)));
  lab.desk.l1Came();
  await settled();
  assert.equal(lab.faults, []);
  assert.equal(lab.answers, [{ kind: "verdict", hash: BLOCK, verdict: "valid" }]);
});

test("a payload that was judged is not decoded once more when its block is final", async () => {
  const lab = new Lab();
  const payload = encodePayload(payloadOf([], { reports: [] }));
  lab.l1.add(l1Queue.slice(parent.l1Next));
  const block: Block = { header: headerOf(false), payload };
  lab.desk.validate({ kind: "validate", hash: BLOCK, block, parentHeader: null });
  await settled();
  assert.equal(lab.faults, []);
  const decoded = decodePayload(payload);
  // From here on nobody can decode it.
  payload.fill(255);
  lab.desk.note(BLOCK, block);
  assert.equal(lab.payloads.open(payload), decoded as Payload);
  assert.throws(() => lab.payloads.open(payload.slice()));
});

test("a leader ends the epoch with the next set at once when it may, and only then says that the block is the last", () => {
  const lab = new Lab();
  lab.build();
  assert.equal(lab.answers, []);
  lab.next = [`0x${"12".repeat(20)}`];
  lab.desk.l1Came();
  const [built] = lab.answers;
  if (built?.kind !== "built") throw new Error("nothing was built");
  assert.ok(built.lastOfEpoch);
  assert.equal((decodePayload(built.payload) as Payload).next, lab.next);
});

test("the last block of an epoch is judged as soon as the next set is known here", async () => {
  const lab = new Lab();
  const next = [`0x${"12".repeat(20)}`];
  const payload = encodePayload(payloadOf([], { reports: [], next }));
  const block: Block = { header: headerOf(true), payload };
  lab.l1.add(l1Queue.slice(parent.l1Next));
  const ask = () => lab.desk.validate({ kind: "validate", hash: BLOCK, block, parentHeader: null });
  ask();
  await settled();
  assert.equal(lab.answers, []);
  lab.sealed = next;
  lab.desk.l1Came();
  await settled();
  assert.equal(lab.answers, [{ kind: "verdict", hash: BLOCK, verdict: "valid" }]);
  lab.sealed = [...next, ...next];
  ask();
  await settled();
  assert.equal(lab.faults, ["wrongNext"]);
});

test("a block that shows what was due in another epoch, or another leader's value, is invalid in every epoch", async () => {
  const number = epoch.number + 1;
  const ownReveals = [epoch, { ...epoch, number }].map((of) => ({
    of,
    good: revealAt(VIEW, leaderOf(of, VIEW), of.number),
    other: revealAt(VIEW, leaderOf(of, VIEW + 1), of.number),
  }));
  for (const { of, good, other } of ownReveals) {
    const lab = new Lab();
    lab.terms = termsOf(settingsIn(of, validator), MARKETS);
    const late = ownReveals.find(({ of: { number } }) => number !== of.number)!.good;
    for (const reveal of [late, other, good]) {
      const seed = seedAfter(parent.seed, reveal);
      const payload = encodePayload({
        ...payloadOf([], { reports: [] }),
        ...{ reveal, seed, l1: { start: parent.l1Next, words: [] } },
      });
      const block: Block = { header: headerOf(false), payload };
      lab.desk.validate({ kind: "validate", hash: BLOCK, block, parentHeader: null });
      await settled();
    }
    assert.equal(lab.faults, ["wrongReveal", "wrongReveal"], `epoch ${of.number}`);
    const verdicts = lab.answers.map((answer) => (answer.kind === "verdict" ? answer.verdict : answer.kind));
    assert.equal(verdicts, ["provablyInvalid", "provablyInvalid", "valid"]);
  }
});

test("nothing is answered in an epoch that was asked in the one before", async () => {
  const lab = new Lab();
  lab.build();
  lab.desk.beginEpoch();
  lab.hold();
  lab.desk.tryBuild();
  assert.equal(lab.answers, []);
});

test("while execution lags far behind, a leader proposes no more requests", () => {
  const lab = new Lab();
  lab.hold();
  lab.executing = 1000;
  lab.build();
  assert.equal(lab.built, []);
  lab.build(true);
  assert.equal(lab.built, [0]);
  lab.executing = 0;
  lab.build();
  assert.equal(lab.built, [0, 1]);
});

const headerOf = (lastOfEpoch: boolean): Block["header"] =>
  ({ view: VIEW, height: 1, parent: PARENT, timeMs: genesis.time * 1000, lastOfEpoch }) as Block["header"];

test.run();
