// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IExchangeErrors} from "../interfaces/IExchangeErrors.sol";
import {Commitment} from "./Commitment.sol";
import {Words} from "./Words.sol";

/// @notice What the first nine words of a batch say, in their order there.
struct BatchHeader {
    uint256 preRoot;
    uint256 postRoot;
    uint64 number;
    uint32 epoch;
    uint16 steps;
    uint16 words;
    uint256 time;
    uint256 l1Start;
    uint256 l1End;
}

/// @notice Reads the header words: preRootHigh, preRootLow, postRootHigh, postRootLow, batchInfo, time, l1Start,
/// l1End, signaturesHash. The last one is served data's business and only bound, not read.
library Header {
    uint256 internal constant HEADER_WORDS = 9;
    uint256 internal constant HEADER_BYTES = HEADER_WORDS * Words.WORD_BYTES;

    // batchInfo: number (64 bits), epoch (32), steps (16), number of request words (16), zero.
    uint256 private constant EPOCH_OFFSET = 64;
    uint256 private constant STEPS_OFFSET = 96;
    uint256 private constant WORDS_OFFSET = 112;
    uint256 private constant INFO_BITS = 128;

    /// @notice Takes the header apart. Refuses every second spelling of the same value: a root has one pair of
    /// limbs, and bits without meaning are zero.
    function read(bytes calldata data) internal pure returns (BatchHeader memory header) {
        if (data.length < HEADER_BYTES || data.length % Words.WORD_BYTES != 0) {
            revert IExchangeErrors.MalformedData(data.length);
        }
        header.preRoot = _root(data, 0);
        header.postRoot = _root(data, 2);
        uint256 info = word(data, 4);
        if (info >> INFO_BITS != 0) revert IExchangeErrors.MalformedBatchInfo(info);
        header.number = uint64(info);
        header.epoch = uint32(info >> EPOCH_OFFSET);
        header.steps = uint16(info >> STEPS_OFFSET);
        header.words = uint16(info >> WORDS_OFFSET);
        header.time = word(data, 5);
        header.l1Start = word(data, 6);
        header.l1End = word(data, 7);
    }

    /// @notice The word at an index that lies within the data.
    function word(bytes calldata data, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(8, calldataload(add(data.offset, mul(index, 31))))
        }
    }

    function _root(bytes calldata data, uint256 index) private pure returns (uint256 root) {
        uint256 high = word(data, index);
        uint256 low = word(data, index + 1);
        if (high >> 128 != 0) revert IExchangeErrors.LimbOverflow(index);
        if (low >> 128 != 0) revert IExchangeErrors.LimbOverflow(index + 1);
        root = (high << 128) | low;
        if (root >= Commitment.P) revert IExchangeErrors.RootOutOfField(root);
    }
}
