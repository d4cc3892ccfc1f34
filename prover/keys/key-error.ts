export type KeyErrorCode =
  /** The file is not an r1cs file of this curve, or is cut short. */
  | "bad-r1cs"
  /** More constraints than the curve's largest evaluation domain (2^27) holds. */
  | "circuit-too-large"
  /** The verifying key is not a Groth16 key over bn128 of the expected shape. */
  | "bad-verifying-key"
  /** A coordinate is not a reduced field element. */
  | "coordinate-out-of-range"
  /** A point of the verifying key is not on its curve. */
  | "point-off-curve"
  /** A point of the verifying key is on the curve but outside the subgroup of prime order. */
  | "point-outside-subgroup"
  /** A point of the verifying key is the point at infinity. */
  | "point-at-infinity"
  /** gamma = delta: anybody can forge proofs; what a set-up without a contribution yields. */
  | "gamma-equals-delta"
  /** Two other points are equal or generators where a set-up would never yield that. */
  | "degenerate-key"
  /** A ceremony directory lacks a file or was used out of order. */
  | "ceremony-out-of-order"
  /** snarkjs refused a step of the ceremony. */
  | "ceremony-refused"
  /** What was rebuilt differs from what is recorded; the message names it. */
  | "key-mismatch"
  /** The name cannot be a Solidity contract. */
  | "bad-contract-name";

/** Why a key was not made, or not accepted. */
export class KeyError extends Error {
  constructor(
    readonly code: KeyErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "KeyError";
  }
}
