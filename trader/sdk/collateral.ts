/** The collateral token on L1. */
import { Contract, type ContractRunner, type ContractTransactionResponse, type Signer } from "ethers";
import type { Quanta } from "../../sequencer/exchange/state.ts";
import { TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { withRefusals } from "../../verifier-contracts/refusal.ts";
import { contractCall } from "./contract-call.ts";

const tokenAt = (address: string, runner: ContractRunner): Contract =>
  new Contract(address, TOKEN_ABI, runner);

/** Sends and waits until it is in a block. */
async function send(token: Contract, name: string, ...args: unknown[]): Promise<void> {
  await contractCall(() =>
    withRefusals(async () => {
      const response = (await token.getFunction(name)(...args)) as ContractTransactionResponse;
      await response.wait();
    }),
  );
}

export interface CollateralOptions {
  /** Address of the exchange contract. */
  readonly exchange: string;
  readonly signer: Signer;
  readonly quanta: Quanta;
}

/** Lets the exchange take `quanta` from the signer, and what it takes for so many queued words, where it may not already. */
export async function approveRequest(
  { exchange, signer, quanta }: CollateralOptions,
  words: number,
): Promise<void> {
  const contract = new ExchangeContract(exchange, signer);
  const token = tokenAt(await contract.collateral(), signer);
  const needed = quanta + BigInt(words) * (await contract.queueFee());
  const allowance = (await token.getFunction("allowance")(await signer.getAddress(), exchange)) as bigint;
  if (allowance < needed) await send(token, "approve", exchange, needed);
}

/** Makes development tokens for the signer. Only the token of a local chain has this. */
export async function mintCollateral({ exchange, signer, quanta }: CollateralOptions): Promise<void> {
  const token = tokenAt(await new ExchangeContract(exchange, signer).collateral(), signer);
  await send(token, "mint", await signer.getAddress(), quanta);
}

/** What an address holds outside the exchange, and the token's decimals and symbol. */
export async function getCollateral(options: {
  readonly exchange: string;
  readonly runner: ContractRunner;
  readonly holder: string;
}): Promise<{ address: string; balance: Quanta; decimals: number; symbol: string }> {
  const { exchange, runner, holder } = options;
  const address = await new ExchangeContract(exchange, runner).collateral();
  const token = tokenAt(address, runner);
  const [balance, decimals, symbol] = await Promise.all([
    token.getFunction("balanceOf")(holder) as Promise<bigint>,
    token.getFunction("decimals")() as Promise<bigint>,
    token.getFunction("symbol")() as Promise<string>,
  ]);
  return { address, balance, decimals: Number(decimals), symbol };
}
