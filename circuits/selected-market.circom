pragma circom 2.2.0;
include "account.circom";
include "compare.circom";
include "globals.circom";
include "limits.circom";
include "order.circom";

// The one market a step touches, as plain signals; all zero when there is no such market.
bus Selected() {
    signal exists;
    signal oraclePrice;
    // Its price is not older than it may be.
    signal isFresh;
    signal fundingIndex;
    signal openInterest;
    signal initialFraction;
    signal maintenanceFraction;
    signal collarFraction;
    signal minOrderValue;
    signal openInterestCap;
    // Best order of the step's own side and of the other one.
    Link() own;
    Link() opposite;
}

// Which markets' prices are not older than they may be. 34 constraints a market.
template Freshness(markets) {
    signal input time;
    input Market() market[markets];
    signal output isFresh[markets];
    for (var m = 0; m < markets; m++) {
        isFresh[m] <== IsNonNegative(TIME_BITS() + 1)(
            market[m].parameters.maxOracleAge - time + market[m].oracleTime
        );
    }
}

// Whether all positions of an account lie in markets with a fresh price. Caller ensures magnitudes of 40 bits: none is
// negative, so that their sum is zero only if each that counts is. A constraint a market and two more.
template Valued(markets) {
    signal input magnitudes[markets];
    signal input isFresh[markets];
    signal output isValued;
    signal stale[markets];
    var sum = 0;
    for (var m = 0; m < markets; m++) {
        stale[m] <== magnitudes[m] * (1 - isFresh[m]);
        sum += stale[m];
    }
    isValued <== IsZero()(sum);
}

// About 12 constraints a market and two links.
template SelectMarket(markets) {
    signal input index;
    signal input side;
    input Market() market[markets];
    signal input isFresh[markets];
    signal output isMarket[markets];
    output Selected() out;

    component pick[11];
    for (var i = 0; i < 11; i++) {
        pick[i] = Select(markets);
    }
    var exists = 0;
    for (var m = 0; m < markets; m++) {
        isMarket[m] <== IsEqual()([index, m]);
        exists += isMarket[m];
        for (var i = 0; i < 11; i++) {
            pick[i].selectors[m] <== isMarket[m];
        }
        pick[0].values[m] <== market[m].oraclePrice;
        pick[1].values[m] <== isFresh[m];
        pick[2].values[m] <== market[m].fundingIndex;
        pick[3].values[m] <== market[m].openInterest;
        pick[4].values[m] <== market[m].parameters.initialFraction;
        pick[5].values[m] <== market[m].parameters.maintenanceFraction;
        pick[6].values[m] <== market[m].parameters.collarFraction;
        pick[7].values[m] <== market[m].parameters.minOrderValue;
        pick[8].values[m] <== market[m].parameters.openInterestCap;
        pick[9].values[m] <== market[m].bestBid;
        pick[10].values[m] <== market[m].bestAsk;
    }
    out.exists <== exists;
    out.oraclePrice <== pick[0].out;
    out.isFresh <== pick[1].out;
    out.fundingIndex <== pick[2].out;
    out.openInterest <== pick[3].out;
    out.initialFraction <== pick[4].out;
    out.maintenanceFraction <== pick[5].out;
    out.collarFraction <== pick[6].out;
    out.minOrderValue <== pick[7].out;
    out.openInterestCap <== pick[8].out;
    signal swap <== side * (pick[10].out - pick[9].out);
    out.own <== UnpackLink()(pick[9].out + swap);
    out.opposite <== UnpackLink()(pick[10].out - swap);
}

// An account's position in the selected market.
bus Position() {
    signal magnitude;
    signal sign;
    signal size;
    signal funding;
    // Funding owed since the last settlement, signed.
    signal owed;
}

template SelectPosition(markets) {
    signal input isMarket[markets];
    signal input magnitudes[markets];
    signal input signs[markets];
    signal input sizes[markets];
    signal input fundings[markets];
    signal input fundingIndex;
    output Position() out;
    out.magnitude <== Select(markets)(isMarket, magnitudes);
    out.sign <== Select(markets)(isMarket, signs);
    out.size <== Select(markets)(isMarket, sizes);
    out.funding <== Select(markets)(isMarket, fundings);
    out.owed <== out.size * (fundingIndex - out.funding);
}
