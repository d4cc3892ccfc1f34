/** The node as operators start and stop it. */
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  inventedVerifyingKey,
  NodeProcess,
  nodeConfig,
  settlementConfig,
  writeConfig,
} from "./node-process.ts";

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

/** Not of any account; whoever shows a part of it shows it. */
const KEY_DIGITS = "0123456789abcdef".repeat(4).replace(/^0123/, "7f3a");
const SETTLEMENT = {
  ...settlementConfig(),
  rpc: "http://127.0.0.1:1/v2/an-api-key",
  submitterKey: { env: "TEST_SUBMITTER_KEY" },
  validatorKey: { env: "TEST_VALIDATOR_KEY" },
};

test("a misspelt key is named by its setting, and no part of it is shown", async () =>
  withFolder(async (folder) => {
    const config = await writeConfig(
      folder,
      { ...nodeConfig(), settlement: SETTLEMENT },
      inventedVerifyingKey(),
    );
    const good = `0x${KEY_DIGITS}`;
    for (const [setting, submitter, validator] of [
      ["submitterKey", `"${KEY_DIGITS}"`, good],
      ["validatorKey", good, `'${good}'`],
    ] as const) {
      const node = new NodeProcess(config, { TEST_SUBMITTER_KEY: submitter, TEST_VALIDATOR_KEY: validator });
      assert.is(await node.ended, 2);
      const { code, msg } = node.lines.at(-1)!;
      assert.is(code, "badConfig");
      assert.match(msg, new RegExp(`^/settlement/${setting} `));
      assert.not.match(JSON.stringify(node.lines) + node.stderr, KEY_DIGITS.slice(2, 12));
    }
  }));

test("of the chain's address only the host is logged, whatever goes wrong there", async () =>
  withFolder(async (folder) => {
    const config = { ...nodeConfig(), settlement: SETTLEMENT };
    const env = { TEST_SUBMITTER_KEY: KEY_DIGITS, TEST_VALIDATOR_KEY: `0x${KEY_DIGITS}` };
    const node = new NodeProcess(await writeConfig(folder, config, inventedVerifyingKey()), env);
    await node.line("ready");
    node.child.kill("SIGTERM");
    assert.is(await node.ended, 0);
    assert.not.match(JSON.stringify(node.lines) + node.stderr, "an-api-key");
  }));

test("asked a second time to stop, it waits for nobody any more", async () =>
  withFolder(async (folder) => {
    const node = new NodeProcess(await writeConfig(folder, nodeConfig(), inventedVerifyingKey()));
    const { url } = await node.line("ready");
    const socket = connect(Number(new URL(String(url)).port), "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write("GET /v1/health HTTP/1.1\r\nhost: half");
    node.child.kill("SIGINT");
    await node.line("stopping");
    const impatience = setInterval(() => node.child.kill("SIGINT"), 100);
    assert.is(await node.ended, 1);
    clearInterval(impatience);
    assert.match(node.lines.at(-1)!.msg, /at once/);
    const again = new NodeProcess(join(folder, "node.json"));
    await again.line("ready");
    again.child.kill("SIGTERM");
    assert.is(await again.ended, 0, "the database is whole");
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
