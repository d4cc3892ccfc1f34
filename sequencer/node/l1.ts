/** The chain that a configuration names. */
import type { ChainLog } from "../chain/log.ts";
import { EndpointsProvider } from "../chain/provider.ts";
import type { NodeConfig } from "./config.ts";

type Settled = Pick<NodeConfig, "exchange"> & { readonly settlement: NonNullable<NodeConfig["settlement"]> };

export function openL1({ exchange, settlement }: Settled, log: Pick<ChainLog, "warn">): EndpointsProvider {
  const { rpc, deploymentBlock: number, deploymentBlockHash: hash } = settlement;
  return new EndpointsProvider({
    urls: typeof rpc === "string" ? [rpc] : rpc,
    chainId: BigInt(exchange.chainId),
    known: { number, hash },
    log,
  });
}
