import { spawn } from "node:child_process";
import { once } from "node:events";
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

test.run();
