/** The pool of kernel threads: the same answers as without it, in order, and a sequencer that uses it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { HashPlan, resultOf } from "../../sequencer/kernel/hash-plan.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { Database } from "../../sequencer/store/database.ts";
import { KernelThreads } from "../../sequencer/threads/kernel-threads.ts";
import { workHere } from "../../sequencer/threads/kernel-work.ts";
import { Random, testSeed } from "../generate/random.ts";
import {
  genesis,
  HandClock,
  poseidon,
  registerTraders,
  settingsOf,
  signWords,
  withFolder,
} from "../node/exchange-fixture.ts";

const test = suite("kernel threads");
const random = new Random(testSeed("kernel threads"));
const threads = await KernelThreads.start(genesis.domain, 2);

const cancel = (account: number, nonce: number): bigint =>
  encodeWord({ type: WordType.cancel, account, slot: 0, nonce });

/** Signed well, or over another word. */
function someRequest(nonce: number): SignedRequest {
  const signer = random.between(1, 5);
  const good = signWords(signer, [cancel(signer, nonce)]);
  return random.chance(0.7) ? good : { ...good, words: [cancel(signer, nonce + 1)] };
}

test("answers as one thread does, in the order of the questions", async () => {
  const requests = Array.from({ length: 150 }, (_, i) => someRequest(2 * i));
  const here = workHere(poseidon, genesis.domain);
  const order: number[] = [];
  const answers = await Promise.all(
    requests.map(async (request, i) => {
      const isGood = await threads.check(request);
      order.push(i);
      return isGood;
    }),
  );
  assert.equal(
    answers,
    requests.map((request) => here.check(request)),
  );
  assert.ok(answers.includes(true) && answers.includes(false));
  assert.equal(order, [...requests.keys()]);
});

test("runs plans of hashes while signatures are checked", async () => {
  const checks = Array.from({ length: 40 }, (_, i) => threads.check(someRequest(1000 + i)));
  const plans = Array.from({ length: 3 }, (_, i) => {
    const plan = new HashPlan();
    const inner = plan.hash(1n, [BigInt(i), 2n]);
    return { outer: plan.hash(2n, [inner, inner, 3n]), plan };
  });
  for (const [i, { plan, outer }] of plans.entries()) {
    const inner = poseidon.kernel.hash(1n, [BigInt(i), 2n]);
    const values = await threads.runPlan(plan.buffers());
    assert.is(resultOf(values, outer), poseidon.kernel.hash(2n, [inner, inner, 3n]));
  }
  await Promise.all(checks);
});

test("has less room for what takes risk, and none without end", async () => {
  const checks: Promise<boolean>[] = [];
  const ask = () => checks.push(threads.check(signed));
  const signed = someRequest(5000);
  while (threads.hasRoom(false)) ask();
  assert.ok(threads.hasRoom(true));
  while (threads.hasRoom(true)) ask();
  assert.ok(checks.length <= 2048);
  await Promise.all(checks);
  assert.ok(threads.hasRoom(false));
});

test("a sequencer takes a nonce once though two requests wait for their check, and no bad signature", async () =>
  withFolder(async (path) => {
    const database = await Database.open(path);
    const clock = new HandClock();
    const sequencer = await SoloSequencer.open(database, settingsOf(), poseidon, clock, {}, threads);
    try {
      const [trader] = await registerTraders(sequencer, 2);
      const first = trader!.place(0, 0, 2000, 5);
      const same = signWords(1, [encodeWord({ type: WordType.cancel, account: 1, slot: 0, nonce: 0 })]);
      const later = Array.from({ length: 20 }, (_, i) => trader!.place(1 + (i % 15), 0, 2000, 5));
      const forged = { ...trader!.place(3, 0, 2000, 5), signature: first.signature };
      const answers = await Promise.all([first, same, forged, ...later].map((r) => sequencer.submit(r)));
      const [kept, twice, bad, ...rest] = answers.map((answer) =>
        isRefusal(answer) ? answer.refused : answer.sequence,
      );
      assert.type(kept, "number");
      assert.is(twice, "usedNonce");
      assert.is(bad, "badSignature");
      const sequences = rest.map(Number);
      assert.equal(
        sequences,
        [...sequences].sort((a, b) => a - b),
        "an account's requests keep their order",
      );
      // The nonce of the forged request was not burned.
      const honest = signWords(1, [encodeWord({ type: WordType.cancel, account: 1, slot: 1, nonce: 21 })]);
      assert.not.ok(isRefusal(await sequencer.submit(honest)));
      await sequencer.flush();
      assert.ok(sequencer.latestBatch() >= 1);
      const closing = sequencer.submit(trader!.place(0, 0, 2000, 5));
      await sequencer.close();
      const answer = await closing;
      assert.ok(!isRefusal(answer) || answer.refused === "closing");
    } finally {
      await sequencer.close().catch(() => undefined);
    }
  }));

test.after(() => threads.close());
test.run();
