pragma circom 2.2.0;
include "circomlib/circuits/poseidon.circom";

// Capacity elements: a hash of one kind is never a hash of another. As HashDomain in sequencer/exchange/encode.ts.
function HASH_ACCOUNT() { return 1; }
function HASH_POSITIONS() { return 2; }
function HASH_ACCOUNT_NODE() { return 3; }
function HASH_ORDER_NODE() { return 4; }
function HASH_MARKET() { return 5; }
function HASH_MARKETS() { return 6; }
function HASH_MACHINE() { return 7; }
function HASH_STATE() { return 8; }
function HASH_KEY() { return 9; }
function HASH_REQUEST() { return 10; }
function HASH_SPONGE() { return 11; }

// Poseidon of n (1 to 16) field elements under a kind.
template Hash(kind, n) {
    signal input in[n];
    signal output out;
    component poseidon = PoseidonEx(n, 1);
    poseidon.initialState <== kind;
    poseidon.inputs <== in;
    out <== poseidon.out[0];
}
