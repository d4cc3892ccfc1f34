/** A prover behind a script: what the script has started ends with it, however that comes about. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { processEnd } from "../../prover/backend/process-end.ts";
import { ProverError } from "../../prover/backend/prover-error.ts";

const directory = await mkdtemp(join(tmpdir(), "proofbook-test-"));
test.after(() => rm(directory, { recursive: true }));

/**
 * A script that tells through a fifo when its own child runs, which holds the fifo as well as the script's pipes, then does
 * the last thing. Without anybody's help the child ends after a minute.
 */
async function script(name: string, last: string) {
  const fifo = join(directory, `${name}.fifo`);
  const path = join(directory, name);
  execFileSync("mkfifo", [fifo]);
  const lines = ["#!/bin/sh", `exec 3> ${fifo}`, "sleep 60 &", "echo running >&3", "exec 3>&-", last, ""];
  await writeFile(path, lines.join("\n"), { mode: 0o700 });
  const stream = createReadStream(fifo);
  return { path, running: once(stream, "data"), gone: once(stream, "end") };
}

async function endOf(path: string, signal?: AbortSignal): Promise<string | number> {
  const child = spawn(path, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  try {
    return await processEnd(child, { name: path, leadsGroup: true }, { signal });
  } catch (error) {
    if (error instanceof ProverError) return error.code;
    throw error;
  }
}

test("one that is told to stop", async () => {
  const { path, running, gone } = await script("stopped", "wait");
  const stop = new AbortController();
  const ended = endOf(path, stop.signal);
  await running;
  stop.abort();
  assert.is(await ended, "stopped");
  await gone;
});

for (const [name, last, end] of [
  ["ends by itself", "exit 3", 3],
  ["is killed by somebody else", "kill -9 $$", "backendKilled"],
] as const)
  test(`one that ${name} and leaves the prover`, async () => {
    const { path, running, gone } = await script(name.replaceAll(" ", "-"), last);
    assert.is(await endOf(path), end);
    await Promise.all([running, gone]);
  });

test("one whose parent exits", async () => {
  const { path, running, gone } = await script("exit", "wait");
  const code = `
    import { spawn } from "node:child_process";
    import { processEnd } from ${JSON.stringify(new URL("../../prover/backend/process-end.ts", import.meta.url))};
    const child = spawn(${JSON.stringify(path)}, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    process.stdin.once("data", () => process.exit(7));
    await processEnd(child, { name: "script", leadsGroup: true }, {});`;
  const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
    stdio: ["pipe", "inherit", "inherit"],
  });
  const ended = once(parent, "exit").then(([status]) => status as number);
  // Nobody else opens the fifo then, and reading it would wait for ever.
  const first = await Promise.race([running.then(() => "running"), ended]);
  if (first !== "running") await writeFile(`${path}.fifo`, "");
  assert.is(first, "running");
  parent.stdin.write("\n");
  assert.is(await ended, 7);
  await gone;
});

test.run();
