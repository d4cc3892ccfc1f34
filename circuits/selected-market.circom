pragma circom 2.2.0;
include "account.circom";
include "compare.circom";
include "globals.circom";
include "order.circom";

// The one market a step touches, as plain signals; all zero when there is no such market.
bus Selected() {
    signal exists;
    signal oraclePrice;
    signal oracleTime;
    signal fundingIndex;
    signal openInterest;
    signal initialFraction;
    signal maintenanceFraction;
    signal collarFraction;
    signal maxOracleAge;
    signal minOrderValue;
    signal openInterestCap;
    // Best order of the step's own side and of the other one.
    Link() own;
    Link() opposite;
}

// About 13 constraints a market and two links.
template SelectMarket(markets) {
    signal input index;
    signal input side;
    input Market() market[markets];
    signal output isMarket[markets];
    output Selected() out;

    component pick[12];
    for (var i = 0; i < 12; i++) {
        pick[i] = Select(markets);
    }
    var exists = 0;
    for (var m = 0; m < markets; m++) {
        isMarket[m] <== IsEqual()([index, m]);
        exists += isMarket[m];
        for (var i = 0; i < 12; i++) {
            pick[i].selectors[m] <== isMarket[m];
        }
        pick[0].values[m] <== market[m].oraclePrice;
        pick[1].values[m] <== market[m].oracleTime;
        pick[2].values[m] <== market[m].fundingIndex;
        pick[3].values[m] <== market[m].openInterest;
        pick[4].values[m] <== market[m].parameters.initialFraction;
        pick[5].values[m] <== market[m].parameters.maintenanceFraction;
        pick[6].values[m] <== market[m].parameters.collarFraction;
        pick[7].values[m] <== market[m].parameters.maxOracleAge;
        pick[8].values[m] <== market[m].parameters.minOrderValue;
        pick[9].values[m] <== market[m].parameters.openInterestCap;
        pick[10].values[m] <== market[m].bestBid;
        pick[11].values[m] <== market[m].bestAsk;
    }
    out.exists <== exists;
    out.oraclePrice <== pick[0].out;
    out.oracleTime <== pick[1].out;
    out.fundingIndex <== pick[2].out;
    out.openInterest <== pick[3].out;
    out.initialFraction <== pick[4].out;
    out.maintenanceFraction <== pick[5].out;
    out.collarFraction <== pick[6].out;
    out.maxOracleAge <== pick[7].out;
    out.minOrderValue <== pick[8].out;
    out.openInterestCap <== pick[9].out;
    signal swap <== side * (pick[11].out - pick[10].out);
    out.own <== UnpackLink()(pick[10].out + swap);
    out.opposite <== UnpackLink()(pick[11].out - swap);
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
