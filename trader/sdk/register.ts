import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { approveRequest, type CollateralOptions } from "./collateral.ts";
import { contractCall } from "./contract-call.ts";

export interface RegisterOptions extends CollateralOptions {
  /** Hash of the owner key, see `deriveKey`. */
  readonly keyHash: bigint;
}

/**
 * Opens an account with its first deposit. It trades once the sequencer has taken the request from the chain.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { deriveKey } from "./derive-key.ts";
 * import { register } from "./register.ts";
 *
 * // In a program: const wallet = new Wallet(privateKey, await connectChain({ url }));
 * const { wallet, exchange } = globalThis.exampleChain;
 * const owner = await deriveKey({ wallet, chainId: 31337n, exchange, purpose: "owner" });
 * const { account } = await register({ exchange, signer: wallet, quanta: 5_000_000_000n, keyHash: owner.hash });
 * equal(account, 1);
 */
export async function register(
  options: RegisterOptions,
): Promise<{ account: number; firstRequest: number; transaction: string }> {
  const { exchange, signer, quanta, keyHash } = options;
  await approveRequest("register", options);
  const { account, firstRequest, receipt } = await contractCall(() =>
    new ExchangeContract(exchange, signer).register(quanta, keyHash),
  );
  return { account, firstRequest, transaction: receipt.hash };
}
