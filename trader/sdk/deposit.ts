import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { approveRequest, type CollateralOptions } from "./collateral.ts";
import { contractCall } from "./contract-call.ts";

export interface DepositOptions extends CollateralOptions {
  /** Anybody's. */
  readonly account: number;
}

/**
 * Adds collateral to an account.
 *
 * @example
 * import { rejects } from "node:assert/strict";
 * import { deposit } from "./deposit.ts";
 *
 * const { wallet, exchange } = globalThis.exampleChain;
 * const toNobody = deposit({ exchange, signer: wallet, quanta: 1_000_000n, account: 999 });
 * await rejects(toNobody, { code: "CONTRACT_REFUSED", reason: "NoSuchAccount" });
 */
export async function deposit(options: DepositOptions): Promise<{ request: number; transaction: string }> {
  const { exchange, signer, quanta, account } = options;
  await approveRequest("deposit", options);
  const { request, receipt } = await contractCall(() =>
    new ExchangeContract(exchange, signer).deposit(account, quanta),
  );
  return { request, transaction: receipt.hash };
}
