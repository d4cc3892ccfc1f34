/** A node that executes more slowly than the others agree holds a bounded number of final blocks, and gets to all of them. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_CHAIN_BLOCKS, MAX_UNEXECUTED } from "../../sequencer/consensus/limits.ts";
import type { Block } from "../../sequencer/consensus/messages.ts";
import { GENESIS_ROOT, hashOf, Lab, TIMING } from "./lab.ts";

const HEIGHTS = 3 * MAX_UNEXECUTED;

function chainOf(lab: Lab, heights: number): Block[] {
  const blocks: Block[] = [];
  for (let view = 1; view <= heights; view++) blocks.push(lab.block(view, blocks.at(-1) ?? null));
  return blocks;
}

const heard = (lab: Lab, blocks: readonly Block[], from: number, to: number): void => {
  const finalization = lab.certificate("finalize", to, hashOf(blocks[to - 1]!));
  lab.hear({ kind: "chain", blocks: blocks.slice(from - 1, to), finalization });
};

const execute = (lab: Lab, height: number): Lab =>
  lab.input({ kind: "executed", height, stateRoot: GENESIS_ROOT });

test("delivers so many blocks ahead of execution, asks for no more, and goes on as it executes", () => {
  const lab = new Lab();
  const blocks = chainOf(lab, HEIGHTS);
  lab.hearCertificate(lab.certificate("finalize", HEIGHTS, hashOf(blocks.at(-1)!)));
  let executed = 0;
  let most = 0;
  for (let turns = 0; lab.state.floor.height < HEIGHTS; turns++) {
    assert.ok(turns < 10 * HEIGHTS, `stands still at ${lab.state.floor.height}`);
    const asked = lab.said("chainRequest").at(-1);
    lab.forget();
    if (asked === undefined && executed < lab.state.floor.height) execute(lab, ++executed);
    else if (asked === undefined) lab.clock(turns * TIMING.retryMs);
    else heard(lab, blocks, asked.fromHeight, Math.min(asked.fromHeight + MAX_CHAIN_BLOCKS - 1, HEIGHTS));
    most = Math.max(most, lab.state.floor.height - executed);
  }
  assert.ok(most <= MAX_UNEXECUTED && most >= MAX_CHAIN_BLOCKS, `${most} blocks waited`);
});

test("keeps a stretch that comes unasked no further than that", () => {
  const lab = new Lab();
  const blocks = chainOf(lab, HEIGHTS);
  heard(lab, blocks, 1, HEIGHTS);
  assert.is(lab.state.floor.height, MAX_UNEXECUTED);
  assert.ok(lab.state.blocks.size <= MAX_UNEXECUTED);
  lab.forget();
  heard(lab, blocks, 1, HEIGHTS);
  assert.is(lab.all("deliver").length, 0);
});

test("votes for no block that far ahead, and for it once it has executed", () => {
  const lab = new Lab();
  const blocks = chainOf(lab, MAX_UNEXECUTED);
  heard(lab, blocks, 1, MAX_UNEXECUTED);
  const view = MAX_UNEXECUTED + 1;
  const next = lab.block(view, blocks.at(-1));
  lab.forget().hearProposal(next, MAX_UNEXECUTED);
  assert.equal(lab.votes, []);
  execute(lab, 1);
  assert.equal(lab.votes, [`notarize ${view}`]);
});

test("proposes none that far ahead: its view is given up, or led once it has executed", () => {
  const leader = (MAX_UNEXECUTED + 1) % 4;
  const waiting = new Lab(leader);
  const blocks = chainOf(waiting, MAX_UNEXECUTED);
  const others = [0, 1, 2, 3].filter((signer) => signer !== leader);
  const finalization = waiting.certificate("finalize", MAX_UNEXECUTED, hashOf(blocks.at(-1)!), others);
  waiting.forget().hear({ kind: "chain", blocks, finalization }, others[0]!);
  assert.is(waiting.all("build").length, 0);
  execute(waiting, 1);
  assert.is(waiting.all("build").length, 1);
  const late = new Lab(leader);
  late.forget().hear({ kind: "chain", blocks, finalization }, others[0]!);
  for (let nowMs = 0; nowMs < 20 * (TIMING.delayMs + TIMING.heartbeatMs); nowMs += 10) late.clock(nowMs);
  assert.equal([...new Set(late.votes)], [`nullify ${MAX_UNEXECUTED + 1}`]);
});

test.run();
