/** The registry as its operators speak with it: wallet, stake token, refusals that say what to do. */
import { Contract, type ContractTransactionResponse, type JsonRpcProvider } from "ethers";
import { TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { withRefusals } from "../../verifier-contracts/refusal.ts";
import { type RegistryContract, registryOf } from "../../verifier-contracts/registry.ts";
import { contractCall } from "../sdk/contract-call.ts";
import { TraderError } from "../sdk/trader-error.ts";
import type { Context } from "./context.ts";
import type { OwnerWallet } from "./wallet.ts";

export interface RegistryView {
  readonly registry: RegistryContract;
  readonly exchange: ExchangeContract;
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
  readonly token: { readonly address: string; readonly decimals: number; readonly symbol: string };
}

/** Throws `BAD_CONFIG` where nobody stakes. */
export async function openRegistry(context: Context): Promise<RegistryView> {
  const { provider, exchange: address, chainId } = await context.contract();
  const exchange = new ExchangeContract(address, provider);
  const registry = await registryOf(exchange, provider);
  if (registry === undefined)
    throw new TraderError("BAD_CONFIG", {
      message: `the exchange ${address} has a fixed set of validators: nobody joins or leaves`,
      whatToDo: "Stakes exist where the exchange was deployed with a registry.",
    });
  const tokenAddress = await registry.token();
  const token = new Contract(tokenAddress, TOKEN_ABI, provider);
  const [decimals, symbol] = await Promise.all([
    token.getFunction("decimals")() as Promise<bigint>,
    token.getFunction("symbol")() as Promise<string>,
  ]);
  return {
    ...{ registry, exchange, provider, chainId },
    token: { address: tokenAddress, decimals: Number(decimals), symbol },
  };
}

export interface OwnedRegistry extends RegistryView {
  readonly owner: OwnerWallet;
}

/** The same with the wallet that pays. */
export async function openOwnedRegistry(context: Context): Promise<OwnedRegistry> {
  const [wallet, view] = await Promise.all([context.wallet(), openRegistry(context)]);
  const owner = wallet.connect(view.provider) as OwnerWallet;
  return { ...view, owner, registry: view.registry.connect(owner) };
}

/** Lets the registry take an amount from the owner; `mint` makes it first, on local chains. */
export async function approveStake(
  { owner, token: { address }, registry }: OwnedRegistry,
  amount: bigint,
  mint: boolean,
): Promise<void> {
  const token = new Contract(address, TOKEN_ABI, owner);
  const send = (name: string, ...args: unknown[]): Promise<unknown> =>
    contractCall(() =>
      withRefusals(async () => {
        await ((await token.getFunction(name)(...args)) as ContractTransactionResponse).wait();
      }),
    );
  if (mint) await send("mint", owner.address, amount);
  const allowance = (await token.getFunction("allowance")(owner.address, registry.address)) as bigint;
  if (allowance < amount) await send("approve", registry.address, amount);
}

const dateOf = (seconds: unknown): string => new Date(Number(seconds) * 1000).toISOString();

type Facts = Readonly<Record<string, unknown>>;

/** What an operator can do about a refusal, by its name in the contract. */
const WHAT_TO_DO: Readonly<Record<string, (facts: Facts) => string>> = {
  StillUnbonding: ({ until }) => `The stake is paid out from ${dateOf(until)} on.`,
  EpochNotOver: ({ epoch }) =>
    `It is a member of epoch ${epoch} until the next set has ordered a batch; keep its node running.`,
  BatchesUnproven: ({ needed, proven }) =>
    `Batches up to ${needed} have to be proven, ${proven} are. Proofs bring that, not time.`,
  TooEarlyToSeal: ({ from }) => `The next set may be sealed from ${dateOf(from)} on.`,
  TooFewCandidates: ({ candidates, needed }) =>
    `${candidates} candidates, ${needed} are needed: others must join.`,
  AlreadySealed: ({ epoch }) => `The set of epoch ${epoch} stands; it begins with its first batch.`,
  NothingCommitted: ({ since }) =>
    `Nothing was committed since ${dateOf(since)}. When the set commits again, or after a long silence, it is time.`,
  NotSilent: () => "Batches are committed; there is nothing to affirm. `validator status` has the time.",
  StakeTooSmall: ({ needed }) => `At least ${needed} quanta are needed now.`,
  SignerTaken: () => "A key joins once for ever. Make another key for another membership.",
  NoConsent: () => "The consent is for another owner, exchange or node key: make it anew.",
  NotTheOwner: () => "Use the wallet that staked for it.",
  NotACandidate: () => "It never joined, or has left already; `validator status` tells.",
  NothingToWithdraw: () =>
    "Only a validator that has left has a stake to withdraw; `validator status` tells.",
  InvalidReceiver: () => "What the registry pays to itself is nobody's: name another address.",
  NothingAtStake: () => "Its stake is gone already; there is nothing left to take.",
  NotAMember: () => "Only votes of members of that epoch count, and only those are punished.",
};

/** A call of the registry whose refusal says what to do. */
export async function registryCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await contractCall(call);
  } catch (error) {
    if (!(error instanceof TraderError) || error.reason === undefined) throw error;
    const whatToDo = WHAT_TO_DO[error.reason]?.(error.facts);
    if (whatToDo === undefined) throw error;
    const { code, shortMessage: message, reason, facts } = error;
    throw new TraderError(code, { message, reason, facts, whatToDo, cause: error });
  }
}
