pragma circom 2.2.0;
include "account.circom";
include "hash.circom";
include "rules.circom";
include "tree.circom";

// One step with its trees. Opens the counterparty against the accounts' root, replaces it, then opens the active
// account against the root that this left, and replaces it. Both with one order of theirs.
template Step(accountDepth, orderDepth, markets) {
    input Machine() machine;
    input Market() market[markets];
    signal input accountsRoot;
    signal input word;
    // [0] counterparty, [1] active
    signal input index[2];
    signal input slot[2];
    signal input account[2][ACCOUNT_FIELDS(markets)];
    signal input order[2];
    signal input orderPath[2][orderDepth][4];
    signal input accountPath[2][accountDepth][4];
    signal input publicKey[2];
    signal input r8[2];
    signal input s;
    output Machine() machineAfter;
    output Market() marketAfter[markets];
    signal output accountsRootAfter;
    signal output isNoOp;

    component opened[2];
    for (var i = 0; i < 2; i++) {
        opened[i] = AccountFromFields(markets);
        opened[i].in <== account[i];
    }
    component rules = StepRules(markets);
    rules.machine <== machine;
    rules.market <== market;
    rules.word <== word;
    rules.counterpartyIndex <== index[0];
    rules.counterpartySlot <== slot[0];
    rules.counterparty <== opened[0].out;
    rules.counterpartyLeaf <== order[0];
    rules.activeIndex <== index[1];
    rules.activeSlot <== slot[1];
    rules.active <== opened[1].out;
    rules.activeLeaf <== order[1];
    rules.publicKey <== publicKey;
    rules.r8 <== r8;
    rules.s <== s;
    machineAfter <== rules.machineAfter;
    marketAfter <== rules.marketAfter;
    isNoOp <== rules.isNoOp;

    component orders[2];
    component accounts[2];
    signal leaves[2];
    signal leavesAfter[2];
    for (var i = 0; i < 2; i++) {
        orders[i] = ReplaceLeaf(HASH_ORDER_NODE(), orderDepth);
        orders[i].index <== slot[i];
        orders[i].children <== orderPath[i];
        orders[i].oldLeaf <== order[i];
        orders[i].newLeaf <== i == 0 ? rules.counterpartyLeafAfter : rules.activeLeafAfter;
        leaves[i] <== AccountLeaf(markets)(opened[i].out, orders[i].oldRoot);
    }
    leavesAfter[0] <== AccountLeaf(markets)(rules.counterpartyAfter, orders[0].newRoot);
    leavesAfter[1] <== AccountLeaf(markets)(rules.activeAfter, orders[1].newRoot);
    for (var i = 0; i < 2; i++) {
        accounts[i] = ReplaceLeaf(HASH_ACCOUNT_NODE(), accountDepth);
        accounts[i].index <== index[i];
        accounts[i].children <== accountPath[i];
        accounts[i].oldLeaf <== leaves[i];
        accounts[i].newLeaf <== leavesAfter[i];
    }
    accounts[0].oldRoot === accountsRoot;
    accounts[1].oldRoot === accounts[0].newRoot;
    accountsRootAfter <== accounts[1].newRoot;
}
