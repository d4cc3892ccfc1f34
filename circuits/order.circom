pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "compare.circom";

// An order leaf is one packed field element, little end first:
//   occupied 1, market 4, side 1, reduceOnly 1, price 32, remaining 32, expiry 32, generation 24, fraction 14, link 61
// and the link: has 1, account 20, slot 8, price 32. The empty leaf is 0.

bus Link() {
    signal has;
    signal account;
    signal slot;
    signal price;
    signal packed;
}

bus Order() {
    signal occupied;
    signal market;
    signal side;
    signal reduceOnly;
    signal price;
    signal remaining;
    signal expiry;
    signal generation;
    signal fraction;
    Link() next;
    signal packed;
}

function ORDER_LEAF_BITS() { return 202; }
function REMAINING_OFFSET() { return 39; }
function LINK_OFFSET() { return 141; }

// Takes a link apart. 61 constraints. 61 bits are below the field: the decomposition is unique.
template UnpackLink() {
    signal input in;
    output Link() out;
    signal bits[61] <== Num2Bits(61)(in);
    out.has <== bits[0];
    out.account <== BitsAt(61, 1, 20)(bits);
    out.slot <== BitsAt(61, 21, 8)(bits);
    out.price <== BitsAt(61, 29, 32)(bits);
    out.packed <== in;
}

// The link to an order. Caller ensures the ranges. No constraints.
template PackLink() {
    signal input account;
    signal input slot;
    signal input price;
    signal output out <== 1 + 2 * account + (1 << 21) * slot + (1 << 29) * price;
}

// Takes an order leaf apart. 202 constraints.
template UnpackOrder() {
    signal input in;
    output Order() out;
    signal bits[202] <== Num2Bits(202)(in);
    out.occupied <== bits[0];
    out.market <== BitsAt(202, 1, 4)(bits);
    out.side <== bits[5];
    out.reduceOnly <== bits[6];
    out.price <== BitsAt(202, 7, 32)(bits);
    out.remaining <== BitsAt(202, 39, 32)(bits);
    out.expiry <== BitsAt(202, 71, 32)(bits);
    out.generation <== BitsAt(202, 103, 24)(bits);
    out.fraction <== BitsAt(202, 127, 14)(bits);
    out.next.has <== bits[141];
    out.next.account <== BitsAt(202, 142, 20)(bits);
    out.next.slot <== BitsAt(202, 162, 8)(bits);
    out.next.price <== BitsAt(202, 170, 32)(bits);
    out.next.packed <== BitsAt(202, 141, 61)(bits);
    out.packed <== in;
}

// Whether an order is dead: of an older generation, or past its expiry; and whether its generation is current.
// 39 constraints.
template OrderLife() {
    input Order() order;
    signal input generation;
    signal input time;
    signal output isCurrent <== IsEqual()([order.generation, generation]);
    signal output isDead;
    signal never <== IsZero()(order.expiry);
    signal passed <== IsNonNegative(32)(time - order.expiry);
    signal expired <== (1 - never) * passed;
    isDead <== 1 - isCurrent + isCurrent * expired;
}

// The initial requirement that a lot of an order holds: price * fraction, nothing when it is reduce-only or
// of an older generation. 3 constraints.
template RequirementPerLot() {
    input Order() order;
    signal input isCurrent;
    signal output out;
    signal holds <== isCurrent * (1 - order.reduceOnly);
    signal perLot <== order.price * order.fraction;
    out <== perLot * holds;
}
