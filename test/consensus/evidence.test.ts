import { test } from "uvu";
import * as assert from "uvu/assert";
import { EVIDENCE_VIEWS, FUTURE_VIEWS } from "../../sequencer/consensus/limits.ts";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import { hashOf, Lab } from "./lab.ts";

const A: Hash = "0xa";
const B: Hash = "0xb";

const kinds = (lab: Lab): string[] => lab.all("evidence").map(({ evidence }) => evidence.kind);

test("two notarize or two finalize votes of one signer and view are evidence", () => {
  for (const [kind, name] of [
    ["notarize", "notarizeTwice"],
    ["finalize", "finalizeTwice"],
  ] as const) {
    const lab = new Lab();
    const [first, second] = [lab.vote(kind, 1, A, 2), lab.vote(kind, 1, B, 2)];
    lab.hearVotes(first, second);
    assert.equal(
      lab.all("evidence").map(({ evidence }) => evidence),
      [{ kind: name, first, second }],
    );
  }
});

test("finalize and nullify are evidence in either order; finalize comes first", () => {
  const lab = new Lab();
  const [finalize, nullify] = [lab.vote("finalize", 1, A, 2), lab.vote("nullify", 1, null, 2)];
  for (const votes of [
    [finalize, nullify],
    [nullify, finalize],
  ])
    assert.equal(new Lab().hearVotes(...votes).all("evidence")[0]?.evidence, {
      kind: "finalizeAndNullify",
      first: finalize,
      second: nullify,
    });
});

test("what honest validators do is none: notarize then nullify, notarize then finalize, the same twice", () => {
  const lab = new Lab();
  lab.hearVotes(
    lab.vote("notarize", 1, A, 2),
    lab.vote("nullify", 1, null, 2),
    lab.vote("notarize", 1, A, 3),
    lab.vote("finalize", 1, B, 3),
    lab.vote("finalize", 1, B, 3),
    lab.vote("notarize", 2, B, 2),
    lab.vote("finalize", 2, A, 2),
  );
  assert.equal(kinds(lab), []);
});

test("a signer is reported once in a view, and again in another", () => {
  const lab = new Lab();
  for (const view of [1, 2])
    for (const kind of ["notarize", "finalize"] as const)
      lab.hearVotes(lab.vote(kind, view, A, 2), lab.vote(kind, view, B, 2));
  assert.equal(kinds(lab), ["notarizeTwice", "notarizeTwice"]);
});

test("two proposals of a leader are two notarize votes", () => {
  const lab = new Lab();
  lab.hearProposal(lab.block(1), 0).hearProposal(lab.block(1, null, {}, 9), 0);
  assert.equal(kinds(lab), ["notarizeTwice"]);
});

test("votes inside certificates count", () => {
  const lab = new Lab();
  lab.hearVotes(lab.vote("notarize", 1, B, 2)).hearCertificate(lab.certificate("notarize", 1, A));
  assert.equal(kinds(lab), ["notarizeTwice"]);
});

test("a contradiction is noticed so far behind finality and so far ahead, and no further", () => {
  const caughtIn = (view: number): boolean => {
    const lab = new Lab();
    lab.hearCertificate(lab.certificate("finalize", 100, hashOf(lab.block(100))));
    lab.hearVotes(lab.vote("finalize", view, A, 2), lab.vote("nullify", view, null, 2));
    return kinds(lab).length > 0;
  };
  const oldest = 100 - EVIDENCE_VIEWS + 1;
  const newest = 101 + FUTURE_VIEWS;
  assert.equal([oldest - 1, oldest, newest, newest + 1].map(caughtIn), [false, true, true, false]);
});

test("votes from no view, for no block, by nobody are not counted", () => {
  const lab = new Lab();
  const vote = lab.vote("notarize", 1, A, 2);
  for (const wrong of [
    { ...vote, view: 0 },
    { ...vote, view: -3 },
    { ...vote, signer: 4 },
    { ...vote, signer: -1 },
    { ...vote, block: null },
    { ...vote, kind: "nullify" as const },
    { ...vote, epoch: 1 },
  ])
    lab.hear({ kind: "vote", vote: wrong });
  assert.is(lab.state.rounds.size, 0);
});

test("a vote with the own signature that was not given here: another instance has the key, and this one halts", () => {
  const lab = new Lab();
  lab.hearVotes(lab.vote("notarize", 1, A, 0));
  assert.equal(
    lab.all("halt").map(({ reason }) => reason.code),
    ["keyInUseElsewhere"],
  );
  const signsAll = new Lab().hearCertificate(lab.certificate("notarize", 1, A, [0, 1, 2]));
  assert.equal(signsAll.effects.at(-1)!.kind, "halt");
  assert.equal(signsAll.votes, []);
  const honest = new Lab();
  const block = honest.block(1);
  honest.hearProposal(block, 0).hearVotes(honest.vote("notarize", 1, hashOf(block), 0));
  assert.equal(honest.all("halt"), []);
});

test.run();
