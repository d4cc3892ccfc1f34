// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IExchangeErrors} from "../interfaces/IExchangeErrors.sol";
import {Credit, Credits} from "./Credits.sol";
import {Header} from "./Header.sol";
import {RequestQueue} from "./RequestQueue.sol";
import {Word, Words} from "./Words.sol";

/// @notice Reads the request words of a batch: which of them come from the L1 queue, and what they pay out.
library RequestLog {
    using RequestQueue for RequestQueue.Queue;

    /// @notice Checks every request word against the queue from `l1Start` on.
    /// @return l1Words how many words came from the queue
    /// @return creditsHash hash of the credits: accepted withdrawals, refused deposits and registrations
    function read(bytes calldata data, RequestQueue.Queue storage queue, uint64 l1Start)
        internal
        view
        returns (uint64 l1Words, bytes32 creditsHash)
    {
        uint256 count = data.length / Words.WORD_BYTES - Header.HEADER_WORDS;
        Credit[] memory credits = new Credit[](count);
        uint256 credited = 0;
        uint256 plain = Words.PLAIN_LOW_BYTES;
        uint256 word = 0;
        uint256 cursor;
        assembly ("memory-safe") {
            cursor := data.offset
        }
        cursor += Header.HEADER_BYTES;
        for (uint256 i = 0; i < count; i++) {
            uint256 isPlain;
            assembly ("memory-safe") {
                word := shr(8, calldataload(cursor))
                isPlain := and(shr(and(word, 0xff), plain), 1)
                cursor := add(cursor, 31)
            }
            if (isPlain != 0) continue;
            if (_readSpecial(Word.wrap(word), i, queue, l1Start + l1Words)) l1Words++;
            if (_pays(Word.wrap(word))) credits[credited++] = Credits.fromWord(Word.wrap(word));
        }
        // A request of several words never crosses batches: the payload would be read without its request.
        uint256 last = Word.wrap(word).typeOf();
        if (last == Words.TYPE_PAYLOAD_HIGH || last == Words.TYPE_PAYLOAD_LOW) {
            revert IExchangeErrors.SplitRequest();
        }
        creditsHash = Credits.hash(credits, credited);
    }

    /// @dev Refuses what may not be in a batch; answers whether the word is the next of the queue.
    function _readSpecial(Word word, uint256 index, RequestQueue.Queue storage queue, uint64 next)
        private
        view
        returns (bool isFromQueue)
    {
        uint256 kind = word.typeOf();
        if (
            kind == Words.TYPE_NONE || kind > Words.TYPE_PAYLOAD_LOW
                || word.outcomeOf() > Words.OUTCOME_DROPPED
        ) {
            revert IExchangeErrors.MalformedWord(index);
        }
        isFromQueue = word.isL1();
        if (!isFromQueue) {
            // Only the queue mints collateral.
            if (kind == Words.TYPE_DEPOSIT || kind == Words.TYPE_REGISTER) {
                revert IExchangeErrors.NotFromQueue(index);
            }
            return false;
        }
        if (word.outcomeOf() == Words.OUTCOME_DROPPED) revert IExchangeErrors.QueueWordDropped(index);
        if (next >= queue.length) revert IExchangeErrors.QueueExhausted(index);
        Word expected = queue.wordAt(next);
        if (Word.unwrap(word.withoutOutcome()) != Word.unwrap(expected)) {
            revert IExchangeErrors.QueueMismatch(index, Word.unwrap(expected));
        }
    }

    /// @dev Whether proving the word hands its amount to the account's owner on L1.
    function _pays(Word word) private pure returns (bool) {
        uint256 kind = word.typeOf();
        uint256 outcome = word.outcomeOf();
        if (kind == Words.TYPE_WITHDRAW) return outcome == Words.OUTCOME_ACCEPTED;
        if (kind == Words.TYPE_DEPOSIT || kind == Words.TYPE_REGISTER) {
            return outcome == Words.OUTCOME_REFUSED;
        }
        return false;
    }
}
