pragma circom 2.2.0;
include "compare.circom";
include "globals.circom";
include "limits.circom";
include "order.circom";
include "selected-market.circom";

// Price-time priority: where an order joins its side of the book. It becomes the head exactly when its price is
// strictly better than the head's; else the shown predecessor is of the same side and market, its price is as
// good or better, and what follows it is strictly worse: so among equal prices the new order comes last.
template Insertion() {
    signal input rest;
    input Taker() order;
    input Selected() market;
    input Order() predecessor;
    // 1 when a predecessor's link must change; the head changes when rest and not behind.
    signal output behind;

    signal direction <== 1 - 2 * order.side;
    signal aboveHead <== direction * (order.price - market.own.price);
    signal beatsHead <== IsNonNegative(PRICE_BITS())(aboveHead - 1);
    signal becomesHead <== 1 - market.own.has + market.own.has * beatsHead;
    behind <== rest * (1 - becomesHead);

    signal sameMarket <== IsEqual()([predecessor.market, order.market]);
    signal sideXor <== predecessor.side + order.side - 2 * predecessor.side * order.side;
    signal belowPredecessor <== direction * (predecessor.price - order.price);
    signal asGood <== IsNonNegative(PRICE_BITS())(belowPredecessor);
    signal aboveNext <== direction * (order.price - predecessor.next.price);
    signal beatsNext <== IsNonNegative(PRICE_BITS())(aboveNext - 1);
    signal nextIsWorse <== 1 - predecessor.next.has + predecessor.next.has * beatsNext;
    signal fits <== AllOf(5)([predecessor.occupied, sameMarket, 1 - sideXor, asGood, nextIsWorse]);
    behind * (1 - fits) === 0;
}

// Removal: the order is the head, or it is what the shown predecessor's link names.
template Removal() {
    signal input unlink;
    // account + 2^20 * slot
    signal input name;
    input Selected() market;
    input Order() predecessor;
    signal output behind;

    signal namesHead <== IsEqual()([market.own.account + (1 << ACCOUNT_BITS()) * market.own.slot, name]);
    signal isHead <== namesHead * market.own.has;
    behind <== unlink * (1 - isHead);
    behind * (1 - predecessor.occupied) === 0;
    behind * (1 - predecessor.next.has) === 0;
    behind * (predecessor.next.account + (1 << ACCOUNT_BITS()) * predecessor.next.slot - name) === 0;
}
