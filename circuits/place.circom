pragma circom 2.2.0;
include "compare.circom";
include "globals.circom";
include "limits.circom";
include "selected-market.circom";

// The checks of a new order, as booleans: any may fail, none may make the batch unprovable. Same conditions as
// decide-place.ts. `carries` and `crosses` are computed by the caller for the candidate.
template PlaceChecks() {
    input Taker() order;
    signal input postOnly;
    input Selected() market;
    signal input time;
    signal input slotOccupied;
    // The account holds no position in any market without a fresh price.
    signal input isValued;
    signal input carries;
    signal input crosses;
    signal output isOk;

    component all = AllOf(11);
    all.in[0] <== market.exists;
    all.in[1] <== 1 - order.immediateOrCancel * postOnly;
    signal zeroPrice <== IsZero()(order.price);
    all.in[2] <== 1 - zeroPrice;
    signal zeroSize <== IsZero()(order.remaining);
    all.in[3] <== 1 - zeroSize;
    signal neverExpires <== IsZero()(order.expiry);
    signal notExpired <== IsNonNegative(TIME_BITS())(order.expiry - time - 1);
    all.in[4] <== Or()(neverExpires, notExpired);
    // An order that never rests needs no slot.
    all.in[5] <== 1 - (1 - order.immediateOrCancel) * slotOccupied;
    // A stale price, here or where the account holds a position, or tiny value: only orders that take a position back.
    signal isKnown <== market.isFresh * isValued;
    all.in[6] <== Or()(order.reduceOnly, isKnown);
    signal value <== order.price * order.remaining;
    signal isLarge <== IsNonNegative(AMOUNT_BITS())(value - market.minOrderValue);
    all.in[7] <== Or()(order.reduceOnly, isLarge);
    // The collar bounds how far an order reaches through the oracle price.
    signal direction <== 1 - 2 * order.side;
    signal collar <== direction * market.collarFraction;
    signal limit <== market.oraclePrice * (FRACTION_ONE() + collar);
    signal room <== direction * (limit - order.price * FRACTION_ONE());
    all.in[8] <== IsNonNegative(48)(room);
    all.in[9] <== carries;
    all.in[10] <== 1 - postOnly * crosses;
    isOk <== all.out;
}
