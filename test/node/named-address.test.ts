/** L1's address may be kept where the keys are. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ConfigError, readConfig } from "../../sequencer/node/config.ts";
import { nodeConfig, writeConfig } from "./node-process.ts";

const ADDRESS = "https://eth.example/v2/key-of-an-account";

async function rpcOf(rpc: unknown): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-config-"));
  try {
    await writeFile(join(folder, "rpc.secret"), `${ADDRESS}\n`);
    const settlement = {
      rpc,
      deploymentBlock: 7,
      deploymentBlockHash: `0x${"ab".repeat(32)}`,
      submitterKey: { env: "KEY" },
      validatorKey: { env: "KEY" },
    };
    const path = await writeConfig(folder, { ...nodeConfig(), settlement }, {});
    return (await readConfig(path, { RPC: ADDRESS })).settlement?.rpc;
  } catch (error) {
    assert.instance(error, ConfigError);
    return (error as Error).message;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("written down, in a file beside the configuration, or in the environment: it is the same address", async () => {
  for (const rpc of [ADDRESS, { file: "rpc.secret" }, { env: "RPC" }]) assert.is(await rpcOf(rpc), ADDRESS);
});

test("what is neither an address nor the name of one is refused by its place", async () => {
  for (const rpc of [7, "", null, {}, { env: "RPC", file: "rpc.secret" }])
    assert.match(String(await rpcOf(rpc)), "/settlement/rpc");
  assert.match(String(await rpcOf({ env: "NOWHERE" })), /NOWHERE is not set/);
});

test.run();
