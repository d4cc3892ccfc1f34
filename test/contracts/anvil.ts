/** A real EVM node for a test: its own port, gone with the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";

const MNEMONIC = "test test test test test test test test test test test junk";
const LISTENING = /Listening on (\S+)/;

export interface Anvil {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  /** One of ten funded accounts. */
  wallet(index: number): HDNodeWallet;
  stop(): Promise<void>;
}

function listening(node: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    node.stdout!.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const match = LISTENING.exec(output);
      if (match) resolve(match[1]!);
    });
    node.once("error", reject);
    node.once("exit", (status) => reject(new Error(`anvil ended with ${status}: ${output}`)));
  });
}

export async function startAnvil(chainId = 31337): Promise<Anvil> {
  const root = dirname(createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json"));
  const args = [join(root, "bin.mjs"), "--port", "0", "--chain-id", String(chainId), "--mnemonic", MNEMONIC];
  const env = { ...process.env, TARGET_TOOL: "anvil" };
  const node = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"], env });
  const url = `http://${await listening(node)}`;
  const provider = new JsonRpcProvider(url, chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 20,
  });
  const mnemonic = Mnemonic.fromPhrase(MNEMONIC);
  return {
    url,
    provider,
    wallet: (index) =>
      HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`).connect(provider) as HDNodeWallet,
    stop: async () => {
      provider.destroy();
      node.kill("SIGTERM");
      if (node.exitCode === null && node.signalCode === null) await once(node, "exit");
    },
  };
}
