/** L1's address may be kept where the keys are, and there may be several. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readSettlement } from "./read-settlement.ts";

const ADDRESS = "https://eth.example/v2/key-of-an-account";

/** As a node has it, or what is wrong with it. */
async function rpcOf(rpc: unknown): Promise<string | readonly string[]> {
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
    assert.match(String(await rpcOf(rpc)), "/settlement/rpc");
  assert.match(String(await rpcOf({ env: "NOWHERE" })), /NOWHERE is not set/);
});

test("a list names up to four, each in its own way and none twice", async () => {
  const other = "https://other.example/";
  assert.equal(await rpcOf([other, { file: "rpc.secret" }]), [other, ADDRESS]);
  assert.equal(await rpcOf([{ env: "RPC" }]), [ADDRESS]);
  const five = [1, 2, 3, 4, 5].map((n) => `${other}${n}`);
  assert.equal(await rpcOf(five.slice(1)), five.slice(1));
  for (const rpc of [[], five, [other, other], [ADDRESS, { env: "RPC" }], [other, 7], [other, ""], [[other]]])
    assert.match(String(await rpcOf(rpc)), "/settlement/rpc");
  assert.match(String(await rpcOf([other, { env: "NOWHERE" }])), /NOWHERE is not set/);
});

test.run();
