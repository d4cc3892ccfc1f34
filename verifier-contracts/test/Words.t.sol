// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Credit, Credits} from "../src/libraries/Credits.sol";
import {Word, Words} from "../src/libraries/Words.sol";
import {Test} from "./Test.sol";

contract WordsTest is Test {
    /// @dev What the chain must look at, told once more from the table of words, for every possible low byte.
    function test_plainLowBytesAreExactlyThoseThatAskNothingOfTheChain() public pure {
        for (uint256 low = 0; low < 256; low++) {
            uint256 kind = low % 32;
            uint256 outcome = (low / 32) % 4;
            bool fromL1 = low >= 128;
            bool knownType = kind >= 1 && kind <= 12;
            bool knownOutcome = outcome <= 2;
            bool mints = kind == 9 || kind == 10;
            bool paysOut = kind == 5 && outcome == 0;
            bool plain = !fromL1 && knownType && knownOutcome && !mints && !paysOut;
            assertTrue(((Words.PLAIN_LOW_BYTES >> low) & 1 == 1) == plain, "low byte");
        }
    }

    function test_moneyWordsCarryAccountAndAmount(uint32 account, uint64 amount) public pure {
        account = uint32(bound(account, 0, (1 << 20) - 1));
        Word deposit = Words.deposit(account, amount);
        assertEq(Word.unwrap(deposit), 9 | 128 | (uint256(account) << 8) | (uint256(amount) << 94), "deposit");
        assertEq(Word.unwrap(Words.register(account, amount)), Word.unwrap(deposit) + 1, "register");
        assertEq(deposit.accountOf(), account, "account");
        assertEq(deposit.amountOf(), amount, "amount");
        assertTrue(deposit.isL1(), "l1");
        assertEq(Credit.unwrap(Credits.fromWord(deposit)), (uint256(account) << 64) | amount, "credit");
    }

    function test_payloadsCarryBothHalvesOfAKeyHash(uint256 keyHash) public pure {
        uint256 high = Word.unwrap(Words.payloadHigh(keyHash));
        uint256 low = Word.unwrap(Words.payloadLow(keyHash));
        assertEq(high % 256, 11 + 128, "high's type");
        assertEq(low % 256, 12 + 128, "low's type");
        assertEq(((high >> 8) << 128) | (low >> 8), keyHash, "key hash");
        assertTrue(high < 1 << 136 && low < 1 << 136, "width");
    }

    function test_outcomeIsMaskedAndNothingElse(uint248 value) public pure {
        Word word = Word.wrap(value);
        assertEq(Word.unwrap(word.withoutOutcome()), value & ~uint256(0x60), "masked");
        assertEq(word.outcomeOf(), (value >> 5) & 3, "outcome");
        assertEq(word.typeOf(), value & 31, "type");
    }
}
