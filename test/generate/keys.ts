/** Names of the keys in a generated history, and how a history learns their hashes. */
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";

/** A key pair of an account; trading keys are told apart by the version they get. */
export interface KeyName {
  readonly account: number;
  readonly key: "owner" | "trading";
  /** 0 for the owner key. */
  readonly version: number;
}

export interface KeyHashes {
  hashOf(name: KeyName): bigint;
}

/** Distinct numbers in place of hashes, for tests that verify no signature. */
export const numberedKeys: KeyHashes = {
  hashOf: ({ account, key, version }) => {
    const number = (BigInt(account) << 20n) + (key === "owner" ? 0n : BigInt(version + 1));
    return (
      ((number + 1n) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95n) % FIELD_MODULUS
    );
  },
};
