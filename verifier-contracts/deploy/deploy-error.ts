type DeployErrorCode =
  | "development-key-off-local-chain"
  | "development-token-off-local-chain"
  | "no-queue-fee"
  | "not-a-token"
  | "too-many-decimals"
  | "wrong-account-depth"
  | "wrong-public-inputs"
  | "wrong-tiers"
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
