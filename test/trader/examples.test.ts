/** Every `@example` of the SDK is run as it stands: an example that no longer works fails here. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { register } from "tsx/esm/api";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DevWallet, devWallet } from "../../trader/devnet/dev-wallet.ts";
import { waitForQueue } from "../../trader/devnet/traders.ts";
import { createClient } from "../../trader/sdk/client.ts";
import { mintFor } from "../../trader/sdk/collateral.ts";
import { connectChain } from "../../trader/sdk/connect-chain.ts";
import { deriveKey } from "../../trader/sdk/derive-key.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { localExchange, MARKETS } from "./local-exchange.ts";

const SDK = new URL("../../trader/sdk/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "proofbook-examples-"));

/** The code of the examples in a file's comments. */
function examplesIn(source: string): string[] {
  const examples: string[] = [];
  for (const [comment] of source.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const at = comment.indexOf("@example\n");
    if (at === -1) continue;
    const code = comment.slice(at + "@example\n".length, -2);
    examples.push(code.replace(/^\s*\* ?/gm, "").trim());
  }
  return examples;
}

/** Relative imports mean the SDK's folder, packages mean the project's. */
const rooted = (code: string): string =>
  code
    .replace(/from "(\.[^"]+)"/g, (_, path: string) => `from "${new URL(path, SDK).href}"`)
    .replace(/from "(ethers)"/g, (_, name: string) => `from "${import.meta.resolve(name)}"`);

// Examples are TypeScript, loaded one by one from where they are written to.
register();

// What examples talk to: a local exchange, with a wallet that has collateral.
const local = await localExchange();
const provider = await connectChain({ url: local.rpc });
const wallet = devWallet(DevWallet.firstTrader).connect(provider);
const { exchange } = local;
await mintFor("register", { exchange, signer: wallet, quanta: 10n ** 12n });
const key = await deriveKey({ wallet, chainId: 31337n, exchange, purpose: "owner" });
const client = createClient({ url: local.api });
Object.assign(globalThis, {
  exampleChain: { wallet, exchange },
  exampleExchange: { client, key, units: MARKETS[0] },
});

let found = 0;
// Opening the account comes first: others trade with it.
const files = readdirSync(SDK).filter((name) => name.endsWith(".ts") && name !== "register.ts");
for (const file of ["register.ts", ...files])
  examplesIn(readFileSync(new URL(file, SDK), "utf8")).forEach((code, index) => {
    found += 1;
    test(`${file}, example ${index + 1}`, async () => {
      assert.match(code, /assert/, "an example asserts something");
      const path = join(folder, `${file.slice(0, -3)}-${index}.mts`);
      writeFileSync(path, rooted(code));
      await import(pathToFileURL(path).href);
      await waitForQueue(client, new ExchangeContract(exchange, provider));
    });
  });

test("there are examples", () => {
  assert.ok(found >= 10, `${found} examples found`);
});

test.after(async () => {
  provider.destroy();
  await local.stop();
  rmSync(folder, { recursive: true });
});

test.run();
