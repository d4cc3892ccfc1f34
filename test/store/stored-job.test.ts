/** Jobs as they are stored: what comes back is what went in, in a third of the room; a damaged row is no job. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MalformedValue } from "../../sequencer/batch/codec.ts";
import { encodeJob } from "../../sequencer/batch/job-codec.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { decodeStoredJob, encodeStoredJob } from "../../sequencer/store/stored-job.ts";
import { testSeed } from "../generate/random.ts";
import { historyJobs, SMALL } from "../prover/history-jobs.ts";

const test = suite("stored jobs");
const seed = testSeed("stored jobs");
const jobs = historyJobs(await loadPoseidon(), { seed, words: 300, dimensions: SMALL, tiers: [16] }).map(
  ({ job }) => job,
);

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("come back as they were", () => {
  for (const job of jobs) assert.equal(decodeStoredJob(throughJson(encodeStoredJob(job)), "job"), job);
});

test("keep each node once", () => {
  const [stored, whole] = [encodeStoredJob, encodeJob].map(
    (encode) => JSON.stringify(jobs.map(encode)).length,
  );
  assert.ok(stored! < whole! * 0.7, `${stored} of ${whole} bytes`);
});

interface Row {
  job: { opened: { orders: unknown }[] };
  nodes: unknown[];
  paths: number[];
}

test("are refused when a part is missing or does not fit", () => {
  const damages: ((row: Row) => unknown)[] = [
    () => null,
    () => [],
    ({ job, nodes }) => ({ job, nodes }),
    ({ job, paths }) => ({ job, paths }),
    (row) => ({ ...row, job: null }),
    (row) => ({ ...row, paths: row.paths.slice(1) }),
    (row) => ({ ...row, paths: [...row.paths, 0] }),
    (row) => ({ ...row, paths: row.paths.with(0, row.nodes.length) }),
    (row) => ({ ...row, nodes: row.nodes.with(0, "x") }),
    (row) => ({ ...row, nodes: row.nodes.with(0, null) }),
    (row) => ({ ...row, job: { ...row.job, opened: [] } }),
    (row) => ({ ...row, job: { ...row.job, opened: [{}] } }),
  ];
  for (const [i, damage] of damages.entries()) {
    const row = throughJson(encodeStoredJob(jobs[0]!)) as Row;
    assert.throws(
      () => decodeStoredJob(damage(row), "job"),
      (error: unknown) => error instanceof MalformedValue,
      `damage ${i}`,
    );
  }
});

test.run();
