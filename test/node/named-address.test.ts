/** L1's address may be kept where the keys are. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readSettlement } from "./read-settlement.ts";

const ADDRESS = "https://eth.example/v2/key-of-an-account";

/** As a node has it, or what is wrong with it. */
async function rpcOf(rpc: unknown): Promise<string> {
  const settlement = await readSettlement({
    settlement: { rpc },
    env: { RPC: ADDRESS },
    prepare: (folder) => writeFile(join(folder, "rpc.secret"), `${ADDRESS}\n`),
  });
  return typeof settlement === "string" ? settlement : settlement.rpc;
}

test("written down, in a file beside the configuration, or in the environment: it is the same address", async () => {
  for (const rpc of [ADDRESS, { file: "rpc.secret" }, { env: "RPC" }]) assert.is(await rpcOf(rpc), ADDRESS);
});

test("what is neither an address nor the name of one is refused by its place", async () => {
  for (const rpc of [7, "", null, {}, { env: "RPC", file: "rpc.secret" }])
    assert.match(await rpcOf(rpc), "/settlement/rpc");
  assert.match(await rpcOf({ env: "NOWHERE" }), /NOWHERE is not set/);
});

test.run();
