/** A job from lease to proof, over a node's real HTTP API; and who else may have it. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProverEvent } from "../../prover/job/events.ts";
import { createJobClient } from "../../prover/job/job-client.ts";
import { runOnce } from "../../prover/job/run-once.ts";
import { sampleJob } from "./sample-job.ts";
import { makeStatement } from "./statement-circuit.ts";
import {
  backendThat,
  bench,
  failure,
  gate,
  proofOf,
  TestClock,
  waitsForever,
  withServer,
} from "./worker-bench.ts";

test("a job is leased, proven, verified and handed in; then there is none", async () => {
  await withServer([sampleJob(7)], async ({ url, queue }) => {
    const { setting, events } = bench(url, "one");
    const outcome = await runOnce(setting);
    assert.is(outcome.event, "proven");
    assert.equal(queue.state(7), { state: "proven" });
    const { publicSignals } = await makeStatement(sampleJob(7));
    assert.equal((await queue.proof(7))?.publicSignals, publicSignals);
    const stages = events.flatMap((event) => (event.event === "stage" ? [event.stage] : []));
    assert.equal([...new Set(stages)], ["artefacts", "replay", "witness", "proof", "verify", "handIn"]);
    assert.equal(await runOnce(setting), { event: "noJob" });
  });
});

test("two workers never get the same job", async () => {
  const jobs = [sampleJob(1), sampleJob(2)];
  const results = new Map(
    await Promise.all(jobs.map(async (job) => [job.header.number, await proofOf(job)] as const)),
  );
  await withServer(jobs, async ({ url, queue }) => {
    let arrived = 0;
    const both = gate();
    const leased: number[] = [];
    const worker = (name: string) =>
      runOnce(
        bench(url, name, {
          makeStatement: async (job) => {
            leased.push(job.header.number);
            if (++arrived === 2) both.open();
            // Neither goes on before both have their job.
            await both.opened;
            return { ...(await makeStatement(job)), input: { number: job.header.number } };
          },
          backend: backendThat(async ({ input }) => results.get(Number(input.number))!),
        }).setting,
      );
    await Promise.all([worker("one"), worker("two")]);
    assert.equal(leased.toSorted(), [1, 2]);
    assert.is(queue.waiting, 0);
    assert.equal(await worker("three"), { event: "noJob" });
  });
});

test("a proof that does not verify is not handed in, and the job is free again", async () => {
  const job = sampleJob(1);
  const { proof, ...rest } = await proofOf(job);
  await withServer([job], async ({ url, queue }) => {
    const tampered = { ...rest, proof: { ...proof, pi_a: proof.pi_c } };
    const { setting, events } = bench(url, "one", { backend: backendThat(async () => tampered) });
    assert.is((await failure(runOnce(setting))).code, "invalidProof");
    assert.equal(queue.state(1), { state: "waiting" });
    assert.equal(events.at(-1), { event: "released", job: 1 });
  });
});

test("a true proof of another batch is not handed in", async () => {
  const other = await proofOf(sampleJob(2));
  await withServer([sampleJob(1)], async ({ url, queue }) => {
    const { setting } = bench(url, "one", { backend: backendThat(async () => other) });
    assert.is((await failure(runOnce(setting))).code, "wrongStatement");
    assert.equal(queue.state(1), { state: "waiting" });
  });
});

test("a node that judges otherwise is heard: its code is in the facts", async () => {
  const result = await proofOf(sampleJob(2));
  await withServer([sampleJob(1)], async ({ url }) => {
    const { setting } = bench(url, "one", {
      makeStatement: () => makeStatement(sampleJob(2)),
      backend: backendThat(async () => result),
    });
    const { code, facts } = await failure(runOnce(setting));
    assert.is(code, "proofRefused");
    assert.is(facts.code, "wrongStatement");
  });
});

test("a job that does not replay is named and given back", async () => {
  await withServer([sampleJob(1)], async ({ url, queue }) => {
    const broken = async () => {
      throw new Error("roots differ");
    };
    const { setting } = bench(url, "one", { makeStatement: broken });
    const { code, message } = await failure(runOnce(setting));
    assert.is(code, "replayFailed");
    assert.match(message, "roots differ");
    assert.equal(queue.state(1), { state: "waiting" });
  });
});

test("the lease is renewed while the proof is made", async () => {
  const job = sampleJob(1);
  const result = await proofOf(job);
  await withServer([job], async ({ url, queue, now, pass }) => {
    const renewedFiveTimes = gate();
    const backend = backendThat(async () => {
      await renewedFiveTimes.opened;
      return result;
    });
    const { setting, clock } = bench(url, "one", { backend });
    let turns = 0;
    const idle = clock.renewal;
    clock.renewal = async (signal) => {
      if (++turns > 5) {
        renewedFiveTimes.open();
        return idle(signal);
      }
      // Two thirds of the lease pass before each renewal: it would be gone before the second.
      pass(40);
      assert.is(await queue.lease(now(), "thief", 60), undefined);
    };
    assert.is((await runOnce(setting)).event, "proven");
    assert.is(turns, 6);
  });
});

test("whose lease was given away stops proving and leaves the job alone", async () => {
  await withServer([sampleJob(1)], async ({ url, queue, pass }) => {
    const { setting, clock, events } = bench(url, "slow", { backend: waitsForever });
    clock.renewal = async () => {
      pass(61);
      const body = JSON.stringify({ worker: "quick", seconds: 60 });
      const headers = { "content-type": "application/json" };
      const reply = await fetch(new URL("v1/jobs/lease", url), { method: "POST", headers, body });
      assert.is(reply.status, 200);
    };
    assert.is((await failure(runOnce(setting))).code, "leaseLost");
    const state = queue.state(1)!;
    assert.is(state.state === "leased" && state.worker, "quick");
    assert.not(events.some(({ event }) => event === "released"));
  });
});

test("a job that was proven meanwhile is answered as such", async () => {
  const job = sampleJob(1);
  const { proof, publicSignals } = await proofOf(job);
  const handInAs = (url: URL, worker: string) =>
    createJobClient({ api: url, worker, clock: new TestClock() }).handIn(1, proof, publicSignals);
  await withServer([job], async ({ url, queue }) => {
    const { setting, clock } = bench(url, "slow", { backend: waitsForever });
    clock.renewal = async () => {
      if (queue.waiting > 0) assert.is(await handInAs(url, "quick"), "taken");
    };
    assert.equal(await runOnce(setting), { event: "alreadyProven", job: 1 });
    assert.is(await handInAs(url, "slow"), "alreadyProven");
  });
});

test("a worker that is stopped gives its job back", async () => {
  await withServer([sampleJob(1)], async ({ url, queue }) => {
    const stop = new AbortController();
    const { setting } = bench(url, "one", { signal: stop.signal });
    const report = (event: ProverEvent) => {
      if (event.event === "stage" && event.stage === "witness") stop.abort();
    };
    assert.is((await failure(runOnce({ ...setting, report }))).code, "stopped");
    assert.equal(queue.state(1), { state: "waiting" });
  });
});

test("a worker that is stopped does not wait with its proof for a node that is away", async () => {
  const nobody = new URL("http://127.0.0.1:1");
  const { proof, publicSignals } = await proofOf(sampleJob(1));
  const client = createJobClient({ api: nobody, worker: "one", clock: new TestClock() });
  const { code } = await failure(client.handIn(1, proof, publicSignals, AbortSignal.abort()));
  assert.is(code, "stopped");
});

test("without the node's token nothing is leased", async () => {
  await withServer(
    [sampleJob(1)],
    async ({ url, queue }) => {
      const { code, facts } = await failure(runOnce(bench(url, "one", {}, "wrong").setting));
      assert.is(code, "apiRefused");
      assert.is(facts.code, "unauthorized");
      assert.equal(queue.state(1), { state: "waiting" });
      const result = await proofOf(sampleJob(1));
      const { setting } = bench(url, "one", { backend: backendThat(async () => result) }, "secret");
      assert.is((await runOnce(setting)).event, "proven");
    },
    "secret",
  );
});

test.run();
