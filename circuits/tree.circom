pragma circom 2.2.0;
include "circomlib/circuits/bitify.circom";
include "hash.circom";

// One level of a 4-ary tree: among four children the selected one is oldNode; replacing it by newNode gives
// newParent. The attack it stops: showing siblings that belong to another position, or changing a sibling.
// Caller ensures low, high are bits. 2 hashes + 8 constraints.
template Level(kind) {
    signal input children[4];
    signal input low;
    signal input high;
    signal input oldNode;
    signal input newNode;
    signal output oldParent;
    signal output newParent;

    signal first <== children[0] + low * (children[1] - children[0]);
    signal second <== children[2] + low * (children[3] - children[2]);
    signal selected <== first + high * (second - first);
    selected === oldNode;

    signal both <== low * high;
    var isChild[4] = [1 - low - high + both, low - both, high - both, both];
    signal replaced[4];
    for (var i = 0; i < 4; i++) {
        replaced[i] <== children[i] + isChild[i] * (newNode - oldNode);
    }
    oldParent <== Hash(kind, 4)(children);
    newParent <== Hash(kind, 4)(replaced);
}

// Opens a leaf and replaces it: the roots before and after. Every other leaf stays as it is.
// index must be below 4^depth: its decomposition says so.
template ReplaceLeaf(kind, depth) {
    signal input index;
    signal input children[depth][4];
    signal input oldLeaf;
    signal input newLeaf;
    signal output oldRoot;
    signal output newRoot;

    signal bits[2 * depth] <== Num2Bits(2 * depth)(index);
    component levels[depth];
    for (var i = 0; i < depth; i++) {
        levels[i] = Level(kind);
        levels[i].children <== children[i];
        levels[i].low <== bits[2 * i];
        levels[i].high <== bits[2 * i + 1];
        levels[i].oldNode <== i == 0 ? oldLeaf : levels[i - 1].oldParent;
        levels[i].newNode <== i == 0 ? newLeaf : levels[i - 1].newParent;
    }
    oldRoot <== levels[depth - 1].oldParent;
    newRoot <== levels[depth - 1].newParent;
}
