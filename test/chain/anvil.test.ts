/** The EVM node of development: a chain that goes on where it was stopped. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { is, not, ok } from "uvu/assert";
import { ANVIL_CHAIN_ID, anvilArguments, startAnvil } from "../../sequencer/chain/anvil.ts";
import { l1Provider } from "../../sequencer/chain/provider.ts";

const RICH = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const OTHER = "0x00000000000000000000000000000000000000aa";

test("goes on where it was stopped", async () => {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-anvil-"));
  const stateFile = join(folder, "chain.json");
  try {
    const first = await startAnvil({ stateFile });
    const before = l1Provider(first.url, ANVIL_CHAIN_ID);
    const hash: string = await before.send("eth_sendTransaction", [{ from: RICH, to: OTHER, value: "0x7" }]);
    const block = await before.getBlock("latest");
    is((await before.getTransactionReceipt(hash))?.blockHash, block?.hash);
    before.destroy();
    await first.stop();

    const second = await startAnvil({ stateFile });
    const after = l1Provider(second.url, ANVIL_CHAIN_ID);
    try {
      is(await after.getBalance(OTHER), 7n);
      is((await after.getBlock(block!.number))?.hash, block?.hash, "the same blocks, by hash");
      is((await after.getTransactionReceipt(hash))?.blockHash, block?.hash, "receipts, too");
    } finally {
      after.destroy();
      await second.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("two of them get ports of their own", async () => {
  const [one, two] = await Promise.all([startAnvil(), startAnvil()]);
  try {
    is.not(one.port, two.port);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
});

test("stopping twice is stopping once, and the end is told", async () => {
  const anvil = await startAnvil();
  await anvil.stop();
  await anvil.stop();
  await anvil.ended;
  not.ok(await fetch(anvil.url).then(ok, () => false));
});

test("a port that is taken is an error that says so", async () => {
  const anvil = await startAnvil();
  try {
    await startAnvil({ port: anvil.port });
    ok(false, "started twice");
  } catch (error) {
    ok(/ended with status|in use/.test(String(error)), String(error));
  } finally {
    await anvil.stop();
  }
});

test("blocks come in the asked rhythm", () => {
  const words = anvilArguments({ blockSeconds: 1, stateFile: "f", stateIntervalSeconds: 5, port: 8545 }).join(
    " ",
  );
  ok(words.includes("--block-time 1"));
  ok(words.includes("--state f"));
  ok(words.includes("--state-interval 5"));
  ok(words.includes("--port 8545"));
});

test.run();
