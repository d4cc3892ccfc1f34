pragma circom 2.2.0;
include "circomlib/circuits/comparators.circom";
include "compare.circom";
include "globals.circom";
include "hash.circom";
include "limits.circom";
include "step.circom";

// C: the sponge over all header words and one word a step (zero where a step consumes none), 15 at a time.
template Sponge(n) {
    signal input in[n];
    signal output out;
    var chunks = (n + 14) \ 15;
    component hash[chunks];
    for (var c = 0; c < chunks; c++) {
        hash[c] = Hash(HASH_SPONGE(), 16);
        hash[c].in[0] <== c == 0 ? 0 : hash[c - 1].out;
        for (var i = 0; i < 15; i++) {
            hash[c].in[1 + i] <== 15 * c + i < n ? in[15 * c + i] : 0;
        }
    }
    out <== hash[chunks - 1].out;
}

// Horner's rule at z over the header words and the words that exist, from 1. Whether a word exists is fixed by
// the word itself, so nothing is left to choose once z is known.
template Evaluation(headers, steps) {
    signal input header[headers];
    signal input words[steps];
    signal input z;
    signal output out;
    signal acc[headers + steps + 1];
    signal next[steps];
    signal isZero[steps];
    acc[0] <== 1;
    for (var i = 0; i < headers; i++) {
        acc[i + 1] <== acc[i] * z + header[i];
    }
    for (var i = 0; i < steps; i++) {
        isZero[i] <== IsZero()(words[i]);
        next[i] <== acc[headers + i] * z + words[i];
        acc[headers + i + 1] <== Choose()(isZero[i], acc[headers + i], next[i]);
    }
    out <== acc[headers + steps];
}

// A batch: `steps` steps from the state that the header's first root names to the one its second names.
// Public: C = commitment, z = challenge, y = evaluation. See README.md for the statement and why it binds.
template Batch(steps, accountDepth, orderDepth, markets) {
    signal input commitment;
    signal input challenge;
    signal input evaluation;

    signal input header[HEADER_WORDS()];
    signal input words[steps];
    signal input machine[MACHINE_FIELDS()];
    signal input market[markets][MARKET_FIELDS()];
    signal input accountsRoot;
    signal input index[steps][2];
    signal input slot[steps][2];
    signal input account[steps][2][ACCOUNT_FIELDS(markets)];
    signal input order[steps][2];
    signal input orderPath[steps][2][orderDepth][4];
    signal input accountPath[steps][2][accountDepth][4];
    signal input publicKey[steps][2];
    signal input r8[steps][2];
    signal input s[steps];

    component machineBefore = MachineFromFields();
    machineBefore.in <== machine;
    component marketBefore[markets];
    component before = StateRoot(markets);
    before.accountsRoot <== accountsRoot;
    before.machine <== machineBefore.out;
    for (var m = 0; m < markets; m++) {
        marketBefore[m] = MarketFromFields();
        marketBefore[m].in <== market[m];
        before.market[m] <== marketBefore[m].out;
    }

    component step[steps];
    for (var i = 0; i < steps; i++) {
        step[i] = Step(accountDepth, orderDepth, markets);
        if (i == 0) {
            step[i].machine <== machineBefore.out;
            step[i].accountsRoot <== accountsRoot;
            for (var m = 0; m < markets; m++) {
                step[i].market[m] <== marketBefore[m].out;
            }
        } else {
            step[i].machine <== step[i - 1].machineAfter;
            step[i].accountsRoot <== step[i - 1].accountsRootAfter;
            step[i].market <== step[i - 1].marketAfter;
        }
        step[i].word <== words[i];
        step[i].index <== index[i];
        step[i].slot <== slot[i];
        step[i].account <== account[i];
        step[i].order <== order[i];
        step[i].orderPath <== orderPath[i];
        step[i].accountPath <== accountPath[i];
        step[i].publicKey <== publicKey[i];
        step[i].r8 <== r8[i];
        step[i].s <== s[i];
    }
    // No-ops are a suffix.
    for (var i = 1; i < steps; i++) {
        step[i - 1].isNoOp * (1 - step[i].isNoOp) === 0;
    }
    component after = StateRoot(markets);
    after.accountsRoot <== step[steps - 1].accountsRootAfter;
    after.machine <== step[steps - 1].machineAfter;
    after.market <== step[steps - 1].marketAfter;

    // Header: preRoot and postRoot as limbs (the contract checks them below the modulus), batchInfo, time,
    // l1Start, l1End, signaturesHash. batchInfo and signaturesHash are bound but mean nothing here.
    var limb = 1 << 128;
    header[0] * limb + header[1] === before.out;
    header[2] * limb + header[3] === after.out;
    header[5] === step[steps - 1].machineAfter.time;
    header[6] === machineBefore.out.l1Consumed;
    header[7] === step[steps - 1].machineAfter.l1Consumed;

    component sponge = Sponge(HEADER_WORDS() + steps);
    for (var i = 0; i < HEADER_WORDS(); i++) {
        sponge.in[i] <== header[i];
    }
    for (var i = 0; i < steps; i++) {
        sponge.in[HEADER_WORDS() + i] <== words[i];
    }
    sponge.out === commitment;
    signal evaluated <== Evaluation(HEADER_WORDS(), steps)(header, words, challenge);
    evaluated === evaluation;
}
