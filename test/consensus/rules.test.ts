import { test } from "uvu";
import * as assert from "uvu/assert";
import { faultyOf, leaderOf, makeEpoch, quorumOf } from "../../sequencer/consensus/epoch.ts";
import { nextDeadlineMs } from "../../sequencer/consensus/state.ts";
import { step } from "../../sequencer/consensus/step.ts";
import { hashOf, Lab, NAMES, TIMING } from "./lab.ts";

test("n = 3f + 1: the quorum is n - f, and two quorums share more than f", () => {
  const sizes = [1, 2, 3, 4, 7, 10, 16, 100];
  assert.equal(sizes.map(faultyOf), [0, 0, 0, 1, 2, 3, 5, 33]);
  assert.equal(sizes.map(quorumOf), [1, 2, 3, 3, 5, 7, 11, 67]);
  for (const n of sizes) assert.ok(2 * quorumOf(n) - n > faultyOf(n));
});

test("leaders rotate, and the epoch's number shifts the rotation", () => {
  const leaders = (number: number): number[] =>
    [1, 2, 3, 4, 5].map((view) => leaderOf(makeEpoch(number, NAMES), view));
  assert.equal(leaders(0), [1, 2, 3, 0, 1]);
  assert.equal(leaders(1), [2, 3, 0, 1, 2]);
});

test("a step leaves the state that it was given as it was", () => {
  const lab = new Lab();
  const before = lab.state;
  const copy = structuredClone({ ...before });
  const block = lab.block(1);
  step(lab.setting, before, {
    kind: "message",
    from: "v1",
    message: { kind: "proposal", proposal: lab.proposal(block, 0, []) },
  });
  assert.equal({ ...before }, copy);
});

test("on the first valid proposal of the view from its leader: a notarize vote", () => {
  const lab = new Lab().hearProposal(new Lab().block(1), 0);
  assert.equal(lab.votes, ["notarize 1"]);
});

test("a second proposal of the view gets no vote, nor does the first once more", () => {
  const lab = new Lab();
  lab
    .hearProposal(lab.block(1), 0)
    .hearProposal(lab.block(1, null, {}, 9), 0)
    .hearProposal(lab.block(1), 0);
  assert.equal(lab.votes, ["notarize 1"]);
});

test("a proposal that its leader did not sign gets no vote", () => {
  const lab = new Lab();
  const proposal = lab.proposal(lab.block(1), 0, []);
  const forged = { ...proposal, vote: lab.vote("notarize", 1, hashOf(proposal.block), 2) };
  lab.hear({ kind: "proposal", proposal: forged }, 2);
  const other = { ...proposal, vote: lab.vote("notarize", 1, hashOf(lab.block(1, null, {}, 9)), 1) };
  lab.hear({ kind: "proposal", proposal: other }, 1);
  assert.equal(lab.votes, []);
});

test("a payload that the header does not name is no block", () => {
  const lab = new Lab();
  const block = { ...lab.block(1), payload: Uint8Array.of(77) };
  lab.hearProposal(block, 0);
  assert.equal([lab.votes, lab.state.blocks.size], [[], 0]);
});

test("a proposal comes after the own nullify: no vote", () => {
  const lab = new Lab().clock(2 * TIMING.delayMs + TIMING.heartbeatMs);
  lab.hearProposal(lab.block(1), 0);
  assert.equal([...new Set(lab.votes)], ["nullify 1"]);
});

test("on a provably invalid proposal: a nullify vote", () => {
  const lab = new Lab();
  lab.verdict = "provablyInvalid";
  lab.hearProposal(lab.block(1), 0);
  assert.equal(lab.votes, ["nullify 1"]);
});

test("while the shell cannot tell: no vote; it is asked again, and then the vote comes", () => {
  const lab = new Lab();
  lab.verdict = "missing";
  lab.hearProposal(lab.block(1), 0);
  lab.input({ kind: "verdict", hash: hashOf(lab.block(1)), verdict: "missing" });
  assert.equal(lab.votes, []);
  lab.verdict = "valid";
  lab.clock(TIMING.retryMs);
  assert.equal([lab.votes, lab.all("validate").length], [["notarize 1"], 2]);
});

test("no proposal within 2D and a heartbeat: a nullify vote, once", () => {
  const lab = new Lab();
  const dueMs = 2 * TIMING.delayMs + TIMING.heartbeatMs;
  lab.clock(dueMs - 1);
  assert.equal(lab.votes, []);
  lab.clock(dueMs);
  assert.equal(lab.votes, ["nullify 1"]);
  lab.forget().clock(dueMs + 1);
  assert.equal(lab.votes, []);
});

test("a proposal but no certificate within 3D and a heartbeat: notarize, then nullify", () => {
  const lab = new Lab();
  lab.hearProposal(lab.block(1), 0).clock(2 * TIMING.delayMs + TIMING.heartbeatMs);
  assert.equal([...new Set(lab.votes)], ["notarize 1"]);
  lab.forget().clock(3 * TIMING.delayMs + TIMING.heartbeatMs);
  assert.equal(lab.votes, ["nullify 1"]);
});

test("timers are longer after more failed views than there are leaders, up to a bound", () => {
  const lengthIn = (failed: number): number => {
    const lab = new Lab(1);
    if (failed > 0) lab.hearCertificate(lab.certificate("nullify", failed, null));
    return lab.state.advanceDeadlineMs! - TIMING.heartbeatMs;
  };
  assert.equal([0, 1, 4, 8, 200].map(lengthIn), [300, 300, 300, 600, 2400]);
});

test("on a quorum of notarize votes: the notarization to all, a finalize vote, the next view", () => {
  const lab = new Lab();
  const block = lab.block(1);
  lab.hearProposal(block, 0).forget();
  lab.hearVotes(lab.vote("notarize", 1, hashOf(block), 2));
  const certificates = lab.said("certificate").map(({ certificate }) => certificate);
  assert.equal(certificates, [lab.certificate("notarize", 1, hashOf(block), [0, 1, 2])]);
  assert.equal([lab.votes, lab.state.view], [["finalize 1"], 2]);
});

test("votes for different blocks, of different kinds or of one signer twice make no quorum", () => {
  const lab = new Lab();
  const [one, other] = [hashOf(lab.block(1)), hashOf(lab.block(1, null, {}, 9))];
  lab.hearVotes(
    lab.vote("notarize", 1, one, 1),
    lab.vote("notarize", 1, one, 2),
    lab.vote("notarize", 1, one, 2),
    lab.vote("notarize", 1, other, 3),
    lab.vote("nullify", 1, null, 3),
    lab.vote("nullify", 1, null, 2),
  );
  assert.equal([lab.state.view, lab.said("certificate").length], [1, 0]);
});

test("on a notarization after the own nullify: the next view, and no finalize vote", () => {
  const lab = new Lab().clock(240).forget();
  lab.hearCertificate(lab.certificate("notarize", 1, hashOf(lab.block(1))));
  assert.equal([lab.votes, lab.state.view], [[], 2]);
});

test("on a quorum of nullify votes: the nullification to all, and the next view", () => {
  const lab = new Lab();
  lab.hearVotes(...[1, 2, 3].map((signer) => lab.vote("nullify", 1, null, signer)));
  assert.equal(lab.state.view, 2);
  assert.equal(
    lab.said("certificate").map(({ certificate }) => certificate.kind),
    ["nullify"],
  );
  assert.equal(lab.votes, []);
});

test("after a finalize vote the view is over: its timers give it up no more", () => {
  const lab = new Lab();
  lab.hearCertificate(lab.certificate("notarize", 1, hashOf(lab.block(1))));
  assert.equal(lab.votes, ["finalize 1"]);
  lab.forget().clock(10_000);
  assert.not.ok(lab.votes.includes("nullify 1"));
});

test("on a finalization: the block and all its ancestors are delivered, in order", () => {
  const lab = new Lab();
  const blocks = lab.grow(3);
  assert.equal(lab.all("deliver"), []);
  lab.forget().hearCertificate(lab.certificate("finalize", 3, hashOf(blocks[2]!)));
  assert.equal(
    lab.all("deliver").map(({ hash }) => hash),
    blocks.map(hashOf),
  );
  assert.equal(
    lab.all("deliver").map(({ finalView, finalization }) => [finalView, finalization !== null]),
    [
      [1, false],
      [2, false],
      [3, true],
    ],
  );
  assert.equal([lab.state.finalView, lab.state.blocks.size], [3, 0]);
});

test("a quorum of finalize votes is a finalization, and goes to all", () => {
  const lab = new Lab();
  const [block] = lab.grow(1);
  lab
    .forget()
    .hearVotes(lab.vote("finalize", 1, hashOf(block!), 1), lab.vote("finalize", 1, hashOf(block!), 2));
  assert.equal(
    lab.said("certificate").map(({ certificate }) => certificate.kind),
    ["finalize"],
  );
  assert.is(lab.all("deliver").length, 1);
});

test("nothing is signed in views that are final", () => {
  const lab = new Lab();
  lab.hearCertificate(lab.certificate("finalize", 5, hashOf(lab.block(5)))).forget();
  lab.hearProposal(lab.block(3), 0).hearCertificate(lab.certificate("notarize", 4, hashOf(lab.block(4))));
  assert.equal(lab.votes, []);
});

test("a certificate of a later view leads there at once", () => {
  const lab = new Lab().hearCertificate(new Lab().certificate("nullify", 40, null));
  assert.is(lab.state.view, 41);
});

test("no certificate: too few, a signer twice, out of order, unknown, a bad signature, another block's", () => {
  const lab = new Lab();
  const good = lab.certificate("notarize", 1, hashOf(lab.block(1)));
  const [a, b, c] = good.signatures;
  const wrongs = [
    { ...good, signatures: [a!, b!] },
    { ...good, signatures: [a!, a!, b!] },
    { ...good, signatures: [b!, a!, c!] },
    { ...good, signatures: [a!, b!, { ...c!, signer: 4 }] },
    { ...good, signatures: [a!, b!, { ...c!, signature: b!.signature }] },
    { ...good, block: hashOf(lab.block(1, null, {}, 9)) },
    { ...good, block: null },
    { ...good, view: 2 },
    { ...good, epoch: 1 },
    { ...good, kind: "finalize" as const },
  ];
  for (const wrong of wrongs) lab.hearCertificate(wrong);
  assert.is(lab.state.view, 1);
  assert.is(lab.hearCertificate(good).state.view, 2);
});

test("an observer follows and signs nothing", () => {
  const lab = new Lab();
  const watcher = new Lab(0, undefined, { epoch: makeEpoch(0, ["a", "v1", "v2", "v3"]) });
  watcher.hearProposal(lab.block(1), 0);
  watcher.hearCertificate(lab.certificate("finalize", 1, hashOf(lab.block(1)))).clock(10_000);
  assert.equal([watcher.votes, watcher.all("deliver").length], [[], 1]);
});

test("the core names the next moment at which it wants the clock", () => {
  const lab = new Lab();
  assert.is(nextDeadlineMs(lab.state, TIMING), TIMING.retryMs);
  lab.clock(TIMING.retryMs);
  assert.is(nextDeadlineMs(lab.state, TIMING), 2 * TIMING.delayMs + TIMING.heartbeatMs);
});

test.run();
