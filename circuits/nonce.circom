pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "compare.circom";

// A nonce of a key is used once. The account keeps, for each of its two keys, the bits of a window of 32 nonces and of the window before it; a newer
// window moves on, an older one is refused for ever. Stops replay of a request. See sequencer/exchange/nonce.ts.
template Nonce() {
    signal input packed;
    signal input nonceBits[32];
    signal output isFresh;
    // What to store when it is burned.
    signal output burned;

    signal stored[91] <== Num2Bits(91)(packed);
    signal current <== BitsAt(91, 0, 32)(stored);
    signal previous <== BitsAt(91, 32, 32)(stored);
    signal window <== BitsAt(91, 64, 27)(stored);
    signal wanted <== BitsAt(32, 5, 27)(nonceBits);

    // One-hot of the low five bits: two one-hots multiplied.
    signal low <== nonceBits[0] * nonceBits[1];
    signal middle <== nonceBits[2] * nonceBits[3];
    var four[4] = [
        1 - nonceBits[0] - nonceBits[1] + low, nonceBits[0] - low, nonceBits[1] - low, low
    ];
    var nextFour[4] = [
        1 - nonceBits[2] - nonceBits[3] + middle, nonceBits[2] - middle, nonceBits[3] - middle, middle
    ];
    signal sixteen[16];
    signal upper[16];
    signal isBit[32];
    for (var i = 0; i < 16; i++) {
        sixteen[i] <== four[i % 4] * nextFour[i \ 4];
        upper[i] <== sixteen[i] * nonceBits[4];
        isBit[i] <== sixteen[i] - upper[i];
        isBit[16 + i] <== upper[i];
    }
    signal usedNow[32];
    signal usedBefore[32];
    var inCurrent = 0;
    var inPrevious = 0;
    var mask = 0;
    for (var i = 0; i < 32; i++) {
        usedNow[i] <== isBit[i] * stored[i];
        usedBefore[i] <== isBit[i] * stored[32 + i];
        inCurrent += usedNow[i];
        inPrevious += usedBefore[i];
        mask += isBit[i] * (1 << i);
    }

    signal isSame <== IsEqual()([wanted, window]);
    signal isPrevious <== IsEqual()([wanted + 1, window]);
    signal isNext <== IsEqual()([wanted, window + 1]);
    signal isNewer <== IsNonNegative(27)(wanted - window - 1);
    signal freshHere <== isSame * (1 - inCurrent);
    signal freshBefore <== isPrevious * (1 - inPrevious);
    isFresh <== isNewer + freshHere + freshBefore;

    // Newer: the window moves; the bits kept are the old current ones if it moved by one, else none.
    signal addedHere <== isSame * mask;
    signal addedBefore <== isPrevious * mask;
    signal shifted <== isNext * current;
    signal newCurrent <== Choose()(isNewer, mask, current + addedHere);
    signal newPrevious <== Choose()(isNewer, shifted, previous + addedBefore);
    signal newWindow <== Choose()(isNewer, wanted, window);
    burned <== newCurrent + (1 << 32) * newPrevious + (1 << 64) * newWindow;
}
