// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Commitment} from "../src/libraries/Commitment.sol";
import {Test} from "./Test.sol";

contract CommitmentTest is Test {
    uint256 private constant P = Commitment.P;

    function evaluate(bytes calldata data, uint256 z) external pure returns (uint256) {
        return Commitment.evaluate(data, z);
    }

    function _pack(uint248[] memory words) private pure returns (bytes memory data) {
        for (uint256 i = 0; i < words.length; i++) {
            data = abi.encodePacked(data, words[i]);
        }
    }

    function test_noWordsEvaluateToOne(uint256 z) public view {
        assertEq(this.evaluate("", z % P), 1, "one");
    }

    /// @dev Against powers summed one by one: 1 * z^n + sum of word[i] * z^(n-1-i).
    function test_hornerIsThePolynomial(uint248[] memory words, uint256 z) public view {
        z %= P;
        uint256 expected = 0;
        uint256 power = 1;
        for (uint256 i = words.length; i > 0; i--) {
            expected = addmod(expected, mulmod(words[i - 1], power, P), P);
            power = mulmod(power, z, P);
        }
        assertEq(this.evaluate(_pack(words), z), addmod(expected, power, P), "value");
    }

    function test_everyNumberOfWordsAroundTheUnrolledLoop() public view {
        for (uint256 n = 0; n < 14; n++) {
            uint248[] memory words = new uint248[](n);
            uint256 expected = 1;
            for (uint256 i = 0; i < n; i++) {
                words[i] = type(uint248).max - uint248(i);
                expected = addmod(mulmod(expected, P - 1, P), words[i], P);
            }
            assertEq(this.evaluate(_pack(words), P - 1), expected, "value");
        }
    }

    function test_aLeadingZeroWordChangesTheValue(uint248 word, uint256 z) public view {
        z %= P;
        vm.assume(z > 1);
        uint248[] memory one = new uint248[](1);
        uint248[] memory two = new uint248[](2);
        one[0] = word;
        two[1] = word;
        assertTrue(this.evaluate(_pack(one), z) != this.evaluate(_pack(two), z), "length counts");
    }

    function test_challengeBindsBothSides(uint256 commitment, bytes32 dataHash) public pure {
        uint256 z = Commitment.challenge(commitment, dataHash);
        assertEq(z, uint256(keccak256(abi.encodePacked(commitment, dataHash))) % P, "z");
        assertTrue(z != Commitment.challenge(commitment ^ 1, dataHash), "commitment");
        assertTrue(z != Commitment.challenge(commitment, dataHash ^ bytes32(uint256(1))), "data");
    }
}
