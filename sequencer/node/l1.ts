/** The chain that a configuration names. */
import type { ChainLog } from "../chain/log.ts";
import { EndpointsProvider } from "../chain/provider.ts";
import type { NodeConfig } from "./config.ts";

/** Null where it names none. One for all of a node, so that what one part finds out of an endpoint the others need not. */
export function openL1(
  { exchange, settlement }: NodeConfig,
  log: Pick<ChainLog, "warn">,
): EndpointsProvider | null {
  if (settlement === undefined) return null;
  const { rpc, deploymentBlock: number, deploymentBlockHash: hash } = settlement;
  return new EndpointsProvider({
    urls: typeof rpc === "string" ? [rpc] : rpc,
    chainId: BigInt(exchange.chainId),
    known: { number, hash },
    log,
  });
}
