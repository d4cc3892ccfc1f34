/** Why the chain side stopped for good: a person has to look. Anything else is retried. */
export type ChainFaultCode =
  /** Blocks that counted as final are gone; deposits from them may have been traded already. */
  | "reorgBeyondFinality"
  /** The RPC endpoint serves another chain than the one that the exchange was deployed on. */
  | "wrongChain"
  /** The contract's root is not the one that the next batch starts from. */
  | "rootMismatch"
  /** The signer refuses the next batch: it signed something else under its number, or does not know it. */
  | "unsigned"
  /** The next batch's time is too far in the past for the contract; it can never be committed. */
  | "batchTooOld"
  /** The contract refuses the batch or the proof for a reason that waiting does not mend. */
  | "refused";

export interface ChainFault {
  readonly code: ChainFaultCode;
  readonly message: string;
  /** JSON values. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Thrown inside the chain side, ends its loops. */
export class ChainFaultError extends Error {
  readonly fault: ChainFault;

  constructor(code: ChainFaultCode, message: string, facts: ChainFault["facts"] = {}) {
    super(`${code}: ${message}`);
    this.name = "ChainFaultError";
    this.fault = { code, message, facts };
  }
}
