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

/** Words of the L1 queue that a request takes: for a registration, two of them for the key. */
export const QUEUE_WORDS = { register: 3, deposit: 1 } as const;

/** What a request takes from its signer: `quanta`, and the fee of its queued words. */
async function costOf(
  request: keyof typeof QUEUE_WORDS,
  { exchange, signer, quanta }: CollateralOptions,
): Promise<Quanta> {
  return quanta + BigInt(QUEUE_WORDS[request]) * (await new ExchangeContract(exchange, signer).queueFee());
}

/** Lets the exchange take what a request costs, where it may not already. */
export async function approveRequest(
  request: keyof typeof QUEUE_WORDS,
  options: CollateralOptions,
): Promise<void> {
  const { exchange, signer } = options;
  const needed = await costOf(request, options);
  const token = tokenAt(await new ExchangeContract(exchange, signer).collateral(), signer);
  const allowance = (await token.getFunction("allowance")(await signer.getAddress(), exchange)) as bigint;
  if (allowance < needed) await send(token, "approve", exchange, needed);
}

/** Makes development tokens for all that a request costs. Only the token of a local chain has this. */
export async function mintFor(request: keyof typeof QUEUE_WORDS, options: CollateralOptions): Promise<void> {
  const { exchange, signer } = options;
  const token = tokenAt(await new ExchangeContract(exchange, signer).collateral(), signer);
  await send(token, "mint", await signer.getAddress(), await costOf(request, options));
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
