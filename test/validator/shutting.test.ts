/** What is kept, and what is answered, while a validator closes or halts. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Block, Hash } from "../../sequencer/consensus/messages.ts";
import type { Logged } from "../../sequencer/execution/journal.ts";
import type { Entry } from "../../sequencer/ordering/entry.ts";
import type { Payload } from "../../sequencer/ordering/payload.ts";
import { BlockServer } from "../../sequencer/validator/block-server.ts";
import { Executor, type ExecutorOptions } from "../../sequencer/validator/executor.ts";
import type { FinalChain } from "../../sequencer/validator/final-chain.ts";
import { EMPTY_DIGEST } from "../../sequencer/validator/state-digest.ts";
import { Waiters } from "../../sequencer/validator/waiters.ts";

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** A database that answers when it is told to. */
class SlowChain {
  readonly waiting: ((block: null) => void)[] = [];
  stretch = (): Promise<null> => new Promise((resolve) => this.waiting.push(resolve));
}

test("questions that are being answered are finished before the database closes, and nothing is sent any more", async () => {
  const chain = new SlowChain();
  const faults: unknown[] = [];
  const sent: unknown[] = [];
  const server = new BlockServer({
    chain: chain as unknown as FinalChain,
    send: (...what) => sent.push(what),
    onFault: (error) => faults.push(error),
  });
  server.chainFrom("0x01", 1);
  let isClosed = false;
  const closing = server.close().then(() => {
    isClosed = true;
  });
  await settled();
  assert.not.ok(isClosed);
  server.chainFrom("0x01", 1);
  assert.is(chain.waiting.length, 1, "nothing new is read");
  chain.waiting[0]!(null);
  await closing;
  assert.equal([sent, faults], [[], []]);
});

test("so many questions are answered at a time", async () => {
  const chain = new SlowChain();
  const server = new BlockServer({
    chain: chain as unknown as FinalChain,
    send: () => undefined,
    onFault: () => undefined,
  });
  for (let i = 0; i < 100; i++) server.chainFrom("0x01", i);
  assert.is(chain.waiting.length + server.shed, 100);
  assert.ok(chain.waiting.length < 10);
  const shed = server.shed;
  for (const answer of chain.waiting) answer(null);
  await settled();
  server.chainFrom("0x01", 1);
  assert.is(server.shed, shed);
});

type RunInOrder = (height: number) => Promise<ReadonlyMap<Entry, Logged>>;

const BLOCKS = [1, 2].map(
  (height) => ({ header: { height, timeMs: 0 }, payload: new Uint8Array() }) as unknown as Block,
);

/** Two final blocks are delivered to an executor whose blocks run as told. */
function delivered(runInOrder: RunInOrder, onFault: (error: unknown) => void, told: number[] = []): Executor {
  const executor = new Executor({
    runner: { room: async () => undefined, runInOrder },
    exchange: { machine: { l1Consumed: 0 } },
    epochs: { learn: () => null },
    cutter: { epoch: 1 },
    rules: () => ({}),
    stateDigest: EMPTY_DIGEST,
    onExecuted: ({ height }: { height: number }) => told.push(height),
    onFault,
  } as unknown as ExecutorOptions);
  for (const block of BLOCKS)
    executor.deliver(
      { kind: "deliver", hash: `0x${block.header.height}` as Hash, block, finalView: 1, finalization: null },
      { l1: { start: 0, words: [] }, reports: [], requests: [] } as unknown as Payload,
    );
  return executor;
}

test("blocks that are final and not executed belong into a log that is written anew", async () => {
  const done: ((logged: ReadonlyMap<Entry, Logged>) => void)[] = [];
  const executor = delivered(
    () => new Promise((resolve) => done.push(resolve)),
    (error) => {
      throw error;
    },
  );
  const records = (): unknown[] => executor.waitingRecords;
  await settled();
  assert.equal(
    records(),
    BLOCKS.map((block) => ({ kind: "block", block })),
  );
  done[0]!(new Map());
  await settled();
  assert.equal(records(), [{ kind: "block", block: BLOCKS[1] }]);
  done[1]!(new Map());
  await executor.idle();
  assert.equal(records(), []);
});

test("a block that fails while the one before it is being written is a fault in its turn, and no state is handed out any more", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  try {
    const [faults, told, broken] = [[] as unknown[], [] as number[], new Error("a broken invariant")];
    let isWritten = (_: ReadonlyMap<Entry, Logged>): void => undefined;
    const first = new Promise<ReadonlyMap<Entry, Logged>>((resolve) => {
      isWritten = resolve;
    });
    const executor = delivered(
      async (height) => {
        if (height === 1) return await first;
        throw broken;
      },
      (error) => faults.push(error),
      told,
    );
    const between = executor
      .between(() => "a snapshot of half a block")
      .catch(({ message }: Error) => message);
    // A rejection counts as unhandled when the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal([unhandled, faults, told], [[], [], []]);
    isWritten(new Map());
    await executor.idle();
    assert.equal([unhandled, faults, told], [[], [broken], [1]]);
    assert.match(await between, /a block has failed/);
    assert.is(executor.waiting, 1);
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("who begins to wait when nothing is answered any more is told so at once", async () => {
  const waiters = new Waiters();
  const before = waiters.wait(1n);
  waiters.failAll(new Error("halted"));
  for (const waiting of [before, waiters.wait(2n)])
    assert.is(
      await waiting.then(
        () => "answered",
        ({ message }: Error) => message,
      ),
      "halted",
    );
  assert.ok(waiters.hasRoom);
});

test.run();
