pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

// Whether a signed number is not negative.
// Caller ensures: -2^n <= in < 2^n, and n <= 252. Guarantees: out is 1 or 0 accordingly. n + 1 constraints.
// The sum in + 2^n lies in [0, 2^(n+1)), so its decomposition is the only one and its top bit the sign.
template IsNonNegative(n) {
    signal input in;
    signal output out;
    component bits = Num2Bits(n + 1);
    bits.in <== in + (1 << n);
    out <== bits.out[n];
}

// The smaller of two numbers below 2^n. n + 2 constraints.
template Min(n) {
    signal input a;
    signal input b;
    signal output out;
    signal keepsA <== IsNonNegative(n)(b - a);
    out <== b + keepsA * (a - b);
}

// Logic on signals that are already 0 or 1.
template And() {
    signal input a;
    signal input b;
    signal output out <== a * b;
}

template Or() {
    signal input a;
    signal input b;
    signal output out <== a + b - a * b;
}

// Conjunction of n signals that are 0 or 1. n - 1 constraints.
template AllOf(n) {
    signal input in[n];
    signal output out;
    signal partial[n];
    partial[0] <== in[0];
    for (var i = 1; i < n; i++) {
        partial[i] <== partial[i - 1] * in[i];
    }
    out <== partial[n - 1];
}

// when ? a : b
template Choose() {
    signal input when;
    signal input a;
    signal input b;
    signal output out <== b + when * (a - b);
}

// Sum of values where one-hot selectors say so: the selected value, or 0 when none is set. n constraints.
template Select(n) {
    signal input selectors[n];
    signal input values[n];
    signal output out;
    signal terms[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        terms[i] <== selectors[i] * values[i];
        sum += terms[i];
    }
    out <== sum;
}

// Little-end bits from offset on, as a number. No constraints.
template BitsAt(n, offset, width) {
    signal input bits[n];
    signal output out;
    var sum = 0;
    for (var i = 0; i < width; i++) {
        sum += bits[offset + i] * (1 << i);
    }
    out <== sum;
}
