/** The core on a disk that takes its time: what leaves, and when. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bornLog, recover } from "../../sequencer/consensus/begin.ts";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import type { Effect, LogRecord } from "../../sequencer/consensus/ports.ts";
import { Driver, type EffectPorts } from "../../sequencer/validator/driver.ts";
import { GENESIS, GENESIS_ROOT, hashOf, Lab } from "../consensus/lab.ts";

/** It leads the first view. */
const LEADER = 1;

class SlowDisk {
  readonly writes: { records: readonly LogRecord[]; done: () => void; fail: (error: Error) => void }[] = [];

  persist = (records: readonly LogRecord[]): Promise<void> =>
    new Promise((done, fail) => this.writes.push({ records, done, fail }));

  /** What the last write holds, as `notarize` for a vote and `block` for a block. */
  get last(): string[] {
    return this.writes
      .at(-1)!
      .records.map((record) => (record.kind === "vote" ? record.vote.kind : record.kind));
  }
}

/** Lets all run that waits for nothing from outside. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function drive() {
  const lab = new Lab(LEADER);
  const disk = new SlowDisk();
  const emitted: string[] = [];
  const halts: unknown[] = [];
  let atRest = 0;
  const note = (effect: Effect): number => emitted.push(effect.kind);
  const say = (message: { readonly kind: string }): number => emitted.push(message.kind);
  const ports: EffectPorts = {
    send: (_, message) => say(message),
    broadcast: say,
    ...{ build: note, validate: note, deliver: note, epochEnded: note, serveChain: note },
    ...{ serveBlocks: note, evidence: note, misconduct: note },
  };
  const floor = { hash: GENESIS, height: 0, header: null };
  const start = {
    ...{ epoch: lab.state.epoch, floor, finalView: 0, finalization: null, nowMs: 0, random: 1 },
    roots: new Map([[0, GENESIS_ROOT]]),
  };
  const driver = new Driver({
    setting: lab.setting,
    start: recover(lab.setting, start, bornLog(0)),
    ports,
    persist: disk.persist,
    atRest: async () => {
      atRest += 1;
    },
    clock: { nowMs: () => 0, after: () => () => undefined },
    onHalt: (reason) => halts.push(reason),
  });
  driver.start();
  const build = (): void =>
    driver.push({ kind: "built", view: 1, parent: GENESIS, payload: Uint8Array.of(1), lastOfEpoch: false });
  const vote = (kind: "notarize" | "finalize", signer: number, block: Hash): void =>
    driver.push({
      kind: "message",
      from: lab.setting.self,
      message: { kind: "vote", vote: lab.vote(kind, 1, block, signer) },
    });
  const proposed = (): Hash => {
    const record = disk.writes[0]!.records.find(({ kind }) => kind === "block");
    return hashOf((record as Extract<LogRecord, { kind: "block" }>).block);
  };
  return { driver, disk, emitted, halts, build, vote, proposed, rests: () => atRest };
}

test("a proposal leaves when it is on disk, and not before", async () => {
  const { disk, emitted, build, rests } = drive();
  assert.equal(emitted, ["build"], "what stays in the node is begun at once");
  build();
  await turn();
  assert.equal(disk.last, ["block", "notarize"]);
  assert.equal(emitted, ["build"]);
  disk.writes[0]!.done();
  await turn();
  assert.equal(emitted, ["build", "proposal"]);
  assert.is(rests(), 1);
});

test("what is signed while the disk syncs shares the next sync, and a final block waits for none", async () => {
  const { disk, emitted, build, vote, proposed, rests } = drive();
  build();
  const block = proposed();
  for (const signer of [2, 3]) vote("notarize", signer, block);
  await turn();
  assert.is(disk.writes.length, 1, "one at a time");
  assert.equal(emitted, ["build"], "the certificate has its own vote in it");
  for (const signer of [0, 2, 3]) vote("finalize", signer, block);
  assert.ok(emitted.includes("deliver"), "a quorum's finalization is one, whatever this disk holds");
  assert.not.ok(emitted.some((kind) => ["proposal", "vote", "certificate"].includes(kind)));
  disk.writes[0]!.done();
  await turn();
  assert.equal(emitted.slice(-1), ["proposal"]);
  assert.is(disk.writes.length, 2);
  assert.equal(disk.last, ["certificate", "finalize", "certificate"]);
  assert.is(rests(), 0);
  disk.writes[1]!.done();
  await turn();
  assert.equal(
    emitted.filter((kind) => kind === "certificate" || kind === "vote"),
    ["certificate", "vote", "certificate"],
  );
  assert.is(rests(), 1);
});

test("nothing leaves after a write that failed, and nothing more is taken", async () => {
  const { driver, disk, emitted, halts, build, vote, proposed } = drive();
  build();
  const block = proposed();
  const fault = new Error("the disk is full");
  disk.writes[0]!.fail(fault);
  await turn();
  assert.equal(halts, [fault]);
  for (const signer of [2, 3]) vote("notarize", signer, block);
  await driver.stop();
  assert.equal(emitted, ["build"]);
  assert.is(disk.writes.length, 1);
  assert.is(driver.state.view, 1);
});

test.run();
