pragma circom 2.2.0;
include "compare.circom";
include "globals.circom";
include "limits.circom";
include "word.circom";

// The clock and all prices move at once. Refused, changing nothing: a clock that does not advance, a price that
// moves faster than its market allows, a delta without a report, a price outside 1 .. 2^32 - 1.
// Everything is hypothetical unless the word is a tick: nothing here can be unsatisfiable.
// About 115 constraints a market.
template Tick(markets) {
    input Word() word;
    signal input time;
    input Market() market[markets];
    signal output isOk;
    signal output prices[markets];

    var tb = TIME_BITS();
    signal elapsed <== word.tickTime - time;
    signal advances <== IsNonNegative(tb)(elapsed - 1);
    component all = AllOf(1 + 2 * markets);
    all.in[0] <== advances;
    signal room[markets];
    signal inReach[markets];
    for (var m = 0; m < markets; m++) {
        // elapsed is hypothetical and may be negative: |elapsed * maxMove| < 2^64.
        room[m] <== elapsed * market[m].parameters.maxMovePerSecond;
        inReach[m] <== word.tickFresh[m] * room[m];
        all.in[1 + 2 * m] <== IsNonNegative(65)(inReach[m] - word.tickMagnitude[m]);
        prices[m] <== market[m].oraclePrice + word.tickMagnitude[m] * (1 - 2 * word.tickSign[m]);
        all.in[2 + 2 * m] <== WithinPrice()(prices[m]);
    }
    isOk <== all.out;
}

// Whether 1 <= in < 2^32, for -2^32 <= in < 2^33.
template WithinPrice() {
    signal input in;
    signal output out;
    // 0 <= in < 2^32 exactly when the bits above the 32nd of in + 2^33 read 010.
    signal bits[35] <== Num2Bits(35)(in + (1 << 33));
    signal high <== IsEqual()([BitsAt(35, 32, 3)(bits), 2]);
    signal isZero <== IsZero()(in);
    out <== high * (1 - isZero);
}
