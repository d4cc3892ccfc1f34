// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice A Groth16 verifier with three public inputs, as snarkjs generates it.
interface IGroth16Verifier {
    /// @notice Whether the proof holds for the public inputs (commitment, challenge, evaluation).
    /// @dev Answers false, and does not revert, for a proof or an input out of its field.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata publicInputs
    ) external view returns (bool);
}
