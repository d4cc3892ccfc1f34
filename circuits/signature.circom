pragma circom 2.2.0;
include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/eddsaposeidon.circom";
include "hash.circom";

// The request was signed by the key whose hash the account holds: S*B8 = R8 + h*8A, with
// message = H(domain, word, payloadHigh, payloadLow) and h = Poseidon(R8, A, message).
// circomlib's verifier checks S below the subgroup order and that 8A is not the identity; it does not check
// that A and R8 lie on the curve, without which the addition law proves nothing: done here.
// When not enabled a prover shows any valid signature of any message, so nothing can be unsatisfiable.
template RequestSignature() {
    signal input enabled;
    signal input keyHash;
    signal input message;
    signal input publicKey[2];
    signal input r8[2];
    signal input s;

    BabyCheck()(publicKey[0], publicKey[1]);
    BabyCheck()(r8[0], r8[1]);
    signal shownKeyHash <== Hash(HASH_KEY(), 2)(publicKey);
    ForceEqualIfEnabled()(enabled, [shownKeyHash, keyHash]);

    component verifier = EdDSAPoseidonVerifier();
    verifier.enabled <== enabled;
    verifier.Ax <== publicKey[0];
    verifier.Ay <== publicKey[1];
    verifier.R8x <== r8[0];
    verifier.R8y <== r8[1];
    verifier.S <== s;
    verifier.M <== message;
}
