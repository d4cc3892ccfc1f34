/** What L1 has proven, by this node's own look at it: what another node says of that is worth nothing. */
import type { Provider } from "ethers";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { ProvenBatch } from "./check-head.ts";

export interface L1Look {
  readonly provider: Pick<Provider, "getBlockNumber">;
  readonly exchange: Pick<ExchangeContract, "state">;
  readonly deploymentBlock: number;
  /** Blocks on top of one before what it says counts: those of the L1 queue. */
  readonly finalityBlocks: number;
}

/** Null while nothing is proven and final. */
export async function provenOnL1(look: L1Look): Promise<ProvenBatch | null> {
  const final = (await look.provider.getBlockNumber()) - look.finalityBlocks;
  if (final < look.deploymentBlock) return null;
  const { provenBatches, provenRoot } = await look.exchange.state(final);
  return provenBatches === 0 ? null : { batch: provenBatches, root: provenRoot };
}
