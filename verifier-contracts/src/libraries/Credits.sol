// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Word} from "./Words.sol";

/// @notice Money that a batch hands back to L1 once it is proven: account * 2^64 + amount.
type Credit is uint256;

using Credits for Credit global;

/// @notice Makes credits of words and hashes lists of them. A list is hashed at commit and given again at proof.
library Credits {
    function fromWord(Word word) internal pure returns (Credit) {
        return Credit.wrap((uint256(word.accountOf()) << 64) | word.amountOf());
    }

    function accountOf(Credit credit) internal pure returns (uint32) {
        return uint32(Credit.unwrap(credit) >> 64);
    }

    function amountOf(Credit credit) internal pure returns (uint64) {
        return uint64(Credit.unwrap(credit));
    }

    /// @notice keccak256 of the first `count` credits, each as 32 bytes.
    function hash(Credit[] memory credits, uint256 count) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := keccak256(add(credits, 32), mul(count, 32))
        }
    }
}
