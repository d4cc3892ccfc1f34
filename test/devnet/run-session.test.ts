import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { programArguments } from "../../sequencer/programs/arguments.ts";

const endings = {
  "Ctrl-C": (child: ReturnType<typeof spawn>) => child.kill("SIGINT"),
  "SIGTERM, twice at once as under npm": (child: ReturnType<typeof spawn>) =>
    child.kill("SIGTERM") && child.kill("SIGTERM"),
  "nobody reading any more": (child: ReturnType<typeof spawn>) => child.stdout!.destroy(),
};

for (const [ending, end] of Object.entries(endings))
  test(`${ending} ends a session in order`, async () => {
    const child = spawn(process.execPath, programArguments("test/devnet/talking-session.ts"), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let complaints = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    const ended = once(child, "close");
    await once(createInterface({ input: child.stdout }), "line");
    end(child);
    assert.equal(await ended, [0, null], complaints);
    assert.is(complaints, "ended in order\n");
  });

/** Begins to compile, with nothing in its cache, and is asked to stop at the first word of that. */
async function stoppedAtTheStart(...args: string[]): Promise<[ending: unknown[], out: string]> {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-session-"));
  const program = programArguments("trader/devnet/main.ts");
  const ports = ["--port", "0", "--rpc-port", "0"];
  try {
    const child = spawn(process.execPath, [...program, "--json", "--data", folder, ...ports, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PROOFBOOK_CACHE: join(folder, "cache") },
    });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    const ended = once(child, "close");
    await once(createInterface({ input: child.stdout }), "line");
    child.kill("SIGINT");
    return [await ended, out];
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a devnet that is stopped while it starts has done what was asked of it", async () => {
  const [ending, out] = await stoppedAtTheStart();
  assert.equal(ending, [0, null], out);
  assert.match(out, '"note","text":"stopped before it was up"');
});

test("but not one that was to settle something", async () => {
  const [ending, out] = await stoppedAtTheStart("--until-settled", "1");
  assert.equal(ending, [1, null], out);
  assert.match(out, '"failed","code":"INTERRUPTED"');
});

test.run();
