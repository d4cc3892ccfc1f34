pragma circom 2.2.0;
include "account.circom";
include "compare.circom";
include "globals.circom";
include "limits.circom";
include "margin.circom";
include "order.circom";
include "selected-market.circom";

// One side of a match: what Legality needs of an account.
bus Party() {
    Position() position;
    signal equity;
    signal initial;
    signal maintenance;
    // Requirement of resting orders after the hypothetical fill.
    signal reserved;
    signal collateralFits;
}

// How many lots a taker and the maker at the head could trade. Reduce-only orders are capped by the position they
// take back. 4 comparisons.
template MatchLots() {
    signal input takerRemaining;
    signal input takerReduceOnly;
    signal input takerReducible;
    signal input makerRemaining;
    signal input makerReduceOnly;
    signal input makerReducible;
    signal output lots;
    var unlimited = (1 << POSITION_BITS()) - 1;
    signal takerCap <== unlimited + takerReduceOnly * (takerReducible - unlimited);
    signal makerCap <== unlimited + makerReduceOnly * (makerReducible - unlimited);
    signal offered <== Min(SIZE_BITS())(takerRemaining, makerRemaining);
    signal cap <== Min(POSITION_BITS())(takerCap, makerCap);
    lots <== Min(POSITION_BITS())(offered, cap);
}

// How much of a position an order of a side would take back: buys take back shorts. 2 constraints.
template Reducible() {
    signal input side;
    input Position() position;
    signal output out;
    signal opposes <== side + position.sign - 2 * side * position.sign;
    out <== opposes * position.magnitude;
}

// Positions and open interest after the hypothetical fill, and its precedence of outcomes. Exactly one of
// fill, remove, stop is 1 when isMatch is; none otherwise. Same order as matchHead in decide-taker.ts.
template Match() {
    signal input isMatch;
    signal input lots;
    signal input takerSide;
    signal input price;
    input Selected() market;
    input Party() maker;
    input Party() taker;
    signal input makerDead;
    signal input sameAccount;
    // Reduce-only and nothing to take back.
    signal input makerIdle;
    // Holds no position in any market without a fresh price.
    signal input makerIsValued;
    signal input takerIdle;
    signal output fill;
    signal output remove;
    signal output stop;
    signal output makerMagnitude;
    signal output makerSign;
    signal output takerMagnitude;
    signal output takerSign;
    signal output openInterest;

    signal bought <== lots * (1 - 2 * takerSide);
    component legal[2];
    for (var i = 0; i < 2; i++) {
        legal[i] = Legality();
        legal[i].price <== price;
        legal[i].oraclePrice <== market.oraclePrice;
        legal[i].initialFraction <== market.initialFraction;
        legal[i].maintenanceFraction <== market.maintenanceFraction;
        legal[i].lots <== i == 0 ? -bought : bought;
    }
    legal[0].size <== maker.position.size;
    legal[0].magnitude <== maker.position.magnitude;
    legal[0].sign <== maker.position.sign;
    legal[0].equity <== maker.equity;
    legal[0].initial <== maker.initial;
    legal[0].maintenance <== maker.maintenance;
    legal[0].reserved <== maker.reserved;
    legal[0].collateralFits <== maker.collateralFits;
    legal[1].size <== taker.position.size;
    legal[1].magnitude <== taker.position.magnitude;
    legal[1].sign <== taker.position.sign;
    legal[1].equity <== taker.equity;
    legal[1].initial <== taker.initial;
    legal[1].maintenance <== taker.maintenance;
    legal[1].reserved <== taker.reserved;
    legal[1].collateralFits <== taker.collateralFits;
    makerMagnitude <== legal[0].magnitudeAfter;
    makerSign <== legal[0].signAfter;
    takerMagnitude <== legal[1].magnitudeAfter;
    takerSign <== legal[1].signAfter;

    // Open interest is the sum of long positions; it may grow only up to the cap.
    signal makerLongBefore <== maker.position.magnitude * (1 - maker.position.sign);
    signal takerLongBefore <== taker.position.magnitude * (1 - taker.position.sign);
    signal makerLong <== makerMagnitude * (1 - makerSign);
    signal takerLong <== takerMagnitude * (1 - takerSign);
    signal growth <== makerLong + takerLong - makerLongBefore - takerLongBefore;
    openInterest <== market.openInterest + growth;
    signal underCap <== IsNonNegative(OPEN_INTEREST_BITS() + 1)(market.openInterestCap - openInterest);
    signal notGrowing <== IsNonNegative(POSITION_BITS() + 2)(-growth);
    signal interestOk <== Or()(underCap, notGrowing);

    signal deadOrSame <== Or()(makerDead, sameAccount);
    signal removedFirst <== Or()(deadOrSame, makerIdle);
    // At a stale price nobody takes on risk, not as a maker either.
    signal makerOk <== Or()(market.isFresh, legal[0].reduces);
    signal takerFine <== AllOf(4)([1 - takerIdle, makerOk, legal[1].isLegal, interestOk]);
    signal reachesTaker <== isMatch * (1 - removedFirst);
    stop <== reachesTaker * (1 - takerFine);
    signal reachesMaker <== reachesTaker - stop;
    // Whoever holds a position at a stale price elsewhere may lose no money here: it only takes positions back.
    signal makerMay <== Or()(makerIsValued, legal[0].reduces);
    fill <== AllOf(3)([reachesMaker, makerMay, legal[0].isLegal]);
    remove <== isMatch - stop - fill;
}
