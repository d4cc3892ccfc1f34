// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice Binds the posted words to the proof without hashing them in the circuit.
///
/// The circuit absorbs the words into a Poseidon sponge C, which the quorum signs beside keccak256(words). The
/// chain draws z from both and evaluates the words at z, the circuit does the same, and (C, z, y) are the public
/// inputs. z is fixed only after both lists of words are, so different lists agree with probability about n / p.
library Commitment {
    /// @dev Order of the scalar field of BN254.
    uint256 internal constant P =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice The random point: keccak256(abi.encode(commitment, dataHash)) mod P.
    function challenge(uint256 commitment, bytes32 dataHash) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(commitment, dataHash))) % P;
    }

    /// @notice Horner's rule over 31-byte words: acc = 1, then acc = acc * z + word for every word. Starting from
    /// one makes the number of words part of the value.
    /// @param data whole words only, checked by the caller
    function evaluate(bytes calldata data, uint256 z) internal pure returns (uint256 acc) {
        assembly ("memory-safe") {
            acc := 1
            let p := P
            let at := data.offset
            let end := add(at, data.length)
            // Four words a turn while there are four: the loop's own cost is a third of the arithmetic.
            let end4 := add(at, mul(div(data.length, 124), 124))
            for {} lt(at, end4) { at := add(at, 124) } {
                acc := addmod(mulmod(acc, z, p), shr(8, calldataload(at)), p)
                acc := addmod(mulmod(acc, z, p), shr(8, calldataload(add(at, 31))), p)
                acc := addmod(mulmod(acc, z, p), shr(8, calldataload(add(at, 62))), p)
                acc := addmod(mulmod(acc, z, p), shr(8, calldataload(add(at, 93))), p)
            }
            for {} lt(at, end) { at := add(at, 31) } {
                acc := addmod(mulmod(acc, z, p), shr(8, calldataload(at)), p)
            }
        }
    }
}
