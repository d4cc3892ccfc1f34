/** Calls of a contract: refusals as `ContractRefused`, transactions awaited until they are in a block. */
import type { Contract, ContractTransactionResponse, Provider, TransactionReceipt } from "ethers";
import { withRefusals } from "./refusal.ts";

type Method = (...args: unknown[]) => Promise<ContractTransactionResponse>;

/** What a view answers, at the latest block unless told otherwise. */
export async function view(
  contract: Contract,
  name: string,
  args: readonly unknown[] = [],
  blockTag?: number | string,
): Promise<unknown> {
  const overrides = blockTag === undefined ? [] : [{ blockTag }];
  return await withRefusals(() => contract.getFunction(name).staticCall(...args, ...overrides));
}

export async function send(
  contract: Contract,
  name: string,
  args: readonly unknown[],
): Promise<TransactionReceipt> {
  return await withRefusals(async () => {
    const method = contract.getFunction(name) as unknown as Method;
    const response = await method(...args);
    const receipt = await response.wait();
    if (!receipt) throw new Error(`transaction ${response.hash} was dropped`);
    return receipt;
  });
}

export function providerOf(contract: Contract): Provider {
  const provider = contract.runner?.provider;
  if (!provider) throw new Error("the contract has no provider");
  return provider;
}
