/** What a node must be told before it takes deposits from a chain, and what of its signer's words ends the chain side. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsignedError } from "../../sequencer/chain/ports.ts";
import { SignerError } from "../../sequencer/node/batch-signer.ts";
import { ConfigError, type NodeConfig, readConfig } from "../../sequencer/node/config.ts";
import { tellingRefusals } from "../../sequencer/node/settlement-side.ts";
import { nodeConfig, writeConfig } from "./node-process.ts";

const settlement = {
  rpc: "http://127.0.0.1:1",
  deploymentBlock: 7,
  deploymentBlockHash: `0x${"ab".repeat(32)}`,
  submitterKey: { env: "KEY" },
  validatorKey: { env: "KEY" },
};

async function read(chainId: number, more: object): Promise<NodeConfig | string> {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-config-"));
  try {
    const { exchange, ...rest } = nodeConfig();
    const config = {
      ...rest,
      exchange: { ...exchange, chainId },
      settlement: { ...settlement, ...more },
    };
    return await readConfig(await writeConfig(folder, config, {}));
  } catch (error) {
    assert.instance(error, ConfigError);
    return (error as Error).message;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("how deep a block is final must be said on every chain but one of this machine", async () => {
  for (const chainId of [1, 8453])
    assert.match(String(await read(chainId, {})), /\/settlement\/finalityBlocks: must be given on chain/);
  const config = (await read(8453, { finalityBlocks: 64 })) as NodeConfig;
  assert.is(config.settlement?.finalityBlocks, 64);
  const local = (await read(31337, {})) as NodeConfig;
  assert.is(local.settlement?.finalityBlocks, undefined);
});

test("no block is final without one on top of it", async () => {
  assert.match(String(await read(31337, { finalityBlocks: 0 })), /\/settlement\/finalityBlocks/);
});

test("only what the signer itself refuses is told as refused", async () => {
  const failing = (error: Error) =>
    tellingRefusals({ sign: () => Promise.reject(error) })
      .sign({} as never)
      .catch((thrown: unknown) => thrown);
  const refusal = new SignerError("conflictingVote", "signed as another one");
  const told = await failing(refusal);
  assert.instance(told, UnsignedError);
  assert.match(String(told), /conflictingVote/);
  const away = new Error("no answer");
  assert.is(await failing(away), away);
});

test.run();
