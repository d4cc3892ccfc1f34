// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IExchangeErrors} from "../interfaces/IExchangeErrors.sol";
import {IValidatorSet} from "../interfaces/IValidatorSet.sol";

/// @notice What validators sign, and the check that enough of them did.
///
/// The digests form a chain: a batch names the digest before it, and after a revert the revert's own digest is the
/// one before. So a signature for a batch that was reverted is of no use to anybody, nor is an old revert.
library Quorum {
    bytes32 internal constant BATCH_TYPEHASH = keccak256(
        "Batch(uint64 epoch,uint64 number,bytes32 previousDigest,uint256 commitment,bytes32 dataHash)"
    );
    bytes32 internal constant REVERT_TYPEHASH = keccak256("Revert(uint64 epoch,uint64 from,bytes32 digest)");

    /// @notice EIP-712 struct hash of a batch.
    function batchHash(
        uint64 epoch,
        uint64 number,
        bytes32 previousDigest,
        uint256 commitment,
        bytes32 dataHash
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_TYPEHASH, epoch, number, previousDigest, commitment, dataHash));
    }

    /// @notice EIP-712 struct hash of a revert: of the batch with this digest and of everything after it.
    function revertHash(uint64 epoch, uint64 from, bytes32 digest) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVERT_TYPEHASH, epoch, from, digest));
    }

    /// @notice How many of `members` must sign: all but f, where 3f + 1 are the fewest that bear f liars.
    function sizeOf(uint256 members) internal pure returns (uint256) {
        return members - (members - 1) / 3;
    }

    /// @notice Reverts unless a quorum of the epoch's validators signed the digest.
    /// @param signatures 65 bytes each (r, s, v) with low s, in strictly ascending order of the signers' addresses,
    /// so that nobody counts twice
    function check(IValidatorSet validators, uint64 epoch, bytes32 digest, bytes[] calldata signatures)
        internal
        view
    {
        uint256 needed = validators.quorum(epoch);
        if (signatures.length < needed) revert IExchangeErrors.TooFewSignatures(signatures.length, needed);
        address last = address(0);
        for (uint256 i = 0; i < signatures.length; i++) {
            (address signer, ECDSA.RecoverError refusal,) = ECDSA.tryRecoverCalldata(digest, signatures[i]);
            if (refusal != ECDSA.RecoverError.NoError) revert IExchangeErrors.InvalidSignature(i);
            if (signer <= last) revert IExchangeErrors.SignersNotAscending(i);
            if (!validators.isValidator(epoch, signer)) revert IExchangeErrors.NotAValidator(signer);
            last = signer;
        }
    }
}
