// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice One request: 248 bits, 31 bytes on the wire. The table of its bits is sequencer/exchange/word.ts.
type Word is uint256;

using Words for Word global;

/// @notice The fields of the request word that the chain reads, at the offsets of sequencer/exchange/word.ts
/// (a test compares the two).
library Words {
    /// @dev Bytes of a word in posted data.
    uint256 internal constant WORD_BYTES = 31;

    // Request types.
    uint256 internal constant TYPE_NONE = 0;
    uint256 internal constant TYPE_TICK = 1;
    uint256 internal constant TYPE_PLACE = 2;
    uint256 internal constant TYPE_CANCEL = 3;
    uint256 internal constant TYPE_CANCEL_ALL = 4;
    uint256 internal constant TYPE_WITHDRAW = 5;
    uint256 internal constant TYPE_TRANSFER = 6;
    uint256 internal constant TYPE_SET_TRADING_KEY = 7;
    uint256 internal constant TYPE_EXPIRE = 8;
    uint256 internal constant TYPE_DEPOSIT = 9;
    uint256 internal constant TYPE_REGISTER = 10;
    uint256 internal constant TYPE_PAYLOAD_HIGH = 11;
    uint256 internal constant TYPE_PAYLOAD_LOW = 12;

    // Outcomes. The fourth value means nothing and is refused.
    uint256 internal constant OUTCOME_ACCEPTED = 0;
    uint256 internal constant OUTCOME_REFUSED = 1;
    uint256 internal constant OUTCOME_DROPPED = 2;

    // Offsets and widths.
    uint256 internal constant TYPE_BITS = 5;
    uint256 internal constant OUTCOME_OFFSET = 5;
    uint256 internal constant L1_OFFSET = 7;
    uint256 internal constant ACCOUNT_OFFSET = 8;
    uint256 internal constant ACCOUNT_BITS = 20;
    uint256 internal constant AMOUNT_OFFSET = 94;
    uint256 internal constant PAYLOAD_OFFSET = 8;

    uint256 private constant OUTCOME_MASK = 3 << OUTCOME_OFFSET;
    uint256 private constant L1_FLAG = 1 << L1_OFFSET;

    /// @dev The low byte of a word is type, outcome and l1. Bit b of this constant is set when a word with low
    /// byte b asks nothing of the chain: not from L1, a known type and outcome, not a deposit, no money leaving.
    /// Rows: outcome accepted, refused, dropped; a withdrawal (type 5) leaves only when accepted.
    uint256 internal constant PLAIN_LOW_BYTES = 0x19de | (0x19fe << 32) | (0x19fe << 64);

    function typeOf(Word word) internal pure returns (uint256) {
        return Word.unwrap(word) & ((1 << TYPE_BITS) - 1);
    }

    function outcomeOf(Word word) internal pure returns (uint256) {
        return (Word.unwrap(word) & OUTCOME_MASK) >> OUTCOME_OFFSET;
    }

    function isL1(Word word) internal pure returns (bool) {
        return Word.unwrap(word) & L1_FLAG != 0;
    }

    function accountOf(Word word) internal pure returns (uint32) {
        return uint32((Word.unwrap(word) >> ACCOUNT_OFFSET) & ((1 << ACCOUNT_BITS) - 1));
    }

    function amountOf(Word word) internal pure returns (uint64) {
        return uint64(Word.unwrap(word) >> AMOUNT_OFFSET);
    }

    /// @notice The word as it was requested, before the sequencer wrote its outcome into it.
    function withoutOutcome(Word word) internal pure returns (Word) {
        return Word.wrap(Word.unwrap(word) & ~OUTCOME_MASK);
    }

    function deposit(uint32 account, uint64 amount) internal pure returns (Word) {
        return _money(TYPE_DEPOSIT, account, amount);
    }

    function register(uint32 account, uint64 amount) internal pure returns (Word) {
        return _money(TYPE_REGISTER, account, amount);
    }

    function payloadHigh(uint256 data) internal pure returns (Word) {
        return Word.wrap(TYPE_PAYLOAD_HIGH | L1_FLAG | ((data >> 128) << PAYLOAD_OFFSET));
    }

    function payloadLow(uint256 data) internal pure returns (Word) {
        return Word.wrap(TYPE_PAYLOAD_LOW | L1_FLAG | (uint256(uint128(data)) << PAYLOAD_OFFSET));
    }

    function _money(uint256 kind, uint32 account, uint64 amount) private pure returns (Word) {
        return
            Word.wrap(
                kind | L1_FLAG | (uint256(account) << ACCOUNT_OFFSET) | (uint256(amount) << AMOUNT_OFFSET)
            );
    }
}
