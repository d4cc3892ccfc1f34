pragma circom 2.2.0;
include "account.circom";
include "compare.circom";
include "nonce.circom";
include "signature.circom";
include "word.circom";

// Which kind a consumed word is: at most one signal is 1. Words of the L1 queue need no signature and exist only
// as payload, deposit and register; a word whose mark and type do not fit is of no kind and will be refused.
bus Kind() {
    signal place;
    signal cancel;
    signal cancelAll;
    signal withdraw;
    signal transfer;
    signal setTradingKey;
    // Any of the six above.
    signal signed;
    signal tick;
    signal expire;
    signal deposit;
    signal register;
    signal payloadHigh;
    signal payloadLow;
}

// Signed kinds are all 0 for a dropped word. Only words that need a signature can be dropped: the L1 queue cannot.
template KindOf() {
    input Word() word;
    output Kind() out;
    signal needsSignature <== (word.isType[TYPE_PLACE()] + word.isType[TYPE_CANCEL()]
        + word.isType[TYPE_CANCEL_ALL()] + word.isType[TYPE_WITHDRAW()] + word.isType[TYPE_TRANSFER()]
        + word.isType[TYPE_SET_TRADING_KEY()]) * (1 - word.l1);
    word.dropped * (1 - needsSignature) === 0;
    out.signed <== needsSignature * (1 - word.dropped);
    out.place <== out.signed * word.isType[TYPE_PLACE()];
    out.cancel <== out.signed * word.isType[TYPE_CANCEL()];
    out.cancelAll <== out.signed * word.isType[TYPE_CANCEL_ALL()];
    out.withdraw <== out.signed * word.isType[TYPE_WITHDRAW()];
    out.transfer <== out.signed * word.isType[TYPE_TRANSFER()];
    out.setTradingKey <== out.signed * word.isType[TYPE_SET_TRADING_KEY()];
    out.tick <== word.isType[TYPE_TICK()] * (1 - word.l1);
    out.expire <== word.isType[TYPE_EXPIRE()] * (1 - word.l1);
    out.deposit <== word.isType[TYPE_DEPOSIT()] * word.l1;
    out.register <== word.isType[TYPE_REGISTER()] * word.l1;
    out.payloadHigh <== word.isType[TYPE_PAYLOAD_HIGH()];
    out.payloadLow <== word.isType[TYPE_PAYLOAD_LOW()];
}

// The active account allowed this: a key of the current version that may sign the type, a nonce that this key never
// used, a signature of that key. A refusal for version, expiry, scope or nonce changes nothing and needs no signature,
// so nobody else's nonce or money can be burned with it; otherwise the nonce is burned, and the fee is paid if equity
// covers it.
template Authority(markets) {
    input Word() word;
    input Kind() kind;
    input Account(markets) account;
    signal input time;
    signal input domain;
    signal input requestFee;
    signal input payloadHigh;
    signal input payloadLow;
    signal input equity;
    signal input publicKey[2];
    signal input r8[2];
    signal input s;
    // Fee taken: requestFee or 0.
    signal output paid;
    // Authorized and paid.
    signal output permitted;
    signal output keyVersion;
    // With the nonce burned in one of the two if the request is authorized.
    signal output packedNoncesAfter;
    signal output packedKeyAfter;

    component key = UnpackKey();
    key.in <== account.packedKey;
    keyVersion <== key.version;
    signal currentVersion <== word.keySelector * key.version;
    signal isCurrent <== IsEqual()([word.keyVersion, currentVersion]);
    signal neverExpires <== IsZero()(key.expiry);
    signal notExpired <== IsNonNegative(TIME_BITS())(key.expiry - time - 1);
    signal keyLives <== Or()(neverExpires, notExpired);
    // A trading key never sets keys; place, cancel (and cancel all), withdraw, transfer are bits 0 to 3.
    signal inScope <== Select(4)(
        [kind.place, kind.cancel + kind.cancelAll, kind.withdraw, kind.transfer], key.scope
    );
    signal tradingKeyMay <== keyLives * inScope;
    signal keyMay <== 1 - word.keySelector + word.keySelector * tradingKeyMay;
    // The keys' nonces count apart: a stolen trading key must not use up the owner's.
    component nonce = Nonce();
    nonce.packed <== Choose()(word.keySelector, key.nonces, account.packedNonces);
    nonce.nonceBits <== word.nonceBits;
    signal authorized <== AllOf(4)([kind.signed, isCurrent, keyMay, nonce.isFresh]);
    signal burned <== authorized * (nonce.burned - nonce.packed);
    signal burnedOfTradingKey <== word.keySelector * burned;
    packedNoncesAfter <== account.packedNonces + burned - burnedOfTradingKey;
    packedKeyAfter <== account.packedKey + burnedOfTradingKey * (1 << KEY_NONCES_OFFSET());

    component signature = RequestSignature();
    signature.enabled <== authorized;
    signature.keyHash <== Choose()(word.keySelector, account.tradingKey, account.ownerKey);
    // Only a new key's payload is signed along: any other request signs zeros.
    signal high <== kind.setTradingKey * payloadHigh;
    signal low <== kind.setTradingKey * payloadLow;
    signature.message <== Hash(HASH_REQUEST(), 4)([domain, word.plain, high, low]);
    signature.publicKey <== publicKey;
    signature.r8 <== r8;
    signature.s <== s;

    signal canPay <== IsNonNegative(EQUITY_BITS())(equity - requestFee);
    permitted <== authorized * canPay;
    paid <== permitted * requestFee;
}
