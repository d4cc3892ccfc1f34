pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "compare.circom";
include "hash.circom";

// An account leaf: H(ownerKey, tradingKey, packedKey, collateral, reserved, packedNonces, packedSigns, ordersRoot,
// H(|size| of every market, funding of every market)). Same inputs, same order as accountInputs in encode.ts.
bus Account(markets) {
    signal ownerKey;
    signal tradingKey;
    // All of the trading key but its hash: keyVersion 16, scope 8, keyExpiry 32, its nonces 91
    signal packedKey;
    signal collateral;
    signal reserved;
    // Of the owner key: window bits 32, previous window's bits 32, window 27
    signal packedNonces;
    // one sign a market 8 (1 = short), generation 24
    signal packedSigns;
    // |size| in lots
    signal magnitudes[markets];
    signal fundings[markets];
}

// Signals of an account as they come in: 7 fields, then magnitudes, then fundings.
function ACCOUNT_FIELDS(markets) { return 7 + 2 * markets; }

template AccountFromFields(markets) {
    signal input in[ACCOUNT_FIELDS(markets)];
    output Account(markets) out;
    out.ownerKey <== in[0];
    out.tradingKey <== in[1];
    out.packedKey <== in[2];
    out.collateral <== in[3];
    out.reserved <== in[4];
    out.packedNonces <== in[5];
    out.packedSigns <== in[6];
    for (var m = 0; m < markets; m++) {
        out.magnitudes[m] <== in[7 + m];
        out.fundings[m] <== in[7 + markets + m];
    }
}

// 2 hashes.
template AccountLeaf(markets) {
    input Account(markets) account;
    signal input ordersRoot;
    signal output out;
    component positions = Hash(HASH_POSITIONS(), 2 * markets);
    for (var m = 0; m < markets; m++) {
        positions.in[m] <== account.magnitudes[m];
        positions.in[markets + m] <== account.fundings[m];
    }
    out <== Hash(HASH_ACCOUNT(), 9)([
        account.ownerKey,
        account.tradingKey,
        account.packedKey,
        account.collateral,
        account.reserved,
        account.packedNonces,
        account.packedSigns,
        ordersRoot,
        positions.out
    ]);
}

// Takes packedSigns apart; 32 bits, unique. sizes are signed.
template UnpackSigns(markets) {
    input Account(markets) account;
    signal output signs[markets];
    signal output sizes[markets];
    signal output generation;
    signal bits[32] <== Num2Bits(32)(account.packedSigns);
    for (var m = 0; m < markets; m++) {
        signs[m] <== bits[m];
        sizes[m] <== account.magnitudes[m] * (1 - 2 * bits[m]);
    }
    generation <== BitsAt(32, 8, 24)(bits);
}

// Where packedKey has the nonces.
function KEY_NONCES_OFFSET() { return 56; }

// Takes packedKey apart; 147 bits, unique.
template UnpackKey() {
    signal input in;
    signal output version;
    signal output scope[4];
    signal output expiry;
    // Packed as the owner key's are.
    signal output nonces;
    signal bits[147] <== Num2Bits(147)(in);
    nonces <== BitsAt(147, KEY_NONCES_OFFSET(), 91)(bits);
    version <== BitsAt(147, 0, 16)(bits);
    for (var i = 0; i < 4; i++) {
        scope[i] <== bits[16 + i];
    }
    expiry <== BitsAt(147, 24, 32)(bits);
}
