/** What every signed request names beside its own matter: the account, which of its keys signs, and a fresh nonce. */
export interface SignerFields {
  readonly account: number;
  readonly nonce: number;
  /** Version of the trading key that signs; left out when the owner's key does. */
  readonly tradingKeyVersion?: number | undefined;
}

interface KeyFields {
  readonly account: number;
  readonly nonce: number;
  readonly keySelector: number;
  readonly keyVersion: number;
}

/** The same as fields of the request word. */
export const keyFields = ({ account, nonce, tradingKeyVersion }: SignerFields): KeyFields => ({
  account,
  nonce,
  keySelector: tradingKeyVersion === undefined ? 0 : 1,
  keyVersion: tradingKeyVersion ?? 0,
});
