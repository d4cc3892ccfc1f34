/** A new validator's folder: what is in it, what is never overwritten, and what the node says to what is missing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import { nodeCommand } from "../../sequencer/node/command.ts";
import { readConfig } from "../../sequencer/node/config.ts";
import { programArguments } from "../../sequencer/programs/arguments.ts";
import { cardOf, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import type { ValidatorCard } from "../../sequencer/validator/set-config.ts";
import { inventedVerifyingKey, NodeProcess, nodeConfig } from "../node/node-process.ts";

const { exchange, circuits } = nodeConfig();
const settlement = {
  rpc: "http://127.0.0.1:1",
  deploymentBlock: 7,
  deploymentBlockHash: `0x${"ab".repeat(32)}`,
};

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-init-"));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function init(...args: string[]): Promise<{ status: number; out: string; error: string }> {
  const child = spawn(process.execPath, [...programArguments("sequencer/node/main.ts"), "init", ...args]);
  const said = { out: "", error: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.error += chunk.toString()));
  const [status] = (await once(child, "close")) as [number];
  return { status, ...said };
}

/** The same in this process, for what does not succeed. */
async function initHere(...args: string[]): Promise<{ status: number; error: string }> {
  let error = "";
  const program = nodeCommand();
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeErr: (text) => (error += text) });
  try {
    await program.parseAsync(["init", ...args], { from: "user" });
    return { status: 0, error };
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return { status: thrown.exitCode, error };
  }
}

/** What a deployer hands out, with the verifying key beside it. */
async function writeExchange(folder: string, more: object): Promise<string> {
  const path = join(folder, "exchange.json");
  await writeFile(path, JSON.stringify({ exchange, circuits, settlement, ...more }));
  await writeFile(join(folder, "key.json"), JSON.stringify(inventedVerifyingKey()));
  return path;
}

test("makes key, configuration and birth mark, prints the card, and overwrites nothing", async () =>
  withFolder(async (folder) => {
    const home = join(folder, "validator");
    const made = await init("--folder", home, "--epoch", "3", "--listen", "/ip4/127.0.0.1/tcp/4999");
    assert.is(made.status, 0, made.error);
    assert.equal((await readdir(home)).sort(), ["card.json", "data.born", "node.json", "validator.key"]);
    const keyPath = join(home, "validator.key");
    assert.is((await stat(keyPath)).mode & 0o777, 0o600);
    const text = await readFile(keyPath, "utf8");
    const key = secretKeyFromHex(text.trim());
    const card = JSON.parse(made.out) as ValidatorCard;
    assert.equal(card, await cardOf(key, ["/ip4/127.0.0.1/tcp/4999"]));
    assert.is(card.address, addressOf(key));
    assert.not.ok(made.error.includes(text.trim()), "the key is told to nobody");

    const again = await initHere("--folder", home);
    assert.is(again.status, 2);
    assert.match(again.error, /validator\.key is there already/);
    assert.is(await readFile(keyPath, "utf8"), text);

    const node = new NodeProcess(join(home, "node.json"));
    assert.is(await node.ended, 2);
    const { msg, code } = node.lines.at(-1)!;
    assert.is(code, "badConfig");
    for (const place of [
      "/exchange/address",
      "/circuits/tiers",
      "/prices",
      "/set/validators/1",
      "/settlement/rpc",
    ])
      assert.ok(msg.includes(`${place}: `), `${place} is named: ${msg}`);
  }));

test("with the exchange's file and the other cards the configuration is whole", async () =>
  withFolder(async (folder) => {
    const others = await Promise.all(
      [1, 2, 3].map((byte) => cardOf(new Uint8Array(32).fill(byte), [`/ip4/127.0.0.1/tcp/${4000 + byte}`])),
    );
    const path = await writeExchange(folder, {
      batches: { epoch: 5 },
      prices: { kind: "file", path: "prices.json" },
      validators: others,
      registry: `0x${"ab".repeat(20)}`,
    });
    const home = join(folder, "validator");
    const made = await init("--folder", home, "--exchange", path);
    assert.is(made.status, 0, made.error);
    const config = await readConfig(join(home, "node.json"));
    assert.is(config.batches?.epoch, 5);
    assert.is(config.set?.registry, `0x${"ab".repeat(20)}`);
    assert.is(config.circuits.tiers[0]!.verifyingKey, join(folder, "key.json"));
    assert.equal(config.prices, { kind: "file", path: join(folder, "prices.json") });
    assert.equal(config.settlement!.validatorKey, { file: join(home, "validator.key") });
    const addresses = config.set!.validators.map(({ address }) => address);
    assert.is(addresses.length, 4);
    assert.equal(addresses, [...addresses].sort(), "everybody's list has the same order");
  }));

test("says how deep a block is final; on a chain that is not this machine's, only its operator can", async () =>
  withFolder(async (folder) => {
    const parts = { batches: { epoch: 5 }, prices: { kind: "none" }, validators: [] };
    const initAt = async (name: string, more: object): Promise<string> => {
      const path = await writeExchange(folder, { ...parts, ...more });
      const { status, error } = await initHere("--folder", join(folder, name), "--exchange", path);
      assert.is(status, 0, error);
      return join(folder, name, "node.json");
    };
    assert.is((await readConfig(await initAt("local", {}))).settlement!.finalityBlocks, 2);
    const elsewhere = { exchange: { ...exchange, chainId: 8453 } };
    const unsaid = await readConfig(await initAt("unsaid", elsewhere)).catch((error: Error) => error.message);
    assert.match(String(unsaid), /not filled in yet:\n {2}\/settlement\/finalityBlocks: blocks on top/);
    const said = { ...elsewhere, settlement: { ...settlement, finalityBlocks: 64 } };
    assert.is((await readConfig(await initAt("said", said))).settlement!.finalityBlocks, 64);
  }));

test("makes nothing when something is wrong, and says what", async () =>
  withFolder(async (folder) => {
    const home = join(folder, "validator");
    const wrong = async (reason: RegExp, ...args: string[]): Promise<void> => {
      const { status, error } = await initHere("--folder", home, ...args);
      assert.is(status, 2, error);
      assert.match(error, reason);
      assert.not.ok((await readdir(folder)).includes("validator"), "the folder was made all the same");
    };
    await wrong(/no TCP multiaddr/, "--listen", "127.0.0.1:4710");
    await wrong(/--announce/, "--listen", "/ip4/0.0.0.0/tcp/4710");
    await wrong(/nowhere\.json/, "--exchange", join(folder, "nowhere.json"));
    const path = await writeExchange(folder, { batches: { epoch: 5 } });
    await wrong(/--epoch says 6/, "--exchange", path, "--epoch", "6");
    await wrong(/unknown key prise/, "--exchange", await writeExchange(folder, { prise: 1 }));
    const mistaken = { ...exchange, requestFee: 3, chainID: 1 };
    await wrong(
      /\/exchange: unknown key chainID/,
      "--exchange",
      await writeExchange(folder, { exchange: mistaken }),
    );
    await wrong(/\/exchange\/requestFee/, "--exchange", await writeExchange(folder, { exchange: mistaken }));
  }));

test("a folder that holds somebody's database is left alone", async () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "data"));
    const { status, error } = await initHere("--folder", folder);
    assert.is(status, 2);
    assert.match(error, /data is there already/);
    assert.equal(await readdir(folder), ["data"]);
  }));

test("a node whose card is another one's does not start", async () =>
  withFolder(async (folder) => {
    const key = new Uint8Array(32).fill(9);
    const card = await cardOf(key, ["/ip4/127.0.0.1/tcp/4998"]);
    const start = async (own: ValidatorCard): Promise<string> => {
      const path = join(folder, "node.json");
      const config = {
        ...nodeConfig(),
        set: { validators: [own], listen: ["/ip4/127.0.0.1/tcp/0"] },
        settlement: { ...settlement, submitterKey: { env: "KEY" }, validatorKey: { env: "KEY" } },
      };
      await writeFile(path, JSON.stringify(config));
      await writeFile(join(folder, "key.json"), JSON.stringify(inventedVerifyingKey()));
      const node = new NodeProcess(path, { KEY: Buffer.from(key).toString("hex") });
      assert.is(await node.ended, 2);
      return node.lines.at(-1)!.msg;
    };
    const other = await cardOf(new Uint8Array(32).fill(8), ["/ip4/127.0.0.1/tcp/4998"]);
    assert.match(await start({ ...card, address: other.address }), /is none of the set's/);
    assert.match(await start({ ...card, peerId: other.peerId }), /peer id/);
  }));

test.run();
