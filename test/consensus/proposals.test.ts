import { test } from "uvu";
import * as assert from "uvu/assert";
import { bornLog } from "../../sequencer/consensus/begin.ts";
import { ROOT_LAG } from "../../sequencer/consensus/limits.ts";
import type { Block, Header } from "../../sequencer/consensus/messages.ts";
import type { LogRecord } from "../../sequencer/consensus/ports.ts";
import { GENESIS, GENESIS_ROOT, hashOf, Lab, TIMING } from "./lab.ts";

const build = (lab: Lab, payload = Uint8Array.of(5)): Lab => {
  const { view, parent } = lab.all("build").at(-1)!;
  return lab.input({ kind: "built", view, parent, payload, lastOfEpoch: false });
};

test("a leader asks for a payload, and sends the block with its own notarize vote", () => {
  const lab = new Lab(1);
  assert.equal(
    lab.all("build").map(({ view, parent, empty }) => [view, parent, empty]),
    [[1, GENESIS, false]],
  );
  build(lab);
  const [sent] = lab.said("proposal");
  const { header } = sent!.proposal.block;
  assert.equal([header.epoch, header.view, header.height, header.parent], [0, 1, 1, GENESIS]);
  assert.equal(sent!.proposal.vote, lab.vote("notarize", 1, hashOf(sent!.proposal.block), 1));
  assert.is(sent!.proposal.certificates.length, 0);
});

test("a leader proposes once: what the shell builds later is not used", () => {
  const lab = build(build(new Lab(1)), Uint8Array.of(6));
  assert.is(lab.said("proposal").length, 1);
});

test("a payload for another view or parent than is wanted is not used", () => {
  const lab = new Lab(1);
  for (const [view, parent] of [
    [2, GENESIS],
    [1, GENESIS_ROOT],
  ] as const)
    lab.input({ kind: "built", view, parent, payload: Uint8Array.of(5), lastOfEpoch: false });
  assert.is(lab.said("proposal").length, 0);
});

test("an idle leader asks for an empty block after a heartbeat, not before, and only once", () => {
  const lab = new Lab(1).forget();
  lab.clock(TIMING.heartbeatMs - 1);
  assert.is(lab.all("build").length, 0);
  lab.clock(TIMING.heartbeatMs).clock(TIMING.heartbeatMs + 1);
  assert.equal(
    lab.all("build").map(({ empty }) => empty),
    [true],
  );
  assert.is(build(lab, new Uint8Array()).said("proposal").length, 1);
});

test("the block extends the highest certified one, and shows nullifications for the views between", () => {
  const lab = new Lab(0);
  const [first] = lab.grow(1);
  for (const view of [2, 3]) lab.hearCertificate(lab.certificate("nullify", view, null));
  build(lab);
  const { proposal } = lab.said("proposal").at(-1)!;
  assert.equal([proposal.view, proposal.parentView, proposal.block.header.parent], [4, 1, hashOf(first!)]);
  assert.equal(
    proposal.certificates.map(({ kind, view }) => `${kind} ${view}`),
    ["notarize 1", "nullify 3", "nullify 2"],
  );
  const earlier = [
    lab.vote("notarize", 1, hashOf(first!), 3),
    lab.vote("nullify", 2, null, 3),
    lab.vote("nullify", 3, null, 3),
  ];
  const log: LogRecord[] = [...bornLog(0), ...earlier.map((vote) => ({ kind: "vote", vote }) as const)];
  const voter = new Lab(3, log).hear({ kind: "proposal", proposal }, 0);
  voter.hear({ kind: "blocks", blocks: [first!] });
  assert.equal(voter.votes, ["finalize 1", "notarize 4"]);
});

test("a leader without a certificate for a view between cannot propose, and asks for it", () => {
  const lab = new Lab(0);
  lab.grow(1);
  lab.forget();
  lab.hearCertificate(lab.certificate("nullify", 3, null));
  assert.is(lab.all("build").length, 0);
  assert.equal(lab.said("certificateRequest").at(-1)!.views, [2]);
  lab.hearCertificate(lab.certificate("nullify", 2, null));
  assert.is(lab.all("build").length, 1);
});

test("a leader whose parent's body is missing asks for it, and builds when it comes", () => {
  const lab = new Lab(0);
  const block = lab.block(3);
  lab.hearCertificate(lab.certificate("notarize", 3, hashOf(block)), 2);
  assert.is(lab.all("build").length, 0);
  assert.equal(lab.said("blockRequest"), [{ kind: "blockRequest", hashes: [hashOf(block)] }]);
  lab.hear({ kind: "blocks", blocks: [block] }, 2);
  assert.is(lab.all("build").at(-1)!.parent, hashOf(block));
});

test("no vote while a view between parent and proposal is not nullified: it is asked for", () => {
  const lab = new Lab(0);
  const block = lab.block(3);
  lab.hearProposal(block, 0, [lab.certificate("nullify", 2, null)]);
  assert.equal(lab.votes, []);
  assert.equal(lab.said("certificateRequest").at(-1)!.views, [1]);
  lab.hear({ kind: "certificates", certificates: [lab.certificate("nullify", 1, null)] });
  assert.equal(lab.votes, ["notarize 3"]);
});

test("no vote for a block on a parent that is not certified", () => {
  const lab = new Lab(0);
  const parent = lab.block(1);
  lab
    .hearProposal(parent, 0)
    .hearCertificate(lab.certificate("nullify", 1, null))
    .forget();
  lab.hearProposal(lab.block(2, parent), 1);
  assert.equal(lab.votes, []);
});

test("a parent other than the one that its view certified is invalid", () => {
  const lab = new Lab(0);
  const other = lab.block(1, null, {}, 9);
  lab.grow(1);
  lab.forget().hearProposal(lab.block(2, other), 1);
  assert.equal(lab.votes, ["nullify 2"]);
});

test("a parent below finality is invalid", () => {
  const lab = new Lab(0);
  const [block] = lab.grow(1);
  lab.hearCertificate(lab.certificate("finalize", 1, hashOf(block!))).forget();
  lab.hearProposal(lab.block(2), 0);
  assert.equal(lab.votes, ["nullify 2"]);
});

/** How validator 0 votes for a block of view 2 with these header fields on a certified one of time 100. */
function voteFor(changes: (first: Block) => Partial<Header>, nowMs = 100): string[] {
  const lab = new Lab(0, undefined, { nowMs });
  const first = lab.block(1, null, { timeMs: 100 });
  lab
    .hearProposal(first, 0)
    .hearCertificate(lab.certificate("notarize", 1, hashOf(first)))
    .forget();
  lab.hearProposal(lab.block(2, first, { timeMs: 100, ...changes(first) }), 1);
  return lab.votes;
}

test("a header fits its parent: height, time, state root, epoch's end", () => {
  assert.equal(
    voteFor(() => ({})),
    ["notarize 2"],
  );
  const wrongs: Partial<Header>[] = [
    { height: 3 },
    { height: 1 },
    { timeMs: 99 },
    { stateRootHeight: 2 },
    { stateRoot: GENESIS },
  ];
  for (const wrong of wrongs)
    assert.equal(
      voteFor(() => wrong),
      ["nullify 2"],
      JSON.stringify(wrong),
    );
});

test("a block from the future waits until the own clock is near enough", () => {
  const lab = new Lab(0);
  lab.hearProposal(lab.block(1, null, { timeMs: TIMING.clockDriftMs + 10 }), 0);
  assert.equal(lab.votes, []);
  assert.equal(lab.clock(9).votes, []);
  assert.equal(lab.clock(10).votes, ["notarize 1"]);
});

test("a leader names the root of an earlier height, which it executed", () => {
  const lab = new Lab(1);
  lab.catchUp(8, [0, 2, 3]);
  for (let height = 1; height <= 8; height++)
    lab.input({ kind: "executed", height, stateRoot: `0x${height}` });
  build(lab);
  const { header } = lab.said("proposal").at(-1)!.proposal.block;
  assert.equal([header.height, header.stateRootHeight, header.stateRoot], [9, 8 - ROOT_LAG, "0x4"]);
});

test("a root that is not executed yet is waited for; another root than the own is invalid", () => {
  for (const [stateRoot, vote] of [
    ["0x51", "notarize 3"],
    ["0x52", "nullify 3"],
  ] as const) {
    const lab = new Lab(0);
    const last = lab.catchUp(2).at(-1)!;
    lab.forget().hearProposal(lab.block(3, last, { stateRootHeight: 2, stateRoot: "0x51" }), 2);
    assert.equal(lab.votes, []);
    lab.input({ kind: "executed", height: 2, stateRoot });
    assert.equal(lab.votes, [vote]);
  }
});

test("a final block with another root than the own halts the node, whichever comes first", () => {
  for (const executesFirst of [true, false]) {
    const lab = new Lab(0);
    const first = lab.block(1);
    const second = lab.block(2, first, { stateRootHeight: 1, stateRoot: "0x51" });
    lab.hearProposal(first, 0).hearCertificate(lab.certificate("finalize", 1, hashOf(first)));
    if (executesFirst) lab.input({ kind: "executed", height: 1, stateRoot: "0x52" });
    lab.hearProposal(second, 1).hearCertificate(lab.certificate("finalize", 2, hashOf(second)));
    if (!executesFirst) lab.input({ kind: "executed", height: 1, stateRoot: "0x52" });
    assert.equal(
      lab.all("halt").map(({ reason }) => reason.code),
      ["stateRootDiverged"],
    );
    assert.equal(lab.forget().clock(10_000).effects, []);
  }
});

test("a finalization that contradicts what was delivered halts the node", () => {
  const lab = new Lab(0);
  const [block] = lab.grow(1);
  lab.hearCertificate(lab.certificate("finalize", 1, hashOf(block!)));
  const other = lab.block(2, lab.block(1, null, {}, 9));
  lab.hearProposal(other, 1).hearCertificate(lab.certificate("finalize", 2, hashOf(other)));
  assert.equal(
    lab.all("halt").map(({ reason }) => reason.code),
    ["conflictingFinality"],
  );
});

test.run();
