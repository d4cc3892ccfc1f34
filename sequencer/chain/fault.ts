/** Why the chain side stopped for good: a person has to look. Anything else is retried. */
export type ChainFaultCode =
  /** Blocks that counted as final are gone; deposits from them may have been traded already. */
  | "reorgBeyondFinality"
  /** The RPC endpoint is another chain, or the address holds no exchange. */
  | "wrongChain"
  | "wrongContract"
  /** The contract was deployed for another first state. */
  | "wrongGenesis"
  /** The contract knows fewer L1 requests or batches than this node has consumed or cut. */
  | "behindNode"
  /** The contract's root is not the one that the next batch starts from. */
  | "rootMismatch"
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
