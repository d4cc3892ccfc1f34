pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "compare.circom";
include "hash.circom";

// What is not in the accounts' tree: plain wires between the steps of a batch, hashed only at its two ends.

bus Parameters() {
    signal initialFraction;
    signal maintenanceFraction;
    signal collarFraction;
    signal maxMovePerSecond;
    signal maxOracleAge;
    signal minOrderValue;
    signal openInterestCap;
    signal packed;
}

bus Market() {
    signal oraclePrice;
    signal oracleTime;
    signal fundingIndex;
    signal fundingClearing;
    signal premiumAccumulator;
    signal openInterest;
    signal insurance;
    // Packed links, see order.circom: best orders of the two sides.
    signal bestBid;
    signal bestAsk;
    Parameters() parameters;
}

bus Taker() {
    signal active;
    signal account;
    signal slot;
    signal market;
    signal side;
    signal immediateOrCancel;
    signal reduceOnly;
    signal price;
    signal remaining;
    signal expiry;
}

bus Machine() {
    signal domain;
    signal requestFee;
    signal time;
    signal nextAccount;
    signal l1Consumed;
    signal fees;
    signal custody;
    signal payloadHigh;
    signal payloadLow;
    signal l1PayloadHigh;
    signal l1PayloadLow;
    Taker() taker;
}

function MARKET_FIELDS() { return 10; }
function MACHINE_FIELDS() { return 12; }

// A market from its hashed inputs (marketInputs in encode.ts). Only the packed parameters are taken apart, in
// 222 bits; all else is in range because every step that writes it checks it. 222 constraints.
template MarketFromFields() {
    signal input in[MARKET_FIELDS()];
    output Market() out;
    out.oraclePrice <== in[0];
    out.oracleTime <== in[1];
    out.fundingIndex <== in[2];
    out.fundingClearing <== in[3];
    out.premiumAccumulator <== in[4];
    out.openInterest <== in[5];
    out.insurance <== in[6];
    out.bestBid <== in[7];
    out.bestAsk <== in[8];
    signal bits[222] <== Num2Bits(222)(in[9]);
    out.parameters.initialFraction <== BitsAt(222, 0, 14)(bits);
    out.parameters.maintenanceFraction <== BitsAt(222, 14, 14)(bits);
    out.parameters.collarFraction <== BitsAt(222, 28, 14)(bits);
    out.parameters.maxMovePerSecond <== BitsAt(222, 42, 32)(bits);
    out.parameters.maxOracleAge <== BitsAt(222, 74, 32)(bits);
    out.parameters.minOrderValue <== BitsAt(222, 106, 64)(bits);
    out.parameters.openInterestCap <== BitsAt(222, 170, 52)(bits);
    out.parameters.packed <== in[9];
}

template MarketHash() {
    input Market() market;
    signal output out <== Hash(HASH_MARKET(), MARKET_FIELDS())([
        market.oraclePrice,
        market.oracleTime,
        market.fundingIndex,
        market.fundingClearing,
        market.premiumAccumulator,
        market.openInterest,
        market.insurance,
        market.bestBid,
        market.bestAsk,
        market.parameters.packed
    ]);
}

// A machine from its hashed inputs (machineInputs in encode.ts); the taker is packed in 132 bits.
template MachineFromFields() {
    signal input in[MACHINE_FIELDS()];
    output Machine() out;
    out.domain <== in[0];
    out.requestFee <== in[1];
    out.time <== in[2];
    out.nextAccount <== in[3];
    out.l1Consumed <== in[4];
    out.fees <== in[5];
    out.custody <== in[6];
    out.payloadHigh <== in[7];
    out.payloadLow <== in[8];
    out.l1PayloadHigh <== in[9];
    out.l1PayloadLow <== in[10];
    signal bits[132] <== Num2Bits(132)(in[11]);
    out.taker.active <== bits[0];
    out.taker.account <== BitsAt(132, 1, 20)(bits);
    out.taker.slot <== BitsAt(132, 21, 8)(bits);
    out.taker.market <== BitsAt(132, 29, 4)(bits);
    out.taker.side <== bits[33];
    out.taker.immediateOrCancel <== bits[34];
    out.taker.reduceOnly <== bits[35];
    out.taker.price <== BitsAt(132, 36, 32)(bits);
    out.taker.remaining <== BitsAt(132, 68, 32)(bits);
    out.taker.expiry <== BitsAt(132, 100, 32)(bits);
}

template MachineHash() {
    input Machine() machine;
    signal output out;
    var taker = machine.taker.active + machine.taker.account * (1 << 1) + machine.taker.slot * (1 << 21)
        + machine.taker.market * (1 << 29) + machine.taker.side * (1 << 33)
        + machine.taker.immediateOrCancel * (1 << 34) + machine.taker.reduceOnly * (1 << 35)
        + machine.taker.price * (1 << 36) + machine.taker.remaining * (1 << 68)
        + machine.taker.expiry * (1 << 100);
    out <== Hash(HASH_MACHINE(), MACHINE_FIELDS())([
        machine.domain,
        machine.requestFee,
        machine.time,
        machine.nextAccount,
        machine.l1Consumed,
        machine.fees,
        machine.custody,
        machine.payloadHigh,
        machine.payloadLow,
        machine.l1PayloadHigh,
        machine.l1PayloadLow,
        taker
    ]);
}

// stateRoot = H(accountsRoot, marketsHash, machineHash)
template StateRoot(markets) {
    signal input accountsRoot;
    input Market() market[markets];
    input Machine() machine;
    signal output out;
    signal hashes[markets];
    for (var m = 0; m < markets; m++) {
        hashes[m] <== MarketHash()(market[m]);
    }
    signal marketsHash <== Hash(HASH_MARKETS(), markets)(hashes);
    signal machineHash <== MachineHash()(machine);
    out <== Hash(HASH_STATE(), 3)([accountsRoot, marketsHash, machineHash]);
}
