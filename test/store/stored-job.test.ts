/** Jobs as they are stored: what comes back is what went in, in a third of the room; a damaged row is no job. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../sequencer/batch/codec.ts";
import { checkShape, encodeJob } from "../../sequencer/batch/job-codec.ts";
import { MalformedValue } from "../../sequencer/batch/malformed-value.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { payloadOf, valueFrom } from "../../sequencer/store/space.ts";
import { storedJobCodec } from "../../sequencer/store/stored-job.ts";
import { tables } from "../../sequencer/store/tables.ts";
import { testSeed } from "../generate/random.ts";
import { historyJobs, SMALL } from "../prover/history-jobs.ts";

const test = suite("stored jobs");
const seed = testSeed("stored jobs");
const poseidon = await loadPoseidon();
const jobsOf = (words: number, steps: number) =>
  historyJobs(poseidon, { seed, words, dimensions: SMALL, tiers: [steps] }).map(({ job }) => job);
const jobs = jobsOf(300, 16);

const isMalformed = (error: unknown): boolean => error instanceof MalformedValue;

test("come back as they were", () => {
  for (const job of [...jobs, ...jobsOf(300, 256)])
    assert.equal(valueFrom(tables.job, payloadOf(tables.job, job), "job"), job);
});

test("keep each node once, and no names", () => {
  const stored = jobs.reduce((bytes, job) => bytes + payloadOf(tables.job, job).length, 0);
  const whole = JSON.stringify(jobs.map(encodeJob)).length;
  assert.ok(stored < whole / 3, `${stored} of ${whole} bytes`);
});

test("are refused where bytes are missing or too many", () => {
  const payload = payloadOf(tables.job, jobs[0]!);
  const read = (bytes: Uint8Array) => () => valueFrom(tables.job, bytes, "job");
  for (let length = 0; length < payload.length; length += 7)
    assert.throws(read(payload.subarray(0, length)), isMalformed, `${length} bytes`);
  assert.throws(read(Buffer.concat([payload, Buffer.of(0)])), isMalformed);
});

test("are jobs or refused, whatever byte is another", () => {
  const payload = payloadOf(tables.job, jobs[0]!);
  let refused = 0;
  for (let at = 0; at < payload.length; at += 3) {
    const changed = Buffer.from(payload);
    changed[at]! ^= 1 << (at % 8);
    try {
      // Another balance, say: whether it is true is for the prover to find out.
      checkShape(valueFrom(tables.job, changed, "job"));
    } catch (error) {
      assert.ok(isMalformed(error), `byte ${at}: ${error}`);
      refused += 1;
    }
  }
  assert.ok(refused > 0);
});

type Row = Record<"nodes" | "paths", Json[]> & { opened: Json[] };

test("are refused when their parts do not fit", () => {
  const damages: ((row: Row) => unknown)[] = [
    () => null,
    ({ paths: _, ...row }) => row,
    (row) => ({ ...row, paths: row.paths.slice(1) }),
    (row) => ({ ...row, paths: [...row.paths, 0] }),
    (row) => ({ ...row, paths: row.paths.with(0, row.nodes.length) }),
    (row) => ({ ...row, nodes: row.nodes.with(0, "x") }),
    (row) => ({ ...row, opened: [] }),
    (row) => ({ ...row, opened: [...row.opened, row.opened[0]!] }),
  ];
  for (const [i, damage] of damages.entries()) {
    const row = storedJobCodec.encode(jobs[0]!) as unknown as Row;
    assert.throws(() => storedJobCodec.decode(damage(row), "job"), isMalformed, `damage ${i}`);
  }
});

test.run();
