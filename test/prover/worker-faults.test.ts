/** What a worker does when the node is away or answers nonsense, and how a watching one goes on. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProverError } from "../../prover/backend/prover-error.ts";
import type { ProverEvent } from "../../prover/job/events.ts";
import { createJobClient } from "../../prover/job/job-client.ts";
import { ASK_ATTEMPTS, FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from "../../prover/job/limits.ts";
import { runOnce } from "../../prover/job/run-once.ts";
import { watch } from "../../prover/job/watch.ts";
import { sampleJob } from "./sample-job.ts";
import { makeStatement } from "./statement-circuit.ts";
import { backendThat, bench, failure, proofOf, TestClock, withServer } from "./worker-bench.ts";

test("a node that is gone is asked again, more and more slowly, then named", async () => {
  await withServer([], async ({ url, close }) => {
    await close();
    const { setting, clock } = bench(url, "one");
    const { code, message } = await failure(runOnce(setting));
    assert.is(code, "apiUnreachable");
    assert.match(message, "ECONNREFUSED");
    const expected = Array.from({ length: ASK_ATTEMPTS - 1 }, (_, i) =>
      Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** i),
    );
    assert.equal(clock.pauses, expected);
  });
});

/** Answers as the listener says, or as nobody would. */
async function withRawServer(listener: RequestListener, work: (url: URL) => Promise<void>): Promise<void> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

for (const [name, code, status, body] of [
  ["a job without a header", "malformedJob", 200, '{"job":{"dimensions":{}}}'],
  ["no job at all", "malformedJob", 200, "{}"],
  ["a page", "apiMalformed", 200, "<html>"],
  ["a redirect", "apiUnreachable", 302, ""],
  ["a fault of its own", "apiUnreachable", 500, "{}"],
] as const)
  test(`a node that answers ${name} is ${code}`, async () => {
    await withRawServer(
      (_, reply) => void reply.writeHead(status, { location: "/elsewhere" }).end(body),
      async (url) => {
        assert.is((await failure(runOnce(bench(url, "one").setting))).code, code);
      },
    );
  });

test("a finished proof outlasts a node that restarts", async () => {
  const { proof, publicSignals } = await proofOf(sampleJob(1));
  let asked = 0;
  await withRawServer(
    (_, reply) => void (++asked < 20 ? reply.writeHead(503).end() : reply.end('{"number":1,"isNew":true}')),
    async (url) => {
      const client = createJobClient({ api: url, worker: "one", clock: new TestClock() });
      assert.is(await client.handIn(1, proof, publicSignals), "taken");
      assert.is(asked, 20);
    },
  );
});

/** Where nobody listens. */
const GONE = new URL("http://127.0.0.1:1/");

test("of several nodes the next one leases when one is gone, and takes the proof", async () => {
  const job = sampleJob(1);
  const { proof, publicSignals } = await proofOf(job);
  await withServer([job], async ({ url, queue }) => {
    const client = createJobClient({ api: GONE, others: [url], worker: "one", clock: new TestClock() });
    assert.is((await client.lease(60))?.header.number, 1);
    assert.is(await client.extend(1, 60), "held");
    assert.is(await client.handIn(1, proof, publicSignals), "taken");
    assert.is(queue.waiting, 0);
  });
});

test("a proof whose node is gone goes to another one, as soon as that has cut the batch as well", async () => {
  const { proof, publicSignals } = await proofOf(sampleJob(1));
  const unknown = '{"error":{"code":"unknownJob","message":"no"}}';
  let asked = 0;
  await withRawServer(
    (_, reply) =>
      void (++asked < 4 ? reply.writeHead(404).end(unknown) : reply.end('{"number":1,"isNew":true}')),
    async (url) => {
      const client = createJobClient({ api: GONE, others: [url], worker: "one", clock: new TestClock() });
      assert.is(await client.handIn(1, proof, publicSignals), "taken");
      assert.is(asked, 4);
    },
  );
});

test("a watching worker goes on after a failure and until it is stopped", async () => {
  const jobs = [1, 2, 3].map((number) => sampleJob(number));
  for (const job of jobs) await proofOf(job);
  await withServer(jobs, async ({ url, queue }) => {
    const stop = new AbortController();
    let turns = 0;
    const { setting, events, clock } = bench(url, "one", {
      signal: stop.signal,
      makeStatement: async (job) => ({ ...(await makeStatement(job)), input: { number: job.header.number } }),
      backend: backendThat(async ({ input }) => {
        if (++turns === 2) throw new ProverError("backendKilled", "out of memory");
        return await proofOf(sampleJob(Number(input.number)));
      }),
    });
    const report = (event: ProverEvent) => {
      events.push(event);
      if (event.event === "noJob") stop.abort();
    };
    assert.is(await watch({ ...setting, report, signal: stop.signal }), 3);
    assert.is(queue.waiting, 0);
    assert.is(events.filter(({ event }) => event === "failed").length, 1);
    assert.ok(clock.pauses.includes(FIRST_PAUSE_MS), "paused after the failure");
  });
});

test("a watching worker ends when only its operator can help", async () => {
  await withServer([sampleJob(1)], async ({ url, queue }) => {
    const missing = async () => {
      throw new ProverError("missingArtefact", "no tier");
    };
    const { setting } = bench(url, "one", { artefacts: missing });
    const { signal } = new AbortController();
    assert.is((await failure(watch({ ...setting, signal }))).code, "missingArtefact");
    assert.equal(queue.state(1), { state: "waiting" });
  });
});

test.run();
