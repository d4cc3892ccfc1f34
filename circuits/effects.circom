pragma circom 2.2.0;
include "account.circom";
include "compare.circom";
include "globals.circom";
include "order.circom";
include "selected-market.circom";
include "word.circom";

// What a step decided, and the numbers its effects need. All gates are 0 or 1 and the step's constraints make the
// exclusive ones exclusive.
bus Verdict() {
    signal fill;
    signal remove;
    // The taker rests, becoming the head or behind a predecessor.
    signal rest;
    signal restBehind;
    // An order leaves its list from the head or from behind a predecessor.
    signal unlink;
    signal unlinkBehind;
    signal cancelAll;
    signal withdraw;
    signal transfer;
    signal deposit;
    signal register;
    signal setTradingKey;
    signal tick;
    signal paid;
    signal lots;
    // The fill takes all that the maker had left; all that the taker had left.
    signal makerDone;
    signal takerDone;
}

// The position in one market after a fill: lazily settled, and changed. 3 + 2 constraints a market.
template FilledAccount(markets) {
    signal input fill;
    signal input isMarket[markets];
    input Account(markets) account;
    input Position() position;
    signal input fundingIndex;
    signal input magnitudeAfter;
    signal input signAfter;
    signal output magnitudes[markets];
    signal output fundings[markets];
    // To add to packedSigns.
    signal output signsDelta;
    signal magnitudeChange <== fill * (magnitudeAfter - position.magnitude);
    signal fundingChange <== fill * (fundingIndex - position.funding);
    signal signChange <== fill * (signAfter - position.sign);
    var place = 0;
    for (var m = 0; m < markets; m++) {
        magnitudes[m] <== account.magnitudes[m] + isMarket[m] * magnitudeChange;
        fundings[m] <== account.fundings[m] + isMarket[m] * fundingChange;
        place += isMarket[m] * (1 << m);
    }
    signsDelta <== place * signChange;
}

// The counterparty's order leaf after the step: the maker that was filled or removed, or a predecessor whose link
// moved. 5 constraints.
template CounterpartyLeaf() {
    input Verdict() verdict;
    input Order() order;
    // Packed links: to the active order, and what the active order links to.
    signal input toActive;
    signal input beyondActive;
    signal output out;
    signal output cleared;
    signal filled <== verdict.fill * verdict.lots;
    cleared <== verdict.remove + verdict.fill * verdict.makerDone;
    signal linked <== verdict.restBehind * (toActive - order.next.packed);
    signal skipped <== verdict.unlinkBehind * (beyondActive - order.next.packed);
    signal changed <== order.packed - filled * (1 << REMAINING_OFFSET())
        + (linked + skipped) * (1 << LINK_OFFSET());
    out <== changed * (1 - cleared);
}

// The active order's leaf after the step: the rested order, or empty when it was unlinked.
template ActiveLeaf() {
    input Verdict() verdict;
    input Order() before;
    input Taker() order;
    signal input generation;
    signal input fraction;
    // Packed link to what follows.
    signal input next;
    signal output out;
    signal rested <== 1 + order.market * (1 << 1) + order.side * (1 << 5) + order.reduceOnly * (1 << 6)
        + order.price * (1 << 7) + order.remaining * (1 << REMAINING_OFFSET()) + order.expiry * (1 << 71)
        + generation * (1 << 103) + fraction * (1 << 127) + next * (1 << LINK_OFFSET());
    // Place demands an empty slot of what rests; stated again here because the step may be a later one.
    verdict.rest * before.occupied === 0;
    signal placed <== verdict.rest * rested;
    signal kept <== before.packed * (1 - verdict.unlink - verdict.rest);
    out <== placed + kept;
}

// Heads of the selected market's two sides after the step, by side of the book. 9 constraints and 2 a market.
template Heads(markets) {
    input Verdict() verdict;
    signal input isMarket[markets];
    signal input side;
    input Selected() market;
    signal input makerCleared;
    signal input makerNext;
    signal input toActive;
    signal input beyondActive;
    input Market() before[markets];
    signal output bestBid[markets];
    signal output bestAsk[markets];
    signal restHead <== verdict.rest - verdict.restBehind;
    signal unlinkHead <== verdict.unlink - verdict.unlinkBehind;
    signal toRested <== restHead * (toActive - market.own.packed);
    signal toFollower <== unlinkHead * (beyondActive - market.own.packed);
    signal ownChange <== toRested + toFollower;
    signal oppositeChange <== makerCleared * (makerNext - market.opposite.packed);
    signal swap <== side * (oppositeChange - ownChange);
    signal bidChange <== ownChange + swap;
    signal askChange <== oppositeChange - swap;
    for (var m = 0; m < markets; m++) {
        bestBid[m] <== before[m].bestBid + isMarket[m] * bidChange;
        bestAsk[m] <== before[m].bestAsk + isMarket[m] * askChange;
    }
}

// The registers after the step. The taker stays only if it was not finished: a removed maker leaves it as it was,
// a fill takes its lots; every other end clears all of it.
template MachineAfter() {
    input Machine() before;
    input Word() word;
    input Verdict() verdict;
    input Taker() taker;
    signal input payloadHigh;
    signal input payloadLow;
    signal input consumesL1;
    output Machine() after;

    after.domain <== before.domain;
    after.requestFee <== before.requestFee;
    after.time <== before.time + verdict.tick * (word.tickTime - before.time);
    after.nextAccount <== before.nextAccount + verdict.register;
    after.l1Consumed <== before.l1Consumed + consumesL1;
    after.fees <== before.fees + verdict.paid;
    // Transfers and fees move money from hand to hand; these alone bring it in and take it out.
    after.custody <== before.custody + (verdict.deposit + verdict.register - verdict.withdraw) * word.amount;
    // Payload words of the L1 queue are kept apart: else a signed payload could take over a registration.
    signal highL1 <== payloadHigh * consumesL1;
    signal lowL1 <== payloadLow * consumesL1;
    signal highSet <== Choose()(payloadHigh - highL1, word.payload, before.payloadHigh);
    signal lowSet <== Choose()(payloadLow - lowL1, word.payload, before.payloadLow);
    after.payloadHigh <== highSet * (1 - verdict.setTradingKey);
    after.payloadLow <== lowSet * (1 - verdict.setTradingKey);
    signal highL1Set <== Choose()(highL1, word.payload, before.l1PayloadHigh);
    signal lowL1Set <== Choose()(lowL1, word.payload, before.l1PayloadLow);
    after.l1PayloadHigh <== highL1Set * (1 - verdict.register);
    after.l1PayloadLow <== lowL1Set * (1 - verdict.register);

    signal goesOn <== verdict.remove + verdict.fill * (1 - verdict.takerDone);
    after.taker.active <== goesOn;
    after.taker.account <== goesOn * taker.account;
    after.taker.slot <== goesOn * taker.slot;
    after.taker.market <== goesOn * taker.market;
    after.taker.side <== goesOn * taker.side;
    after.taker.immediateOrCancel <== goesOn * taker.immediateOrCancel;
    after.taker.reduceOnly <== goesOn * taker.reduceOnly;
    after.taker.price <== goesOn * taker.price;
    signal traded <== verdict.fill * verdict.lots;
    after.taker.remaining <== goesOn * (taker.remaining - traded);
    after.taker.expiry <== goesOn * taker.expiry;
}
