// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Word} from "./Words.sol";

/// @notice The words that L1 asks the exchange to consume, in this order, for ever appended to.
///
/// How far batches have come is kept by the exchange: entries below `committedRequests` are in committed
/// batches, entries below `provenRequests` in proven ones.
library RequestQueue {
    /// @dev One slot. Words from L1 use fields below bit 190 only; the time is for deadlines to come.
    struct Entry {
        uint208 word;
        uint48 requestedAt;
    }

    struct Queue {
        mapping(uint64 index => Entry) entries;
        uint64 length;
    }

    /// @notice Appends a word and returns its index.
    function append(Queue storage queue, Word word) internal returns (uint64 index) {
        index = queue.length++;
        // A word from L1 is made by Words.sol and ends below bit 158: the cast loses nothing.
        queue.entries[index] = Entry(uint208(Word.unwrap(word)), uint48(block.timestamp));
    }

    /// @notice The word at an index below the length.
    function wordAt(Queue storage queue, uint64 index) internal view returns (Word) {
        return Word.wrap(queue.entries[index].word);
    }
}
