/**
 * Where reading starts: just before the newest proven batch was committed, as far as the chain still has that
 * block, or else at the deployment; below the final block, or the first reorganisation would reach below the trail.
 * Checks on the way that this is the chain and the contract that the node is for.
 */
import type { Provider } from "ethers";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { ChainFaultError } from "./fault.ts";
import type { DeployedExchange, Settlements } from "./ports.ts";
import type { BlockMark } from "./trail.ts";

export interface AnchorParts {
  readonly provider: Provider;
  readonly exchange: ExchangeContract;
  readonly deployment: DeployedExchange;
  readonly settlements: Settlements;
  readonly finalityBlocks: number;
}

export async function findAnchor(parts: AnchorParts, head: BlockMark): Promise<BlockMark> {
  await checkChain(parts, head);
  const { provider, settlements, deployment, finalityBlocks } = parts;
  const newest = head.number - finalityBlocks + 1;
  for (let number = settlements.latestBatch(); number > 0; number--) {
    const view = await settlements.batchView(number);
    // Before the history of a node that joined by a snapshot.
    if (view === undefined) break;
    const { commit, prove } = view.settlement;
    if (commit === null || prove === null) continue;
    const block = await provider.getBlock(commit.block);
    if (block?.hash === commit.blockHash)
      return await before(provider, Math.max(deployment.blockNumber, Math.min(commit.block, newest)));
  }
  return await before(provider, deployment.blockNumber);
}

async function before(provider: Provider, number: number): Promise<BlockMark> {
  const block = await provider.getBlock(number);
  if (block === null) throw new Error(`no block ${number}`);
  return { number: number - 1, hash: block.parentHash };
}

async function checkChain({ provider, deployment }: AnchorParts, head: BlockMark): Promise<void> {
  const { chainId } = await provider.getNetwork();
  if (chainId !== deployment.chainId)
    throw new ChainFaultError("wrongChain", `the endpoint serves chain ${chainId}`, {
      expected: String(deployment.chainId),
      given: String(chainId),
    });
  // An endpoint that still catches up is no fault.
  if (head.number < deployment.blockNumber)
    throw new Error(`the chain ends at ${head.number}, before the deployment`);
  const block = await provider.getBlock(deployment.blockNumber);
  if (block?.hash !== deployment.blockHash)
    throw new ChainFaultError("wrongChain", "the block of the deployment is not part of this chain", {
      block: deployment.blockNumber,
      expected: deployment.blockHash,
      given: block?.hash ?? "none",
    });
}
