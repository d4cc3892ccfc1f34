/** The node as operators start and stop it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inventedVerifyingKey, NodeProcess, nodeConfig, writeConfig } from "./node-process.ts";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-main-"));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const health = async (node: NodeProcess) => {
  const { url } = await node.line("ready");
  return (await (await fetch(`${url}/v1/health`)).json()) as { sequence: number; machineTime: number };
};

test("starts, ticks, serves, stops when asked, and goes on from there", async () =>
  withFolder(async (folder) => {
    const config = await writeConfig(folder, nodeConfig(), inventedVerifyingKey());
    const first = new NodeProcess(config);
    const { sequence, machineTime } = await health(first);
    assert.ok(sequence >= 1 && machineTime > 1_700_000_000, "the first tick is there");
    const second = new NodeProcess(config);
    assert.is(await second.ended, 3, "the database is in use");
    assert.is(second.lines.at(-1)!.code, "locked");
    first.child.kill("SIGTERM");
    assert.is(await first.ended, 0);
    assert.is(first.lines.at(-1)!.msg, "stopped");
    const third = new NodeProcess(config);
    const loaded = await third.line("state is loaded and checked");
    assert.ok((loaded.sequence as number) >= sequence);
    await third.line("ready");
    third.child.kill("SIGINT");
    assert.is(await third.ended, 0);
    assert.not.ok(
      third.lines.some(({ level }) => (level as number) > 40),
      "nothing went wrong",
    );
  }));

test("names what is wrong with a configuration, every place at once", async () =>
  withFolder(async (folder) => {
    const config = { ...nodeConfig(), prise: 1, tickSeconds: "often" };
    const node = new NodeProcess(await writeConfig(folder, config, inventedVerifyingKey()));
    assert.is(await node.ended, 2);
    const { msg, code } = node.lines.at(-1)!;
    assert.is(code, "badConfig");
    assert.match(msg, /unknown key prise/);
    assert.match(msg, /\/tickSeconds/);
    const missing = new NodeProcess(join(folder, "nowhere.json"));
    assert.is(await missing.ended, 2);
  }));

test("uses no verifying key under which anybody can make proofs", async () =>
  withFolder(async (folder) => {
    const key = inventedVerifyingKey();
    const node = new NodeProcess(
      await writeConfig(folder, nodeConfig(), { ...key, vk_delta_2: key.vk_gamma_2 }),
    );
    assert.is(await node.ended, 2);
    assert.match(node.lines.at(-1)!.msg, /gamma and delta are the same/);
  }));

test("does not start on a damaged database, and says what is damaged", async () =>
  withFolder(async (folder) => {
    const config = await writeConfig(folder, nodeConfig(), inventedVerifyingKey());
    const first = new NodeProcess(config);
    await first.line("ready");
    first.child.kill("SIGKILL");
    await first.ended;
    const data = join(folder, "data");
    const log = join(data, (await readdir(data)).find((name) => name.endsWith(".log"))!);
    const bytes = await readFile(log);
    bytes[100]! ^= 0xff;
    await writeFile(log, bytes);
    const second = new NodeProcess(config);
    assert.is(await second.ended, 3);
    assert.is(second.lines.at(-1)!.code, "damagedLog");
  }));

test.run();
