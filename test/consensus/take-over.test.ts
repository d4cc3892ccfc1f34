/** An epoch takes over from one that cannot end any more: where it begins, and what of the one before stays final. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bornLog, recordsOf } from "../../sequencer/consensus/begin.ts";
import { makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Block, Certificate } from "../../sequencer/consensus/messages.ts";
import { ALL_VIEWS } from "../../sequencer/consensus/silence.ts";
import { GENESIS_ROOT, hashOf, Lab, NAMES } from "./lab.ts";

const FIRST = makeEpoch(0, NAMES);
/** Not the next number: others were sealed between and never began. Its views 1, 2, 3 are led by 2, 3, 0. */
const LATER = makeEpoch(5, NAMES);

const takeOver = (lab: Lab): Lab =>
  lab.forget().input({ kind: "takeOver", epoch: LATER, unended: [FIRST, makeEpoch(3, NAMES.slice(0, 2))] });

const certified = (lab: Lab, block: Block, signers = [1, 2, 3]): Certificate =>
  lab.certificate("notarize", block.header.view, hashOf(block), signers);

/** The block with which the later epoch would begin, and its finalization. */
function firstBlock(lab: Lab, above: Block | null): { block: Block; finalization: Certificate } {
  const block = lab.block(1, above, { epoch: LATER.number }, 77);
  const finalization = lab.certificate("finalize", 1, hashOf(block), [1, 2, 3], LATER.number);
  return { block, finalization };
}

const delivered = (lab: Lab) => lab.all("deliver").map(({ hash }) => hash);

test("begins on the latest certified block that it has seen, and gives up views that begin lower", () => {
  for (const [above, vote] of [
    [0, "nullify 1"],
    [1, "notarize 1"],
  ] as const) {
    const lab = new Lab(0);
    const blocks = lab.grow(2);
    const { block } = firstBlock(takeOver(lab), blocks[above]!);
    lab.hearProposal(block, 0, [certified(lab, blocks[above]!)]);
    assert.equal(lab.votes, [vote]);
    assert.is(lab.state.epoch, LATER);
  }
});

test("takes over a later certificate that it is shown, fetches what it lacks, and begins there", () => {
  const lab = new Lab(0);
  const [low] = lab.grow(1);
  const high = lab.block(2, low);
  const { block } = firstBlock(takeOver(lab), high);
  lab.hearProposal(block, 0, [certified(lab, high)]);
  assert.equal(lab.votes, []);
  assert.ok(lab.said("blockRequest").some(({ hashes }) => hashes.includes(hashOf(high))));
  lab.hear({ kind: "blocks", blocks: [high] });
  assert.equal(lab.votes, ["notarize 1"]);
});

test("what nobody certified is no beginning, and who shows such a thing is no honest node", () => {
  const lab = new Lab(0);
  const high = lab.block(1);
  const { block } = firstBlock(takeOver(lab), high);
  lab.hearProposal(block, 0, [certified(lab, high, [1, 2])]);
  lab.hear({ kind: "blocks", blocks: [high] });
  assert.equal(lab.votes, []);
  assert.is(lab.state.start, null);
  assert.is(lab.all("misconduct").length, 1);
});

test("the first final block makes final what it stands on", () => {
  const lab = new Lab(0);
  const blocks = lab.grow(2);
  const { block, finalization } = firstBlock(takeOver(lab), blocks[1]!);
  lab.hearProposal(block, 0, [certified(lab, blocks[1]!)]).hearCertificate(finalization);
  assert.equal(delivered(lab), [...blocks, block].map(hashOf));
  assert.equal([lab.state.unended, lab.state.start], [[], null]);
  const next = lab.block(2, block, { epoch: LATER.number });
  lab.hearProposal(next, 1, [finalization]);
  assert.ok(lab.votes.includes("notarize 2"), "as in every epoch");
});

test("as leader it builds on the latest certified block, and shows why", () => {
  const lab = new Lab(2);
  const [block] = lab.grow(1);
  const [build] = takeOver(lab).all("build");
  assert.is(build!.parent, hashOf(block!));
  lab.input({ ...build!, kind: "built", payload: Uint8Array.of(1), lastOfEpoch: false });
  const { proposal } = lab.said("proposal")[0]!;
  assert.equal([proposal.epoch, proposal.view, proposal.parentView], [LATER.number, 1, 0]);
  assert.is(proposal.block.header.height, 2);
  assert.equal(
    proposal.certificates.map(({ epoch, kind, block: of }) => [epoch, kind, of]),
    [[0, "notarize", hashOf(block!)]],
  );
});

test("a leader that is shown a later certificate before it has a payload builds there instead", () => {
  const lab = takeOver(new Lab(2));
  const high = lab.block(1);
  const [low] = lab.all("build");
  lab.hearCertificate(certified(lab, high)).hear({ kind: "blocks", blocks: [high] });
  lab.input({ ...low!, kind: "built", payload: Uint8Array.of(1), lastOfEpoch: false });
  assert.equal(lab.said("proposal"), []);
  assert.is(lab.all("build").at(-1)!.parent, hashOf(high));
});

test("what the set before made final is delivered, whoever shows it; another chain ends the node", () => {
  const lab = takeOver(new Lab(0));
  const blocks = [lab.block(1)];
  blocks.push(lab.block(2, blocks[0]));
  const finalization = lab.certificate("finalize", 2, hashOf(blocks[1]!));
  lab.hear({ kind: "chain", blocks, finalization });
  assert.equal(delivered(lab), blocks.map(hashOf));
  assert.equal(lab.state.start, finalization);
  const fork = lab.block(2, blocks[0], {}, 99);
  const far = firstBlock(lab, lab.block(3, fork));
  lab.hear({ kind: "chain", blocks: [far.block], finalization: far.finalization });
  assert.is(lab.state.halted, null, "what lies between may be the same");
  const near = firstBlock(lab, fork);
  lab.hear({ kind: "chain", blocks: [near.block], finalization: near.finalization });
  assert.is(lab.state.halted?.code, "conflictingFinality");
});

test("who comes late gets blocks of both epochs in one stretch", () => {
  const lab = takeOver(new Lab(0));
  const low = lab.block(1);
  const { block, finalization } = firstBlock(lab, low);
  lab.hear({ kind: "chain", blocks: [low, block], finalization });
  assert.equal(delivered(lab), [low, block].map(hashOf));
});

test("it tells whoever asks where it begins", () => {
  const lab = new Lab(0);
  const [block] = lab.grow(1);
  takeOver(lab).hear({ kind: "certificateRequest", epoch: LATER.number, view: 1, height: 0, views: [1] });
  const [answer] = lab.said("certificates");
  assert.equal(
    answer!.certificates.map(({ block: of }) => of),
    [hashOf(block!)],
  );
});

test("a restart knows where it begins, from the whole log and from one that was written anew", () => {
  const lab = new Lab(0);
  const blocks = lab.grow(2);
  const before = lab.all("persist").flatMap(({ records }) => records);
  takeOver(lab);
  const whole = [...bornLog(0), ...before, ...lab.all("persist").flatMap(({ records }) => records)];
  for (const log of [whole, recordsOf(lab.state)]) {
    const again = new Lab(0, log, { epoch: LATER, unended: [FIRST] });
    assert.is(again.state.start?.block, hashOf(blocks[1]!));
    assert.is(again.state.silentThrough, 0);
    const { block } = firstBlock(again, blocks[0]!);
    again.hearProposal(block, 0, [certified(again, blocks[0]!)]);
    assert.equal(again.votes, ["nullify 1"]);
  }
});

test("who lost its log asks once more where everybody is", () => {
  const lab = takeOver(new Lab(0, null));
  assert.is(lab.state.silentThrough, ALL_VIEWS);
  assert.ok(lab.said("statusRequest").some(({ epoch }) => epoch === LATER.number));
});

test("a third takes over from one that never came to anything, and still begins where the first one stood", () => {
  const lab = new Lab(0);
  const blocks = lab.grow(2);
  takeOver(lab).input({ kind: "takeOver", epoch: makeEpoch(6, NAMES), unended: [LATER] });
  assert.equal(
    lab.state.unended.map(({ number }) => number),
    [0, 3, 5],
  );
  const block = lab.block(1, blocks[1]!, { epoch: 6 }, 77);
  const finalization = lab.certificate("finalize", 1, hashOf(block), [1, 2, 3], 6);
  lab.hear({ kind: "chain", blocks: [...blocks, block], finalization });
  assert.equal(delivered(lab), [...blocks, block].map(hashOf));
});

test("where the epoch between began and came to nothing, what ended the one before is shown to whoever lacks it", () => {
  const between = makeEpoch(1, NAMES);
  const leader = new Lab(2);
  const last = leader.block(1, null, { lastOfEpoch: true });
  const finalization = leader.certificate("finalize", 1, hashOf(last), [0, 1, 3]);
  leader.hear({ kind: "chain", blocks: [last], finalization });
  leader.input({ kind: "executed", height: 1, stateRoot: GENESIS_ROOT });
  leader.input({ kind: "epoch", ...between }).forget();
  leader.input({ kind: "takeOver", epoch: LATER, unended: [between] });
  const [build] = leader.all("build");
  leader.input({ ...build!, kind: "built", payload: Uint8Array.of(1), lastOfEpoch: false });
  const { proposal } = leader.said("proposal")[0]!;
  assert.equal(proposal.certificates, [finalization]);
  leader.hear({ kind: "certificateRequest", epoch: LATER.number, view: 1, height: 0, views: [1] });
  assert.equal(leader.said("certificates")[0]!.certificates, [finalization]);

  const behind = new Lab(0).forget();
  behind.input({ kind: "takeOver", epoch: LATER, unended: [FIRST, between] });
  behind.hear({ kind: "proposal", proposal }, 2);
  assert.equal(behind.votes, [], "it gives up no view for what it does not have yet");
  behind.hear({ kind: "blocks", blocks: [last] }, 2);
  assert.equal(behind.votes, ["notarize 1"]);

  const floor = { hash: hashOf(last), height: 1, header: last.header };
  const again = new Lab(2, bornLog(1), { epoch: between, floor, start: finalization });
  again.input({ kind: "takeOver", epoch: LATER, unended: [between] });
  assert.equal(again.state.start, finalization, "also after a restart");
});

test("the last block of an epoch that did not end is no proposal of a later one", () => {
  const lab = new Lab(0);
  const last = lab.block(1, null, { lastOfEpoch: true });
  lab.hearProposal(last, 0).hearCertificate(certified(lab, last));
  takeOver(lab).clock(0);
  const proposal = lab.proposal(last, 0, [certified(lab, last)], 3);
  const vote = lab.vote("notarize", 3, hashOf(last), proposal.vote.signer, LATER.number);
  lab.hear({ kind: "proposal", proposal: { ...proposal, epoch: LATER.number, vote } }, vote.signer);
  assert.equal(lab.votes, []);
  assert.is(lab.state.rounds.get(3)?.proposal ?? null, null);
});

test("an earlier epoch never takes over", () => {
  const lab = takeOver(new Lab(0));
  assert.throws(() => lab.input({ kind: "takeOver", epoch: makeEpoch(4, NAMES), unended: [] }), /takes over/);
});

test.run();
