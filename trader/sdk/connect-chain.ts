import { JsonRpcProvider } from "ethers";
import { TraderError } from "./trader-error.ts";

/** ethers asks for receipts every four seconds unless told otherwise; a local chain has them at once. */
const POLL_MS = 500;

/**
 * The chain behind an RPC address, checked to be the one that is meant.
 *
 * @example
 * import { rejects } from "node:assert/strict";
 * import { connectChain } from "./connect-chain.ts";
 *
 * await rejects(connectChain({ url: "http://127.0.0.1:1", chainId: 31337n }), { code: "UNREACHABLE" });
 */
export async function connectChain(options: {
  readonly url: string;
  /** The chain that the exchange lives on. */
  readonly chainId?: bigint | undefined;
}): Promise<JsonRpcProvider> {
  const { url, chainId } = options;
  // No cache of answers: two transactions right after one another must not get the same nonce.
  const settings = { cacheTimeout: -1, pollingInterval: POLL_MS, batchMaxCount: 1 };
  let found: bigint;
  try {
    const probe = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
      signal: AbortSignal.timeout(15_000),
    });
    found = BigInt(((await probe.json()) as { result: string }).result);
  } catch (cause) {
    throw new TraderError("UNREACHABLE", {
      message: `no chain answers at ${url}`,
      whatToDo: "Check the RPC address (--rpc).",
      cause,
    });
  }
  if (chainId !== undefined && found !== chainId)
    throw new TraderError("WRONG_CHAIN", {
      message: `${url} is chain ${found}, the exchange lives on chain ${chainId}`,
      facts: { found: String(found), expected: String(chainId) },
    });
  return new JsonRpcProvider(url, found, { ...settings, staticNetwork: true });
}
