import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startChild } from "../../trader/devnet/child.ts";
import { DevnetError } from "../../trader/devnet/devnet-error.ts";
import { DEVNET_MARKETS } from "../../trader/devnet/devnet-markets.ts";
import {
  checkIdentity,
  clearFolder,
  marketsHash,
  openFolder,
  pathsOf,
  readManifest,
  writeManifest,
} from "../../trader/devnet/folder.ts";
import { lockFolder } from "../../trader/devnet/folder-lock.ts";
import { endOrphans, rememberChildren } from "../../trader/devnet/orphans.ts";

const folder = mkdtempSync(join(tmpdir(), "proofbook-folder-"));
const paths = pathsOf(folder);
const identity = {
  sequencers: 4,
  dimensions: { accountDepth: 3, orderDepth: 2, markets: 2 },
  tiers: [4],
  circuits: ["c0"],
  keys: ["k0"],
  markets: marketsHash(DEVNET_MARKETS),
};
const content = {
  identity,
  chainId: "31337",
  exchange: "0x0",
  collateral: "0x1",
  validatorSet: "0x3",
  genesisRoot: "5",
  genesisTime: 1,
  block: 7,
  blockHash: "0x2",
  validators: [],
};

async function refusal(work: () => Promise<unknown> | unknown): Promise<DevnetError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DevnetError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("what was written down is read again", async () => {
  assert.is(await readManifest(paths), undefined);
  const written = await writeManifest(paths, content);
  assert.equal(await readManifest(paths), written);
});

test("a changed byte is noticed and named", async () => {
  const path = join(folder, "devnet.json");
  const text = readFileSync(path, "utf8");
  for (const damaged of [text.replace('"block": 7', '"block": 8'), text.slice(0, 40), ""]) {
    writeFileSync(path, damaged);
    const { code, whatToDo } = await refusal(() => readManifest(paths));
    assert.is(code, "FOLDER_CORRUPT");
    assert.match(whatToDo!, /--fresh/);
  }
  writeFileSync(path, text);
});

test("other circuits, keys, tiers, dimensions or markets are named", async () => {
  const manifest = (await readManifest(paths))!;
  checkIdentity(manifest, identity);
  const cases = {
    circuits: { circuits: ["c1"] },
    "proving keys": { keys: ["k1"] },
    tiers: { tiers: [4, 16] },
    dimensions: { dimensions: { ...identity.dimensions, markets: 8 } },
    markets: { markets: marketsHash(DEVNET_MARKETS.slice(1)) },
  };
  for (const [name, other] of Object.entries(cases)) {
    const { code, message } = await refusal(() => checkIdentity(manifest, { ...identity, ...other }));
    assert.is(code, "FOLDER_MISMATCH");
    assert.match(message, `other ${name}`);
  }
});

test("a folder with something else in it is refused, and --fresh leaves that alone", async () => {
  const stranger = join(folder, "thesis.txt");
  writeFileSync(stranger, "ten years of work");
  const { code, message } = await refusal(() => openFolder(paths));
  assert.is(code, "FOLDER_CORRUPT");
  assert.match(message, /thesis\.txt/);
  await clearFolder(paths);
  assert.is(readFileSync(stranger, "utf8"), "ten years of work");
  rmSync(stranger);
  await openFolder(paths);
  assert.is(await readManifest(paths), undefined);
});

test("one devnet per folder; a lock of a process that is no more does not count", async () => {
  const unlock = await lockFolder(paths.lock);
  assert.is((await refusal(() => lockFolder(paths.lock))).code, "FOLDER_IN_USE");
  await unlock();
  // The largest process number of Linux: nobody has it here.
  writeFileSync(paths.lock, String(2 ** 22));
  await (await lockFolder(paths.lock))();
});

test("children of a killed devnet are ended; a recycled process number is not touched", async () => {
  await mkdir(paths.logs, { recursive: true });
  const forever = "setInterval(() => undefined, 1000)";
  const start = (name: string) =>
    startChild({ name, command: process.execPath, args: ["-e", forever], logs: paths.logs });
  const [ours, stranger] = [start("ours"), start("stranger")];
  const recycled = { name: "recycled", pid: stranger.pid, commandLine: "anvil --port 1" };
  await rememberChildren(paths.children, [ours, { ...stranger, ...recycled }]);
  assert.equal(await endOrphans(paths.children), ["ours"]);
  assert.is(await ours.ended, "signal SIGTERM");
  assert.ok(stranger.running);
  assert.equal(await endOrphans(paths.children), []);
  await stranger.stop(1000);
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
