// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../../src/interfaces/IGroth16Verifier.sol";

/// @notice Stands in for a verifier in forge: the only proof of some public inputs is their hash. Real proofs are
/// tried from TypeScript.
contract HashVerifier is IGroth16Verifier {
    function proofOf(uint256[3] memory publicInputs) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(publicInputs)));
    }

    /// @inheritdoc IGroth16Verifier
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[3] calldata publicInputs
    ) external pure returns (bool) {
        return a[0] == proofOf(publicInputs);
    }
}
