type DeployErrorCode =
  /** A proving key whose secret is published: everybody can forge its proofs. */
  | "development-key-off-local-chain"
  /** Anybody mints the token, or none was named where one is needed. */
  | "development-token-off-local-chain"
  /** Nobody said what a word of the L1 queue costs, not even that it costs nothing. */
  | "no-queue-fee"
  /** Nothing at the address says how many decimals it has. */
  | "not-a-token"
  /** The vault's 64 bits of quanta would be next to nothing of the token. */
  | "too-many-decimals"
  /** No tree of accounts has this depth. */
  | "wrong-account-depth"
  /** The key is of a circuit that proves no batch. */
  | "wrong-public-inputs"
  /** There is no circuit, or they do not go up in steps. */
  | "wrong-tiers"
  /** The contract came to lie elsewhere than its first state and its keys say. */
  | "wrong-address";

/** Deployment was refused; nothing was sent, unless the code is `wrong-address`. */
export class DeployError extends Error {
  readonly code: DeployErrorCode;
  constructor(code: DeployErrorCode, message: string) {
    super(message);
    this.name = "DeployError";
    this.code = code;
  }
}
