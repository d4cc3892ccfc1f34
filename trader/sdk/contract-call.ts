import { ContractRefused } from "../../verifier-contracts/refusal.ts";
import { TraderError } from "./trader-error.ts";

/** Runs a call of the exchange contract; a refusal becomes an error of the SDK. */
export async function contractCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!(cause instanceof ContractRefused)) throw cause;
    const { code, ...facts } = cause.refusal;
    throw new TraderError("CONTRACT_REFUSED", {
      message: `the contract refused: ${cause.message}`,
      reason: code,
      facts: facts,
      cause,
    });
  }
}
