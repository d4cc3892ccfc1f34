pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "compare.circom";
include "limits.circom";

// Margin of an account before the step, as marginOf in sequencer/exchange/margin.ts.
// Caller has ranged: magnitudes < 2^40, prices < 2^32, |funding| < 2^40, fractions < 2^14.
// 4 constraints a market.
template Margin(markets) {
    signal input collateral;
    signal input sizes[markets];
    signal input magnitudes[markets];
    signal input fundings[markets];
    signal input prices[markets];
    signal input fundingIndices[markets];
    signal input initialFractions[markets];
    signal input maintenanceFractions[markets];
    signal output equity;
    signal output initial;
    signal output maintenance;

    signal worth[markets];
    signal notional[markets];
    signal initials[markets];
    signal maintenances[markets];
    var sums[3] = [collateral, 0, 0];
    for (var m = 0; m < markets; m++) {
        worth[m] <== sizes[m] * (prices[m] - fundingIndices[m] + fundings[m]);
        notional[m] <== magnitudes[m] * prices[m];
        initials[m] <== notional[m] * initialFractions[m];
        maintenances[m] <== notional[m] * maintenanceFractions[m];
        sums[0] += worth[m];
        sums[1] += initials[m];
        sums[2] += maintenances[m];
    }
    equity <== sums[0];
    initial <== sums[1];
    maintenance <== sums[2];
}

// Whether equity covers the initial requirement, what is reserved and something more (scaled). 113 constraints.
template Covers() {
    signal input equity;
    signal input initial;
    signal input reserved;
    signal input more;
    signal output out <== IsNonNegative(SCALED_EQUITY_BITS())(
        equity * FRACTION_ONE() - initial - reserved - more
    );
}

// Whether -2^94 <= collateral < 2^94. Caller ensures |collateral| < 2^96. 101 constraints.
template WithinCollateral() {
    signal input in;
    signal output out;
    var n = COLLATERAL_BITS();
    // in + 2^n lies in [0, 2^(n+1)) exactly when the four bits above n+1 of in + 2^n + 2^(n+3) read 0100.
    signal bits[n + 5] <== Num2Bits(n + 5)(in + (1 << n) + (1 << (n + 3)));
    out <== IsEqual()([BitsAt(n + 5, n + 1, 4)(bits), 4]);
}

// What custody would be after a deposit or a withdrawal: whether it is not below zero, and whether it stays in its width.
// Caller ensures -2^96 <= in < 2^97: custody is below 2^97 (registrations are not held to the bound of deposits, and add
// less than 2^84 in all), an amount below 2^64. 98 constraints.
template Custody() {
    signal input in;
    signal output isCovered;
    signal output isWithin;
    var n = CUSTODY_BITS();
    // in + 2^n lies in [0, 3 * 2^n): its top two bits read 0 below zero, 1 within, 2 beyond, and never 3.
    signal bits[n + 2] <== Num2Bits(n + 2)(in + (1 << n));
    isCovered <== bits[n] + bits[n + 1];
    isWithin <== 1 - bits[n + 1];
}

// A fill seen from one account: whether it is legal, and the position after it. isLegal in margin.ts:
// the position and the collateral stay in range, and either equity covers the initial requirement afterwards,
// or it is not negative, the position neither grew nor flipped, and equity / maintenance did not fall.
// All of it may be hypothetical, so nothing here can be unsatisfiable: lots < 2^40, |equity| < 2^97.
template Legality() {
    signal input size;
    signal input magnitude;
    signal input sign;
    // Signed: positive buys.
    signal input lots;
    signal input price;
    signal input oraclePrice;
    signal input initialFraction;
    signal input maintenanceFraction;
    signal input equity;
    signal input initial;
    signal input maintenance;
    signal input reserved;
    signal input collateralFits;
    signal output isLegal;
    // The position neither grows nor flips.
    signal output reduces;
    signal output magnitudeAfter;
    signal output signAfter;

    // Sign and magnitude of the new size. The hint is pinned: a bit, a magnitude in range, and zero is not negative.
    signal sizeAfter <== size + lots;
    // (circom compares field elements as signed numbers.)
    signAfter <-- sizeAfter < 0 ? 1 : 0;
    signAfter * (1 - signAfter) === 0;
    magnitudeAfter <== sizeAfter * (1 - 2 * signAfter);
    signal bits[POSITION_BITS() + 1] <== Num2Bits(POSITION_BITS() + 1)(magnitudeAfter);
    signal isFlat <== IsZero()(magnitudeAfter);
    signAfter * isFlat === 0;

    signal gain <== lots * (oraclePrice - price);
    signal equityAfter <== equity + gain;
    signal grown <== (magnitudeAfter - magnitude) * oraclePrice;
    signal initialAfter <== initial + grown * initialFraction;
    signal maintenanceAfter <== maintenance + grown * maintenanceFraction;
    signal covered <== Covers()(equityAfter, initialAfter, reserved, 0);

    signal solvent <== IsNonNegative(EQUITY_BITS())(equityAfter);
    signal notGrown <== IsNonNegative(POSITION_BITS() + 1)(magnitude - magnitudeAfter);
    signal signsDiffer <== sign + signAfter - 2 * sign * signAfter;
    signal flipped <== (1 - isFlat) * signsDiffer;
    reduces <== notGrown * (1 - flipped);
    signal left <== equityAfter * maintenance;
    signal right <== equity * maintenanceAfter;
    signal ratioKept <== IsNonNegative(RATIO_BITS())(left - right);
    signal improves <== AllOf(3)([solvent, reduces, ratioKept]);
    signal marginOk <== Or()(covered, improves);
    isLegal <== AllOf(3)([marginOk, 1 - bits[POSITION_BITS()], collateralFits]);
}
