pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "compare.circom";
include "limits.circom";

// The request word, taken apart by one decomposition that ranges every field. The table of bits is in
// sequencer/exchange/word.ts.

function WORD_TYPES() { return 13; }
function TYPE_TICK() { return 1; }
function TYPE_PLACE() { return 2; }
function TYPE_CANCEL() { return 3; }
function TYPE_CANCEL_ALL() { return 4; }
function TYPE_WITHDRAW() { return 5; }
function TYPE_TRANSFER() { return 6; }
function TYPE_SET_TRADING_KEY() { return 7; }
function TYPE_EXPIRE() { return 8; }
function TYPE_DEPOSIT() { return 9; }
function TYPE_REGISTER() { return 10; }
function TYPE_PAYLOAD_HIGH() { return 11; }
function TYPE_PAYLOAD_LOW() { return 12; }

bus Word() {
    signal isType[13];
    signal refused;
    signal dropped;
    signal l1;
    signal account;
    signal keySelector;
    signal keyVersion;
    signal nonceBits[32];
    signal slot;
    signal market;
    signal side;
    signal immediateOrCancel;
    signal postOnly;
    signal reduceOnly;
    signal price;
    signal size;
    signal expiry;
    signal amount;
    signal target;
    signal payload;
    signal tickTime;
    signal tickFresh[8];
    signal tickMagnitude[8];
    signal tickSign[8];
    // As it was signed: without the outcome.
    signal plain;
}

// Outcome 3 does not exist and is rejected here.
template DecodeWord() {
    signal input in;
    output Word() out;

    signal bits[248] <== Num2Bits(248)(in);
    signal type <== BitsAt(248, 0, 5)(bits);
    for (var t = 0; t < 13; t++) {
        out.isType[t] <== IsEqual()([type, t]);
    }
    out.refused <== bits[5];
    out.dropped <== bits[6];
    bits[5] * bits[6] === 0;
    out.l1 <== bits[7];
    out.account <== BitsAt(248, 8, 20)(bits);
    out.keySelector <== bits[28];
    out.keyVersion <== BitsAt(248, 29, 16)(bits);
    for (var i = 0; i < 32; i++) {
        out.nonceBits[i] <== bits[45 + i];
    }
    out.slot <== BitsAt(248, 77, 8)(bits);
    out.market <== BitsAt(248, 85, 4)(bits);
    out.side <== bits[89];
    out.immediateOrCancel <== bits[90];
    out.postOnly <== bits[91];
    out.reduceOnly <== bits[92];
    out.price <== BitsAt(248, 94, 32)(bits);
    out.size <== BitsAt(248, 126, 32)(bits);
    out.expiry <== BitsAt(248, 158, 32)(bits);
    out.amount <== BitsAt(248, 94, 64)(bits);
    out.target <== BitsAt(248, 158, 20)(bits);
    out.payload <== BitsAt(248, 8, 128)(bits);
    out.tickTime <== BitsAt(248, 8, 32)(bits);
    for (var m = 0; m < 8; m++) {
        out.tickFresh[m] <== bits[40 + m];
        out.tickMagnitude[m] <== BitsAt(248, 48 + 22 * m, 21)(bits);
        out.tickSign[m] <== bits[48 + 22 * m + 21];
    }
    out.plain <== in - 32 * bits[5] - 64 * bits[6];
}
