/** The BN254 scalar field, in which states are hashed. */
export const FIELD_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** A signed integer as a field element. */
export const toField = (value: bigint): bigint => (value < 0n ? value + FIELD_MODULUS : value);

/** A key hash from its two payload words, reduced like a field element. */
export const keyFromHalves = (high: bigint, low: bigint): bigint => ((high << 128n) + low) % FIELD_MODULUS;
