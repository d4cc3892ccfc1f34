/** The command line against a local exchange: mostly in this process, and as it is installed where that matters. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { run } from "../../trader/cli/run.ts";
import { localExchange, MARKETS } from "./local-exchange.ts";

const BIN = new URL("../../trader/cli/proofbook.mjs", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "proofbook-cli-"));
const local = await localExchange();
const config = join(folder, "proofbook.json");
writeFileSync(
  config,
  JSON.stringify({
    api: local.api,
    rpc: local.rpc,
    exchange: local.exchange,
    markets: MARKETS.map(({ symbol, tickSize, lotSize }) => ({ symbol, tickSize, lotSize })),
  }),
);

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** The installed command in a process of its own. */
function spawned(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env.PATH ?? "", ...env } };
    execFile(process.execPath, [BIN, ...args], options, (error, out, complaint) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, out, error: complaint });
    });
  });
}

async function proofbook(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  let [out, error] = ["", ""];
  const status = await run({
    argv: args,
    env: { PROOFBOOK_CONFIG: config, ...env },
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { status, out, error };
}

/** With `--json`; throws when it did not end with the status. */
// biome-ignore lint/suspicious/noExplicitAny: commands answer in many shapes
async function json(args: readonly string[], status = 0): Promise<any> {
  const ended = await proofbook(["--json", ...args]);
  assert.is(ended.status, status, `${args.join(" ")}\n${ended.out}${ended.error}`);
  return JSON.parse(ended.out);
}

test("help names every command and the exit statuses", async () => {
  const { status, out } = await spawned(["--help"]);
  assert.is(status, 0);
  for (const name of ["key", "register", "deposit", "place", "cancel", "cancel-all", "set-trading-key"])
    assert.match(out, new RegExp(`^ {2}${name}\\b`, "m"));
  for (const name of [
    "transfer",
    "withdraw",
    "claim",
    "book",
    "account",
    "orders",
    "fills",
    "batches",
    "prove",
    "artefacts",
  ])
    assert.match(out, new RegExp(`^ {2}${name}\\b`, "m"));
  assert.match(out, /Exit status: 0 done;/);
});

test("what nobody reads any more, as under | head, is no trouble", async () => {
  const child = spawn(process.execPath, [BIN, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let error = "";
  child.stderr.on("data", (chunk: Buffer) => {
    error += chunk;
  });
  const ended = await once(child, "close");
  assert.equal([...ended, error], [0, null, ""]);
});

test("a misspelt command ends with status 2 and a suggestion", async () => {
  const { status, error } = await spawned(["plcae"]);
  assert.is(status, 2);
  assert.match(error, /Did you mean place\?/);
});

test("a misspelt key in the configuration is refused, not ignored", async () => {
  const path = join(folder, "misspelt.json");
  writeFileSync(path, '{"apii":"http://127.0.0.1:1"}');
  const { status, error } = await proofbook(["--config", path, "markets"]);
  assert.is(status, 2);
  assert.match(error, /BAD_CONFIG: .*unknown apii/);
});

test("as it is installed, it finds proofbook.json in the folder where it is called", async () => {
  const { status, out } = await spawned(["--json", "markets"]);
  assert.is(status, 0);
  assert.is(JSON.parse(out).markets.length, MARKETS.length);
  const failed = await spawned(["place", "BTC-USD", "buy", "0.01", "63000"]);
  assert.is(failed.status, 2);
  assert.match(failed.error, /NO_WALLET: no wallet was named\nUse --keystore/);
});

test("nobody at the address: status 3, and what to do", async () => {
  const { error } = await json(["--api", "http://127.0.0.1:1", "markets"], 3);
  assert.is(error.code, "UNREACHABLE");
  assert.match(error.whatToDo, /npm start/);
});

test("a price between ticks or a size between lots is refused before anything is asked", async () => {
  const session = ["--dev-wallet", "5"];
  await json([...session, "register", "10000", "--mint"]);
  const offTick = await json([...session, "place", "BTC-USD", "buy", "0.01", "63000.3"], 2);
  assert.is(offTick.error.code, "OFF_TICK");
  const offLot = await json([...session, "place", "BTC-USD", "buy", "0.010001", "63000"], 2);
  assert.is(offLot.error.code, "OFF_LOT");
  assert.is((await json(["account", "1"])).collateral, "10000000000");
});

test("no wallet, an unknown market, a bad argument: status 2", async () => {
  assert.is((await json(["orders"], 2)).error.code, "NO_WALLET");
  assert.is((await json(["book", "DOGE-BTC"], 2)).error.code, "UNKNOWN_MARKET");
  assert.is((await proofbook(["cancel", "x"])).status, 2);
  assert.is((await json(["--dev-wallet", "8", "orders"], 2)).error.code, "NO_ACCOUNT");
});

test("orders rest, fill, are cancelled; a rule's refusal ends with status 5, one at the door with 4", async () => {
  const [maker, taker] = [
    ["--dev-wallet", "5"],
    ["--dev-wallet", "6"],
  ] as const;
  const { account } = await json([...taker, "register", "5000", "--mint"]);
  assert.is(account, 2);
  const ask = await json([...maker, "place", "BTC-USD", "sell", "0.01", "64100", "--post-only"]);
  assert.is(ask.receipt.order, "open");
  const bid = await json([...maker, "place", "BTC-USD", "buy", "0.02", "63900"]);
  assert.is.not(bid.slot, ask.slot);
  const { asks, bids } = await json(["book", "BTC-USD"]);
  assert.equal([asks.length, bids.length], [1, 1]);

  const take = await json([...taker, "place", "BTC-USD", "buy", "0.004", "64200", "--immediate"]);
  assert.is(take.receipt.filled, 2000);
  const { fills } = await json([...taker, "fills"]);
  assert.equal([fills.length, fills[0].lots, fills[0].price], [1, 2000, 128_200]);
  assert.is((await json([...taker, "account"])).positions[0].size, 2000);

  const crossing = await json([...taker, "place", "BTC-USD", "buy", "0.01", "64100", "--post-only"], 5);
  assert.is(crossing.error.reason, "wouldCross");
  const expired = await json([...taker, "place", "BTC-USD", "buy", "0.01", "63000", "--expires", "5"], 4);
  assert.is(expired.error.reason, "expired");

  await json([...maker, "cancel", String(bid.slot)]);
  assert.is((await json([...maker, "orders"])).orders.length, 1);
  await json([...maker, "cancel-all"]);
  assert.is((await json([...maker, "orders"])).orders.length, 0);
  const text = await proofbook(["book", "BTC-USD"]);
  assert.match(text.out, /^BTC-USD {2}oracle 64000.0\n/);
});

test("a trading key signs within its scope", async () => {
  const owner = ["--dev-wallet", "5"];
  await json([...owner, "set-trading-key", "--index", "3", "--scope", "place", "--expires", "1h"]);
  const trading = [...owner, "--key", "trading", "--key-index", "3"];
  const placed = await json([...trading, "place", "ETH-USD", "buy", "1", "2400"]);
  assert.is(placed.receipt.outcome, "accepted");
  assert.is((await json([...trading, "withdraw", "1"], 4)).error.reason, "outOfScope");
  assert.is((await json([...owner, "--key", "trading", "orders"])).orders.length, 1);
  assert.is((await json([...owner, "--key", "trading", "cancel-all"], 2)).error.code, "WRONG_KEY");
});

test("a withdrawal is claimed on the chain once its batch is proven, and only once", async () => {
  const owner = ["--dev-wallet", "6"];
  await json([...owner, "transfer", "1", "2.5"]);
  const early = await json([...owner, "claim"], 6);
  assert.is(early.error.reason, "NothingToClaim");
  const { receipt } = await json([...owner, "withdraw", "100"]);
  await local.settle();
  const batch = await json(["batches", String(receipt.batch)]);
  assert.is(batch.state, "proven");
  const claimed = await json([...owner, "claim"]);
  assert.is(claimed.quanta, "100000000");
  assert.is((await json([...owner, "claim"], 6)).error.reason, "NothingToClaim");
  const waited = await json([...owner, "deposit", "7", "--mint"]);
  assert.is(waited.account, 2);
});

test("a keystore is made once, is private, and opens with its password", async () => {
  const path = join(folder, "wallet.json");
  const env = { PROOFBOOK_PASSWORD: "correct horse" };
  const made = await proofbook(["--json", "key", "new", path], env);
  assert.is(made.status, 0, made.error);
  assert.is((await proofbook(["key", "new", path], env)).status, 2);
  const shown = await proofbook(["--json", "--keystore", path, "key", "show"], env);
  assert.is(JSON.parse(shown.out).address, JSON.parse(made.out).address);
  assert.is.not(JSON.parse(shown.out).hash, "0");
  const wrong = await proofbook(["--keystore", path, "key", "show"], { PROOFBOOK_PASSWORD: "no" });
  assert.is(wrong.status, 2);
  assert.not.match(readFileSync(path, "utf8"), /correct horse/);
});

test("several nodes: the next one answers when one is gone, from flags and from a list in the file", async () => {
  const gone = "http://127.0.0.1:1";
  const flags = ["--api", gone, "--api", local.api];
  assert.is((await proofbook(["--config", config, ...flags, "--json", "markets"])).status, 0);
  const path = join(folder, "several.json");
  const known = JSON.parse(readFileSync(config, "utf8")) as object;
  writeFileSync(path, JSON.stringify({ ...known, api: [gone, local.api] }));
  assert.is((await proofbook(["--config", path, "--json", "markets"])).status, 0);
  const env = { PROOFBOOK_API: `${gone},${local.api}` };
  assert.is((await proofbook(["--config", config, "--json", "markets"], env)).status, 0);
  writeFileSync(path, JSON.stringify({ ...known, api: [] }));
  assert.is((await proofbook(["--config", path, "markets"])).status, 2);
});

test("a contract other than the pinned one is refused", async () => {
  const path = join(folder, "pinned.json");
  writeFileSync(path, JSON.stringify({ api: local.api, exchange: `0x${"11".repeat(20)}` }));
  const { status, error } = await proofbook(["--config", path, "--dev-wallet", "5", "key", "show"]);
  assert.is(status, 2, error);
  assert.match(error, /the configuration names 0x1111/);
});

test.after(async () => {
  await local.stop();
  rmSync(folder, { recursive: true });
});

test.run();
