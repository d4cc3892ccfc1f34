/** A connection to an L1 node that neither caches nor waits for ever. */
import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import { RPC_TIMEOUT_MS } from "./limits.ts";

export function l1Provider(url: string, chainId: bigint): JsonRpcProvider {
  const request = new FetchRequest(url);
  request.timeout = RPC_TIMEOUT_MS;
  // A cached answer may be from before a reorganisation.
  return new JsonRpcProvider(request, chainId, { staticNetwork: Network.from(chainId), cacheTimeout: -1 });
}
