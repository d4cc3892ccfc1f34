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

// The active account allowed this: current key version, a nonce never used, a signature of that key. A refusal for
// version or nonce changes nothing, so nobody else's nonce or money can be burned with it; otherwise the nonce is
// burned, and the fee is paid if equity covers it. Then the key must not be expired and its scope allow the type.
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
    // Signature and nonce are good: the nonce is burned.
    signal output authorized;
    signal output burnedNonces;
    // Fee taken: requestFee or 0.
    signal output paid;
    // Authorized, paid, and within the key's expiry and scope.
    signal output permitted;
    signal output keyVersion;

    component key = UnpackKey();
    key.in <== account.packedKey;
    keyVersion <== key.version;
    signal currentVersion <== word.keySelector * key.version;
    signal isCurrent <== IsEqual()([word.keyVersion, currentVersion]);
    component nonce = Nonce();
    nonce.packed <== account.packedNonces;
    nonce.nonceBits <== word.nonceBits;
    burnedNonces <== nonce.burned;
    authorized <== AllOf(3)([kind.signed, isCurrent, nonce.isFresh]);

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
    signal charged <== authorized * canPay;
    paid <== charged * requestFee;

    signal neverExpires <== IsZero()(key.expiry);
    signal notExpired <== IsNonNegative(TIME_BITS())(key.expiry - time - 1);
    signal keyLives <== Or()(neverExpires, notExpired);
    // A trading key never sets keys; place, cancel (and cancel all), withdraw, transfer are bits 0 to 3.
    signal inScope <== Select(4)(
        [kind.place, kind.cancel + kind.cancelAll, kind.withdraw, kind.transfer], key.scope
    );
    signal tradingKeyMay <== keyLives * inScope;
    signal keyMay <== 1 - word.keySelector + word.keySelector * tradingKeyMay;
    permitted <== charged * keyMay;
}
