import type { Signer } from "ethers";
import type { Quanta } from "../../sequencer/exchange/state.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { contractCall } from "./contract-call.ts";

export interface ClaimOptions {
  readonly exchange: string;
  readonly signer: Signer;
  readonly account: number;
  /** Where it goes; to the account's owner when left out. Only the owner may say so. */
  readonly to?: string | undefined;
}

/**
 * Fetches what proven withdrawals made claimable.
 *
 * @example
 * import { rejects } from "node:assert/strict";
 * import { claim } from "./claim.ts";
 *
 * const { wallet, exchange } = globalThis.exampleChain;
 * const nothing = claim({ exchange, signer: wallet, account: 1 });
 * await rejects(nothing, { code: "CONTRACT_REFUSED", reason: "NothingToClaim" });
 */
export async function claim(options: ClaimOptions): Promise<{ quanta: Quanta; transaction: string }> {
  const { exchange, signer, account, to } = options;
  const { amount, receipt } = await contractCall(() =>
    new ExchangeContract(exchange, signer).claim(account, to),
  );
  return { quanta: amount, transaction: receipt.hash };
}
