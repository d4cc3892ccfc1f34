/** `proofbook prove` as a process: what it prints, how it ends, and what is lost when it is killed: nothing. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProverEvent } from "../../prover/job/events.ts";
import { LEASE_SECONDS } from "../../prover/job/limits.ts";
import { packArtefacts } from "../../prover/job/packed-artefacts.ts";
import { batchName } from "../../prover/keys/batch-circuit.ts";
import { programArguments } from "../../sequencer/programs/arguments.ts";
import { sampleJob } from "./sample-job.ts";
import { statementArtefacts } from "./statement-circuit.ts";
import { withServer } from "./worker-bench.ts";

const { circuit, key } = await statementArtefacts();
const directory = await mkdtemp(join(tmpdir(), "proofbook-test-"));
const artefacts = join(directory, "artefacts");
const { dimensions, header } = sampleJob();
const name = batchName({ ...dimensions, steps: header.steps });
await packArtefacts(artefacts, { name, wasmPath: circuit.wasmPath, zkeyPath: key.zkeyPath });
test.after(() => rm(directory, { recursive: true, force: true }));

const program = fileURLToPath(new URL("./foreign-prover.mjs", import.meta.url));
const EXTERNAL = ["--backend", "external", "--prover-program", program];

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when a line of --json passes the test. */
  line(test: (event: ProverEvent) => boolean): Promise<void>;
}

function prove(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [...programArguments("test/prover/prove-main.ts"), ...args], {
    env: { ...process.env, TMPDIR: directory, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, error] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    error += chunk;
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close").then(([status, signal]) => ({ status, signal, out, error }) as Ended);
  const line = (test: (event: ProverEvent) => boolean) =>
    new Promise<void>((resolve, reject) => {
      lines.on("line", (text) => test(JSON.parse(text) as ProverEvent) && resolve());
      void ended.then(() => reject(new Error(`ended without the line:\n${out}\n${error}`)));
    });
  return { child, ended, line };
}

/** Folders with witnesses on their way to the foreign prover. */
const witnesses = async () =>
  (await readdir(directory)).filter((entry) => entry.startsWith("proofbook-proof-"));
const isProving = (event: ProverEvent): boolean => event.event === "stage" && event.stage === "proof";
const usual = (url: URL): string[] => ["--once", "--api", url.href, "--artefacts", artefacts];

test("--once proves the next job, then says that there is none; both are success", async () => {
  await withServer([sampleJob(7)], async ({ url, queue }) => {
    const first = await prove(usual(url)).ended;
    assert.is(first.status, 0, first.error);
    assert.match(first.out, /^job 7: proven, 4 steps in \d+\.\d s \(witness \d+\.\d s\), \d+ MiB\n$/);
    assert.match(first.error, "job 7: proving");
    assert.equal(queue.state(7), { state: "proven" });
    const second = await prove([...usual(url), "--json"]).ended;
    assert.equal([second.status, second.out], [0, '{"event":"noJob"}\n']);
  });
});

test("killed in the middle it loses nothing: another takes over when the lease ends", async () => {
  await withServer([sampleJob(7)], async ({ url, queue, pass }) => {
    const victim = prove([...usual(url), "--json", ...EXTERNAL], { FOREIGN_PROVER: "hangs" });
    await victim.line(isProving);
    victim.child.kill("SIGKILL");
    assert.is((await victim.ended).signal, "SIGKILL");
    assert.is(queue.state(7)?.state, "leased");

    const early = await prove([...usual(url), ...EXTERNAL]).ended;
    assert.equal([early.status, early.out], [0, "no job\n"]);

    pass(LEASE_SECONDS + 1);
    const heir = await prove([...usual(url), ...EXTERNAL]).ended;
    assert.is(heir.status, 0, heir.error);
    assert.match(heir.out, "job 7: proven");
    assert.equal(queue.state(7), { state: "proven" });
    assert.equal(await witnesses(), [], "the victim's was swept");
  });
});

for (const signal of ["SIGTERM", "SIGINT"] as const)
  test(`${signal} gives the job back at once and ends the prover`, async () => {
    await withServer([sampleJob(7)], async ({ url, queue }) => {
      const worker = prove([...usual(url), "--json", ...EXTERNAL], { FOREIGN_PROVER: "hangs" });
      await worker.line(isProving);
      worker.child.kill(signal);
      const { status, out } = await worker.ended;
      assert.is(status, 6);
      assert.match(out, '{"event":"released","job":7}');
      assert.match(out, '"code":"stopped"');
      assert.equal(queue.state(7), { state: "waiting" });
      assert.equal(await witnesses(), []);
    });
  });

test("one whose lines nobody reads any more gives the job back and ends", async () => {
  await withServer([sampleJob(7)], async ({ url, queue }) => {
    const worker = prove(["--watch", "--json", "--api", url.href, "--artefacts", artefacts, ...EXTERNAL]);
    await worker.line(({ event }) => event === "leased");
    worker.child.stdout!.destroy();
    const { status, error } = await worker.ended;
    assert.equal([status, error], [0, ""]);
    assert.not.equal(queue.state(7)?.state, "leased");
  });
});

test("--watch proves what there is and ends with success when it is told to", async () => {
  await withServer([sampleJob(1), sampleJob(2)], async ({ url, queue }) => {
    const worker = prove(["--watch", "--json", "--api", url.href, "--artefacts", artefacts]);
    await worker.line(({ event }) => event === "noJob");
    worker.child.kill("SIGTERM");
    assert.is((await worker.ended).status, 0);
    assert.is(queue.waiting, 0);
  });
});

test("a damaged key is named, with a status of its own", async () => {
  const damaged = join(directory, "damaged");
  await packArtefacts(damaged, { name, wasmPath: circuit.wasmPath, zkeyPath: key.zkeyPath });
  await rm(join(damaged, name, "circuit.zkey"));
  await withServer([sampleJob(7)], async ({ url, queue }) => {
    const { status, error } = await prove(["--once", "--api", url.href, "--artefacts", damaged]).ended;
    assert.is(status, 4);
    assert.match(error, `corruptArtefact: corrupt artefact ${join(damaged, name, "circuit.zkey")}`);
    assert.equal(queue.state(7), { state: "waiting" });
  });
  await rm(damaged, { recursive: true });
});

test("a token comes from the environment, and a wrong one is named", async () => {
  await withServer(
    [],
    async ({ url }) => {
      const right = await prove(usual(url), { PROOFBOOK_JOBS_TOKEN: "secret" }).ended;
      assert.equal([right.status, right.out], [0, "no job\n"]);
      const wrong = await prove(usual(url), { PROOFBOOK_JOBS_TOKEN: "guess" }).ended;
      assert.is(wrong.status, 3);
      assert.match(wrong.error, /apiRefused: .*unauthorized/);
    },
    "secret",
  );
});

test("a command line that makes no sense is refused before anybody is asked", async () => {
  const { status, error } = await prove(["--once", "--watch"]).ended;
  assert.is(status, 2);
  assert.match(error, "badSetting: say either --once or --watch");
});

test.run();
