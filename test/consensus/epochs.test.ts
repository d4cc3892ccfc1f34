import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Block } from "../../sequencer/consensus/messages.ts";
import { hashOf, Lab, NAMES } from "./lab.ts";

/** An epoch whose last block is certified, but not final. */
function atTheEnd(self: number): { lab: Lab; last: Block } {
  const lab = new Lab(self);
  const last = lab.block(1, null, { lastOfEpoch: true });
  lab.hearProposal(last, 0).hearCertificate(lab.certificate("notarize", 1, hashOf(last)));
  return { lab: lab.forget(), last };
}

/** An epoch that is over. */
function over(self = 0): { lab: Lab; last: Block } {
  const { lab, last } = atTheEnd(self);
  lab.hearCertificate(lab.certificate("finalize", 1, hashOf(last)));
  return { lab, last };
}

test("the last block of an epoch, once final, ends it", () => {
  const { lab, last } = over();
  assert.equal(lab.all("epochEnded"), [{ kind: "epochEnded", epoch: 0, hash: hashOf(last) }]);
  assert.ok(lab.state.over);
});

test("after its end nothing is signed until the next epoch begins", () => {
  const { lab } = over();
  lab.forget().hearProposal(lab.block(2), 0).clock(10_000);
  assert.equal([lab.votes, lab.effects], [[], []]);
});

test("until the last block is final, leaders propose it again, in their own view", () => {
  const { lab, last } = atTheEnd(2);
  const [sent] = lab.hearCertificate(lab.certificate("notarize", 1, hashOf(last))).said("proposal");
  assert.is(sent, undefined);
  const leader = new Lab(2);
  leader.hearProposal(last, 0).hearCertificate(leader.certificate("notarize", 1, hashOf(last), [0, 1, 3]));
  const { proposal } = leader.said("proposal")[0]!;
  assert.equal([proposal.view, proposal.parentView, proposal.block], [2, 1, last]);
  assert.equal(leader.all("build"), []);
});

test("voters notarize the last block again, and nothing that stands on it", () => {
  const { lab, last } = atTheEnd(0);
  lab.hearProposal(last, 1, [], 2);
  assert.equal(lab.votes, ["notarize 2"]);
  const other = atTheEnd(0);
  other.lab.hearProposal(other.lab.block(2, other.last), 1);
  assert.equal(other.lab.votes, ["nullify 2"]);
});

test("only the last block of an epoch may come again", () => {
  const lab = new Lab();
  const [block] = lab.grow(1);
  lab.forget().hearProposal(block!, 1, [], 2);
  assert.equal(lab.votes, []);
});

test("a last block that is final by a later view's certificate is delivered once", () => {
  const { lab, last } = atTheEnd(0);
  lab.hearProposal(last, 1, [], 2);
  lab.hearCertificate(lab.certificate("finalize", 2, hashOf(last)));
  assert.equal(
    lab.all("deliver").map(({ hash, finalView }) => [hash, finalView]),
    [[hashOf(last), 2]],
  );
});

test("the next epoch begins at view 1 on the last block, with its own validators and leaders", () => {
  const { lab, last } = over();
  lab.forget().input({ kind: "epoch", number: 1, validators: [...NAMES].reverse() });
  assert.equal([lab.state.view, lab.state.self, lab.state.finalView, lab.state.floor.height], [1, 3, 0, 1]);
  const block = lab.block(1, last, { epoch: 1 });
  const vote = { kind: "notarize", epoch: 1, view: 1, block: hashOf(block) } as const;
  const signature = lab.keys.signerOf("v1")(vote);
  const proposal = {
    epoch: 1,
    view: 1,
    block,
    parentView: 0,
    certificates: [],
    vote: { ...vote, signer: 2, signature },
  };
  lab.hear({ kind: "proposal", proposal });
  assert.equal(
    lab.said("vote").map(({ vote }) => [vote.kind, vote.epoch, vote.view, vote.signer]),
    [["notarize", 1, 1, 3]],
  );
});

test("votes and certificates of other epochs are not taken", () => {
  const { lab } = over();
  lab.input({ kind: "epoch", number: 1, validators: NAMES });
  lab.hearCertificate(lab.certificate("nullify", 7, null, [1, 2, 3], 0));
  lab.hearCertificate(lab.certificate("nullify", 7, null, [1, 2, 3], 2));
  lab.hearVotes(lab.vote("nullify", 1, null, 2), lab.vote("nullify", 1, null, 2, 2));
  assert.equal([lab.state.view, lab.state.rounds.size], [1, 0]);
});

test("who is still in the epoch before gets the final chain", () => {
  const { lab } = over();
  lab.forget().input({ kind: "epoch", number: 1, validators: NAMES }).forget();
  lab.hear({ kind: "certificateRequest", epoch: 0, view: 1, height: 0, views: [1] }, 3);
  assert.equal(lab.effects, [{ kind: "serveChain", to: "v3", fromHeight: 1 }]);
});

test("who is not in the set follows it, and says nothing but questions", () => {
  const { lab, last } = over();
  lab.forget().input({ kind: "epoch", number: 1, validators: NAMES.slice(1) });
  assert.is(lab.state.self, -1);
  const block = lab.block(1, last, { epoch: 1 });
  const subject = { kind: "finalize", epoch: 1, view: 1, block: hashOf(block) } as const;
  const signatures = [0, 1, 2].map((signer) => {
    return { signer, signature: lab.vote("finalize", 1, hashOf(block), signer + 1, 1).signature };
  });
  lab.hearCertificate({ ...subject, signatures });
  lab.hear({ kind: "blocks", blocks: [block] });
  assert.is(lab.state.floor.height, 2);
  for (let round = 0; round < 3; round++) lab.clock(lab.state.retryAtMs + 1);
  assert.equal(lab.all("broadcast"), []);
  const asked = lab.all("send").map(({ message }) => message.kind);
  assert.ok(asked.length > 3, "it asks again and again");
  assert.ok(
    asked.every((kind) => kind.endsWith("Request")),
    String(asked),
  );
});

test("epochs begin in turn, and their sets have no doubles", () => {
  const { lab } = over();
  assert.throws(() => lab.input({ kind: "epoch", number: 2, validators: NAMES }), /out of turn/);
  assert.throws(() => lab.input({ kind: "epoch", number: 1, validators: ["a", "a"] }), /twice/);
  assert.throws(() => new Lab().input({ kind: "epoch", number: 1, validators: NAMES }), /out of turn/);
  assert.throws(() => makeEpoch(0, []), /0 validators/);
});

test("a silence that was broken leaves out view 1 of the next epoch; an open one asks again there", () => {
  const silent = new Lab(0, null);
  const last = silent.block(1, null, { lastOfEpoch: true });
  const finalization = silent.certificate("finalize", 1, hashOf(last));
  silent.hear({ kind: "chain", blocks: [last], finalization });
  silent.forget().input({ kind: "epoch", number: 1, validators: NAMES });
  assert.equal(silent.said("statusRequest").at(-1)?.epoch, 1);

  const spoken = new Lab(0, null);
  for (const from of [1, 2, 3])
    spoken.hear({ kind: "status", epoch: 0, nonce: spoken.state.silence!.nonce, certificate: null }, from);
  spoken.hear({ kind: "chain", blocks: [last], finalization });
  spoken.input({ kind: "epoch", number: 1, validators: NAMES });
  assert.equal([spoken.state.silence, spoken.state.silentThrough], [null, 1]);
});

test.run();
