import { test } from "uvu";
import * as assert from "uvu/assert";
import { bornLog, recordsOf } from "../../sequencer/consensus/begin.ts";
import type { Message } from "../../sequencer/consensus/messages.ts";
import type { Effect, LogRecord } from "../../sequencer/consensus/ports.ts";
import { ALL_VIEWS } from "../../sequencer/consensus/silence.ts";
import { hashOf, Lab, NAMES } from "./lab.ts";

/** The log that a lab's effects make. */
const logOf = (lab: Lab): LogRecord[] => [
  ...bornLog(0),
  ...lab.effects.flatMap((effect) => (effect.kind === "persist" ? effect.records : [])),
];

const votesIn = (message: Message): string[] => {
  if (message.kind === "vote") return [JSON.stringify(message.vote)];
  return message.kind === "proposal" ? [JSON.stringify(message.proposal.vote)] : [];
};

/** Every own vote that is said was persisted by an earlier effect. */
function assertDiskFirst(effects: readonly Effect[], self: number): number {
  const onDisk = new Set<string>();
  let said = 0;
  for (const effect of effects) {
    if (effect.kind === "persist")
      for (const record of effect.records)
        if (record.kind === "vote") onDisk.add(JSON.stringify(record.vote));
    if (effect.kind !== "broadcast" && effect.kind !== "send") continue;
    for (const vote of votesIn(effect.message)) {
      if ((JSON.parse(vote) as { signer: number }).signer !== self) continue;
      assert.ok(onDisk.has(vote), vote);
      said += 1;
    }
  }
  return said;
}

test("a vote is on disk before it leaves, and its block before it", () => {
  const lab = new Lab();
  const [first] = lab.grow(2);
  lab.clock(5000);
  assert.ok(assertDiskFirst(lab.effects, 0) >= 5);
  const records = logOf(lab);
  const voted = records.findIndex((record) => record.kind === "vote");
  const block = records.findIndex((record) => record.kind === "block");
  assert.ok(block >= 0 && block < voted);
  assert.equal(records[block], { kind: "block", block: first });
});

test("a leader's block and vote are on disk before the proposal leaves", () => {
  const lab = new Lab(1);
  const { view, parent } = lab.all("build")[0]!;
  lab.input({ kind: "built", view, parent, payload: Uint8Array.of(1), lastOfEpoch: false });
  assert.is(assertDiskFirst(lab.effects, 1), 1);
});

test("after a crash the votes of the log stand: none is given again otherwise", () => {
  const before = new Lab();
  before.hearProposal(before.block(1), 0);
  const after = new Lab(0, logOf(before));
  after.hearProposal(after.block(1, null, {}, 9), 0);
  assert.equal(after.votes, []);
  after.clock(1000);
  assert.equal(new Set(after.votes), new Set(["nullify 1", "notarize 1"]));
  const nullified = new Lab(0, logOf(new Lab().clock(240)));
  nullified.hearCertificate(nullified.certificate("notarize", 1, hashOf(nullified.block(1)), [1, 2, 3]));
  assert.equal(nullified.votes, []);
});

test("after a crash a node is in the view that its log leads to, and delivers what was final", () => {
  const before = new Lab();
  const blocks = before.grow(2);
  before.hearCertificate(before.certificate("finalize", 2, hashOf(blocks[1]!)));
  const after = new Lab(0, logOf(before));
  assert.equal([after.state.view, after.state.finalView], [3, 2]);
  assert.equal(
    after.all("deliver").map(({ hash }) => hash),
    blocks.map(hashOf),
  );
});

test("a leader that had logged its block but not sent it sends it after the crash", () => {
  const before = new Lab(1);
  const { view, parent } = before.all("build")[0]!;
  before.input({ kind: "built", view, parent, payload: Uint8Array.of(1), lastOfEpoch: false });
  const [sent] = before.said("proposal");
  const after = new Lab(1, logOf(before)).clock(200);
  assert.equal(after.said("proposal")[0], sent);
  assert.equal(after.all("build"), []);
});

test("any beginning of a log is a log: a torn end only takes what was not said yet", () => {
  const before = new Lab();
  before.grow(3);
  before.clock(1000);
  const log = logOf(before);
  for (let length = 1; length <= log.length; length++) {
    const after = new Lab(0, log.slice(0, length)).clock(5000);
    assertDiskFirst([{ kind: "persist", records: log.slice(0, length) }, ...after.effects], 0);
    assert.equal(after.all("halt"), []);
  }
});

test("a compacted log holds the same node", () => {
  const before = new Lab();
  const blocks = before.grow(3);
  before.hearCertificate(before.certificate("finalize", 1, hashOf(blocks[0]!)));
  const after = new Lab(0, recordsOf(before.state));
  const floor = { floor: before.state.floor, finalView: 1, finalization: before.state.finalization };
  const placed = new Lab(0, recordsOf(before.state), floor);
  for (const node of [after, placed]) {
    assert.equal([node.state.view, node.state.finalView], [before.state.view, 1]);
    for (const view of [2, 3])
      assert.equal(node.state.rounds.get(view)!.own, before.state.rounds.get(view)!.own);
  }
});

const statusOf = (lab: Lab, view: number): Message => ({
  kind: "status",
  epoch: 0,
  nonce: lab.state.silence!.nonce,
  certificate: view === 1 ? null : lab.certificate("nullify", view - 1, null),
});

test("a node without its log signs nothing, and asks where the others are", () => {
  for (const lost of [null, [], [{ kind: "silent", epoch: 0, through: 3 } as const]]) {
    const lab = new Lab(0, lost);
    lab.hearProposal(lab.block(1), 0).clock(10_000);
    assert.equal(lab.votes, []);
    assert.ok(lab.said("statusRequest").length > 0);
    assert.is(lab.state.silentThrough, ALL_VIEWS);
  }
});

test("answers of a quorum of others bound what it may have signed: it speaks after the view behind the highest", () => {
  const lab = new Lab(0, null);
  lab.hear(statusOf(lab, 5), 1).hear(statusOf(lab, 7), 2).hear(statusOf(lab, 7), 2);
  assert.is(lab.state.silentThrough, ALL_VIEWS);
  lab.hear(statusOf(lab, 1), 3);
  assert.is(lab.state.silentThrough, 8);
  const nullified = (view: number): string[] =>
    lab
      .forget()
      .hearCertificate(lab.certificate("nullify", view - 1, null, [1, 2, 3]))
      .clock(lab.state.nowMs + 10_000).votes;
  assert.equal(nullified(8), []);
  assert.equal([...new Set(nullified(9))], ["nullify 9"]);
});

test("no answer: another number, a view that is not proven, from oneself or from nobody", () => {
  const lab = new Lab(0, null);
  const good = statusOf(lab, 5);
  if (good.kind !== "status") throw new Error("no status");
  const unproven = { ...good.certificate!, signatures: good.certificate!.signatures.slice(1) };
  lab
    .hear({ ...good, nonce: good.nonce + 1 }, 1)
    .hear({ ...good, certificate: unproven }, 2)
    .hear(good, 0);
  lab.input({ kind: "message", from: "stranger", message: good });
  assert.is(lab.state.silence!.views.size, 0);
});

test("a silent node answers nobody; one that remembers shows what led it into its view", () => {
  const request = { kind: "statusRequest", epoch: 0, nonce: 7 } as const;
  assert.equal(new Lab(0, null).hear(request).said("status"), []);
  const lab = new Lab();
  assert.equal(lab.hear(request).said("status").at(-1), {
    kind: "status",
    epoch: 0,
    nonce: 7,
    certificate: null,
  });
  const certificate = lab.certificate("nullify", 3, null);
  lab.hearCertificate(certificate).hear(request);
  assert.equal(lab.said("status").at(-1)!.certificate, certificate);
});

test("a crash during the silence does not end it; one after it keeps its bound", () => {
  const lost = new Lab(0, null);
  assert.is(new Lab(0, logOf(lost)).state.silentThrough, ALL_VIEWS);
  for (const from of [1, 2, 3]) lost.hear(statusOf(lost, 4), from);
  const after = new Lab(0, logOf(lost));
  assert.equal([after.state.silentThrough, after.state.silence], [5, null]);
});

test("a silence goes with the node into a later epoch that its database has reached", () => {
  const epoch = { number: 1, validators: NAMES };
  const silentIn = (through: number): Lab =>
    new Lab(0, [...bornLog(0), { kind: "silent", epoch: 0, through }], { epoch });
  assert.is(silentIn(ALL_VIEWS).state.silentThrough, ALL_VIEWS);
  assert.is(silentIn(6).state.silentThrough, 1);
  assert.is(new Lab(0, logOf(silentIn(6)), { epoch }).state.silentThrough, 1);
  const again = new Lab(0, [...bornLog(0), { kind: "silent", epoch: 0, through: 6 }]);
  assert.equal([again.state.silentThrough, again.state.silencedIn], [6, 0]);
  assert.is(new Lab(0, bornLog(0), { epoch }).state.silentThrough, 0);
});

test.run();
