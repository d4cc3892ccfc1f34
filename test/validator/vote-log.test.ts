/** The log of votes: what was appended is there, and it is written anew when it is long, not again and again. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Block } from "../../sequencer/consensus/messages.ts";
import type { LogRecord } from "../../sequencer/consensus/ports.ts";
import { MAX_PAYLOAD_BYTES } from "../../sequencer/ordering/payload-layout.ts";
import { Database } from "../../sequencer/store/database.ts";
import { VoteLog } from "../../sequencer/validator/vote-log.ts";
import { withFolder } from "../node/exchange-fixture.ts";

const silent = (through: number): LogRecord => ({ kind: "silent", epoch: 1, through });
const many = (count: number): LogRecord[] => Array.from({ length: count }, (_, i) => silent(i));
const HASH = `0x${"01".repeat(32)}` as const;

const block = (height: number, bytes: number): LogRecord => ({
  kind: "block",
  block: {
    header: {
      epoch: 1,
      view: height,
      height,
      parent: HASH,
      timeMs: 0,
      stateRootHeight: 0,
      stateRoot: HASH,
      payloadHash: HASH,
      lastOfEpoch: false,
    },
    payload: new Uint8Array(bytes),
  } satisfies Block,
});

async function withLog(
  run: (log: VoteLog, reopen: () => Promise<readonly LogRecord[] | null>) => Promise<void>,
) {
  await withFolder(async (path) => {
    const database = await Database.open(path);
    try {
      await run((await VoteLog.load(database)).log, async () => (await VoteLog.load(database)).records);
    } finally {
      await database.close();
    }
  });
}

test("what was appended is read in its order; an empty log is none", async () =>
  withLog(async (log, reopen) => {
    assert.is(await reopen(), null);
    await log.append(many(3));
    await log.append([silent(7)]);
    assert.equal(await reopen(), [...many(3), silent(7)]);
  }));

test("written anew it has what is needed, and what comes after", async () =>
  withLog(async (log, reopen) => {
    await log.append(many(5000));
    assert.ok(log.isLong);
    await log.replace([silent(1), block(1, 10)]);
    assert.not.ok(log.isLong);
    await log.append([silent(2)]);
    assert.equal(await reopen(), [silent(1), block(1, 10), silent(2)]);
  }));

test("where much is needed, it is not written anew with every vote", async () =>
  withLog(async (log) => {
    await log.append(many(5000));
    await log.replace(many(4999));
    await log.append([silent(1)]);
    assert.not.ok(log.isLong);
    await log.append(many(5000));
    assert.ok(log.isLong);
  }));

test("few rows with large blocks are long, too", async () =>
  withLog(async (log) => {
    for (let height = 1; !log.isLong; height++) {
      assert.ok(height < 100, "never");
      await log.append(Array.from({ length: 32 }, () => block(height, MAX_PAYLOAD_BYTES)));
    }
    await log.replace([silent(1)]);
    assert.not.ok(log.isLong);
  }));

test.run();
