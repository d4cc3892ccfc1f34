/** Which payloads a voter accepts: each fault at its edge, and only what everybody sees alike. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { leaderOf } from "../../sequencer/consensus/epoch.ts";
import { encodePayload as encodeHalf, encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { encodePayload } from "../../sequencer/ordering/encode-payload.ts";
import type { Payload } from "../../sequencer/ordering/payload.ts";
import {
  checkPayload,
  judgePayload,
  type PayloadContext,
  type PayloadFault,
} from "../../sequencer/ordering/payload-rule.ts";
import { seedAfter } from "../../sequencer/ordering/seed.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { Random, testSeed } from "../generate/random.ts";
import {
  contextOf,
  epoch,
  l1Queue,
  parent,
  payloadOf,
  report,
  revealAt,
  separator,
  someRequests,
  TIME_MS,
  unsigned,
  VIEW,
} from "./payload-fixture.ts";

const seen = new Set<PayloadFault>();
const random = new Random(testSeed("payload rule"));

function faultOf(payload: Payload, context: Partial<PayloadContext> = {}): PayloadFault | "missing" | null {
  const judged = checkPayload(encodePayload(payload), contextOf(context));
  if (judged.verdict === "missing") return "missing";
  if (judged.verdict === "valid") {
    assert.equal(judged.payload, payload);
    return null;
  }
  seen.add(judged.fault);
  return judged.fault;
}

const cancel = (account: number, nonce: number): SignedRequest =>
  unsigned([encodeWord({ type: WordType.cancel, account, nonce })], random);
const taker = (account: number, nonce: number, more: object = {}): SignedRequest =>
  unsigned([encodeWord({ type: WordType.place, account, nonce, price: 1, size: 1, ...more })], random);
const many = (count: number, make: (i: number) => SignedRequest): SignedRequest[] =>
  Array.from({ length: count }, (_, i) => make(i));

test("a payload made by the rules passes, an empty one too", () => {
  assert.is(faultOf(payloadOf([])), null);
  assert.is(faultOf(payloadOf([cancel(1, 0), taker(1, 1), taker(2, 0)], { reports: [] })), null);
  for (let view = 1; view < 20; view++) assert.is(faultOf(payloadOf([], { view }), { view }), null);
});

test("the reveal is the leader's of this view, the seed follows from it", () => {
  const good = payloadOf([]);
  const revealing = (reveal: Payload["reveal"]) => ({
    ...good,
    reveal,
    seed: seedAfter(parent.seed, reveal),
  });
  assert.is(faultOf(revealing(good.reveal)), null);
  assert.is(faultOf(revealing(revealAt(VIEW + 1))), "wrongReveal");
  assert.is(faultOf(revealing(revealAt(VIEW + epoch.validators.length))), "wrongReveal");
  const another = (leaderOf(epoch, VIEW) + 1) % epoch.validators.length;
  assert.is(faultOf(revealing(revealAt(VIEW, another))), "wrongReveal", "of another validator");
  const [own, nobody] = [good.reveal, `0x${"00".repeat(33)}` as const];
  assert.is(faultOf(revealing({ ...own, publicKey: nobody })), "wrongReveal");
  assert.is(faultOf(revealing({ ...own, publicKey: revealAt(VIEW, another).publicKey })), "wrongReveal");
  assert.is(faultOf(revealing({ ...own, proof: `0x${"00".repeat(81)}` })), "wrongReveal");
  assert.is(faultOf(good, { view: VIEW + 1 }), "wrongReveal");
  assert.is(faultOf(good, { epoch: { ...epoch, number: epoch.number + 1 } }), "wrongReveal");
  assert.is(faultOf(good, { separator: separator.map((byte) => byte ^ 1) }), "wrongReveal");
  assert.is(faultOf(good, { parent: { ...parent, seed: good.seed } }), "wrongSeed");
  assert.is(faultOf({ ...good, seed: parent.seed }), "wrongSeed");
  assert.is(faultOf({ ...good, reveal: revealAt(VIEW + 1) }), "wrongSeed");
});

test("L1 words: the queue's, from where the parent ended, in whole requests; unseen ones are missing", () => {
  const good = payloadOf([]);
  const { start, words } = good.l1;
  assert.equal([start, words.length], [2, 5]);
  const withL1 = (changed: object) => ({ ...good, l1: { ...good.l1, ...changed } });
  assert.is(faultOf(withL1({ start: 1 })), "l1Gap");
  assert.is(faultOf(withL1({ words: words.slice(0, 2) })), "l1Split");
  assert.is(faultOf(withL1({ words: words.slice(0, 3) })), null, "a leader may have seen less");
  assert.is(faultOf(withL1({ words: [] })), null);
  assert.is(faultOf(withL1({ words: words.with(4, l1Queue[0]!) })), "l1Differs");
  const many = Array.from({ length: 9 }, () => l1Queue[0]!);
  assert.is(faultOf(withL1({ words: many })), "tooMany");
  const behind = (seen: number) => ({
    l1Words: (from: number, count: number) => l1Queue.slice(0, seen).slice(from, from + count),
  });
  for (let held = 2; held < 7; held++) assert.is(faultOf(good, behind(held)), "missing");
  assert.is(faultOf(good, behind(7)), null);
  const wrongAtOnce = withL1({ words: [l1Queue[0]!, ...words] });
  assert.is(faultOf(wrongAtOnce, behind(3)), "l1Differs", "what is seen already tells");
});

test("reports: none, or of a quorum, signers ascending, timely, genuine", () => {
  const withReports = (reports: Payload["reports"], context: Partial<PayloadContext> = {}) =>
    faultOf(payloadOf([], { reports }), context);
  const all = [0, 1, 2, 3].map((signer) => report(signer));
  const [a, b, c, d] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0], (typeof all)[0]];
  assert.is(withReports(all), null);
  assert.is(withReports([a, b, d]), null);
  assert.is(withReports([a, b]), "fewReports");
  assert.is(withReports([a, b, b]), "reportOrder");
  assert.is(withReports([b, a, c]), "reportOrder");
  const at = (timeMs: number) => [report(0, [1, 2], timeMs), b, c];
  assert.is(withReports(at(TIME_MS - 5000)), null);
  assert.is(withReports(at(TIME_MS - 5001)), "untimelyReport");
  assert.is(withReports(at(TIME_MS + 1000)), null);
  assert.is(withReports(at(TIME_MS + 1001)), "untimelyReport");
  assert.is(withReports([report(0, [1]), b, c]), "forgedReport", "a market less");
  assert.is(withReports([report(0, [1, 2, 3]), b, c]), "forgedReport");
  assert.is(withReports([{ ...a, prices: [2000, 3001] }, b, c]), "forgedReport");
  assert.is(withReports([{ ...a, prices: [2000, null] }, b, c]), "forgedReport");
  assert.is(withReports([{ ...a, timeMs: a.timeMs + 1 }, b, c]), "forgedReport");
  assert.is(withReports([{ ...b, signer: 0 }, b, c]), "forgedReport");
  assert.is(withReports([a, b, { ...d, signer: 4 }]), "forgedReport");
  const elsewhere = report(
    0,
    [1, 2],
    TIME_MS,
    separator.map((byte) => byte ^ 1),
  );
  assert.is(withReports([elsewhere, b, c]), "forgedReport", "of another exchange");
  assert.is(withReports([report(0, [null, null]), b, c]), null);
});

test("words are well-formed by the door's own rules", () => {
  const one = (...words: bigint[]) => faultOf(payloadOf([unsigned(words, random)], { reports: [] }));
  const word = encodeWord({ type: WordType.cancel, account: 1, slot: 15 });
  assert.is(one(word), null);
  assert.is(one(word, word), "malformed");
  assert.is(one(encodeHalf(WordType.payloadHigh, 1n, false)), "unknownType");
  assert.is(one(word | 128n), "l1Mark");
  assert.is(one(word | 32n), "outcomeBits");
  assert.is(one(word | (1n << 247n)), "spareBits");
  assert.is(one(encodeWord({ type: WordType.cancel, account: 1, slot: 16 })), "unknownSlot");
  assert.is(one(encodeWord({ type: WordType.tick })), "unknownType");
});

test("a request is there once, and a key's nonces rise", () => {
  const direct = (requests: SignedRequest[]) => faultOf({ ...payloadOf([], { reports: [] }), requests });
  assert.is(direct([cancel(1, 3), cancel(1, 3)]), "nonceOrder");
  assert.is(direct([cancel(1, 3), cancel(1, 2)]), "nonceOrder");
  assert.is(direct([cancel(1, 2), cancel(1, 3)]), null);
});

test("block order is checked against this block's seed", () => {
  const good = payloadOf([cancel(1, 0), cancel(2, 0), taker(3, 0), taker(1, 1), cancel(1, 2)], {
    reports: [],
  });
  assert.is(faultOf(good), null);
  const { requests } = good;
  for (let i = 0; i + 1 < requests.length; i++) {
    const swapped = requests.with(i, requests[i + 1]!).with(i + 1, requests[i]!);
    assert.ok(["outOfOrder", "nonceOrder"].includes(faultOf({ ...good, requests: swapped })!), `${i}`);
  }
  const ofOtherView = payloadOf([cancel(1, 0), cancel(2, 0), cancel(3, 0), cancel(4, 0), cancel(5, 0)], {
    view: VIEW + 1,
  });
  const reordered = payloadOf(ofOtherView.requests);
  const same = ofOtherView.requests.every((request, i) => request === reordered.requests[i]);
  assert.is(faultOf({ ...reordered, requests: ofOtherView.requests }), same ? null : "outOfOrder");
});

test("room: all, the part that is relief's, the shares of an account", () => {
  const at = (requests: SignedRequest[]) => faultOf(payloadOf(requests, { reports: [] }));
  assert.is(at(many(8, (i) => taker(i + 1, 0))), null);
  assert.is(at(many(9, (i) => taker(i + 1, 0))), "reservedRoom");
  assert.is(at(many(9, (i) => taker(i + 1, 0, { postOnly: 1 }))), "reservedRoom");
  const full = [...many(8, (i) => taker(i + 1, 0)), ...many(4, (i) => cancel(i + 11, 0))];
  assert.is(at(full), null);
  assert.is(at([...full, cancel(20, 0)]), "blockFull");
  assert.is(at(many(12, (i) => cancel(i + 1, 0))), null);
  assert.is(at(many(13, (i) => cancel(i + 1, 0))), "blockFull");
  assert.is(at(many(3, (i) => cancel(1, i))), null);
  assert.is(at(many(4, (i) => cancel(1, i))), "reliefQuota");
  assert.is(at(many(5, (i) => taker(1, i))), null);
  assert.is(at(many(6, (i) => taker(1, i))), "accountQuota");
});

test("bytes that are no payload", () => {
  const judged = checkPayload(new Uint8Array(), contextOf());
  assert.equal(judged, { verdict: "provablyInvalid", fault: "truncated" });
});

test("signatures come last, and only those that are not known yet", async () => {
  const payload = payloadOf(someRequests(random, 3), { reports: [] });
  const bytes = encodePayload(payload);
  let asked: readonly SignedRequest[] = [];
  const verifier = (known: number, good: boolean) => ({
    isVerified: (request: SignedRequest) =>
      payload.requests.findIndex((own) => own.words.at(-1) === request.words.at(-1)) < known,
    verifyAll: async (requests: readonly SignedRequest[]) => {
      asked = requests;
      return good;
    },
  });
  assert.is((await judgePayload(bytes, contextOf(), verifier(1, true))).verdict, "valid");
  assert.equal(asked, payload.requests.slice(1));
  const bad = await judgePayload(bytes, contextOf(), verifier(1, false));
  assert.equal(bad, { verdict: "provablyInvalid", fault: "badSignature" });
  seen.add("badSignature");
  asked = [];
  assert.is((await judgePayload(bytes, contextOf(), verifier(3, false))).verdict, "valid");
  const early = await judgePayload(bytes, contextOf({ view: VIEW + 1 }), verifier(0, true));
  assert.equal(early, { verdict: "provablyInvalid", fault: "wrongReveal" });
  assert.is(asked.length, 0);
});

test("the last block of an epoch names the next set as the registry sealed it; an unseen one is missing", () => {
  const next = [...epoch.validators].reverse();
  const last = payloadOf([], { next });
  const sealed = {
    lastOfEpoch: true,
    sealedSet: (number: number) => (number === epoch.number + 1 ? next : []),
  };
  assert.is(faultOf(last, sealed), null);
  assert.is(faultOf(last, { ...sealed, sealedSet: () => "unseen" }), "missing");
  assert.is(faultOf(last, { ...sealed, sealedSet: () => "never" }), "wrongNext");
  assert.is(faultOf(last, { ...sealed, sealedSet: () => epoch.validators }), "wrongNext", "another order");
  assert.is(faultOf(last, { ...sealed, sealedSet: () => next.slice(1) }), "wrongNext");
  assert.is(faultOf(last, { ...sealed, lastOfEpoch: false }), "lastOfEpoch");
  assert.is(faultOf(payloadOf([]), sealed), "lastOfEpoch");
  const gap = { ...last, l1: { ...last.l1, start: 1 } };
  assert.is(faultOf(gap, { ...sealed, sealedSet: () => "unseen" }), "l1Gap", "what is seen already tells");
});

test("every fault of the rule's own has been seen", () => {
  const own: PayloadFault[] = [
    "wrongReveal",
    "wrongSeed",
    "l1Gap",
    "l1Split",
    "l1Differs",
    "tooMany",
    "fewReports",
    "reportOrder",
    "untimelyReport",
    "forgedReport",
    "outOfOrder",
    "nonceOrder",
    "badSignature",
    "lastOfEpoch",
    "wrongNext",
    "blockFull",
    "reservedRoom",
    "accountQuota",
    "reliefQuota",
  ];
  assert.equal(
    own.filter((fault) => !seen.has(fault)),
    [],
  );
});

test.run();
