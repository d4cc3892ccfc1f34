// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IValidatorRegistryErrors} from "../interfaces/IValidatorRegistryErrors.sol";
import {Quorum} from "./Quorum.sol";

/// @notice The pairs of statements of which an honest signer signs at most one.
enum Offence {
    /// Two blocks notarized in one view.
    NotarizeTwice,
    /// Two blocks finalized in one view.
    FinalizeTwice,
    /// A view both finalized (the first statement) and nullified (the second).
    FinalizeAndNullify,
    /// Two batches with one number after the same digest.
    BatchTwice
}

/// @notice What is particular to one of the two statements.
struct Statement {
    /// The block's hash; of a batch the data's hash; of a nullification nothing.
    bytes32 content;
    /// Of a batch, else nothing.
    uint256 commitment;
    /// 65 bytes (r, s, v) with low s.
    bytes signature;
}

/// @notice Two statements of one signer, and what they have in common.
struct Evidence {
    Offence offence;
    uint64 epoch;
    /// The view, or the batch's number.
    uint64 position;
    /// Of batches, else nothing.
    bytes32 previousDigest;
    Statement first;
    Statement second;
}

/// @notice What validators sign that only slashing reads, and the check of two statements against each other. The
/// domain is the exchange's, as for everything that validators sign.
library Offences {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("Proofbook");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant NOTARIZE_TYPEHASH =
        keccak256("Notarize(uint64 epoch,uint64 view,bytes32 blockHash)");
    bytes32 private constant FINALIZE_TYPEHASH =
        keccak256("Finalize(uint64 epoch,uint64 view,bytes32 blockHash)");
    bytes32 private constant NULLIFY_TYPEHASH = keccak256("Nullify(uint64 epoch,uint64 view)");
    bytes32 private constant JOIN_TYPEHASH = keccak256("Join(address owner,bytes32 peerKey)");

    /// @notice The digests of both statements.
    function digests(Evidence calldata evidence, address exchange)
        internal
        view
        returns (bytes32 first, bytes32 second)
    {
        return (
            typedHash(exchange, _structHash(evidence, evidence.first, true)),
            typedHash(exchange, _structHash(evidence, evidence.second, false))
        );
    }

    /// @notice Who signed both statements, which contradict each other.
    function culprit(Evidence calldata evidence, address exchange) internal view returns (address) {
        (bytes32 first, bytes32 second) = digests(evidence, exchange);
        // A statement may be signed any number of times.
        if (first == second) revert IValidatorRegistryErrors.NoContradiction();
        address signer = _signer(first, evidence.first.signature, 0);
        address other = _signer(second, evidence.second.signature, 1);
        if (signer != other) revert IValidatorRegistryErrors.DifferentSigners(signer, other);
        return signer;
    }

    /// @notice What a signer signs to be staked for.
    function joinHash(address owner, bytes32 peerKey) internal pure returns (bytes32) {
        return keccak256(abi.encode(JOIN_TYPEHASH, owner, peerKey));
    }

    /// @notice Whether the signer signed the digest.
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature)
        internal
        pure
        returns (bool)
    {
        (address recovered, ECDSA.RecoverError refusal,) = ECDSA.tryRecoverCalldata(digest, signature);
        return refusal == ECDSA.RecoverError.NoError && recovered == signer;
    }

    /// @notice EIP-712 digest under the exchange's domain.
    function typedHash(address exchange, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain =
            keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, exchange));
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function _structHash(Evidence calldata evidence, Statement calldata statement, bool isFirst)
        private
        pure
        returns (bytes32)
    {
        (Offence offence, uint64 epoch, uint64 position) =
            (evidence.offence, evidence.epoch, evidence.position);
        if (offence == Offence.BatchTwice) {
            return Quorum.batchHash(
                epoch, position, evidence.previousDigest, statement.commitment, statement.content
            );
        }
        if (offence == Offence.FinalizeAndNullify && !isFirst) {
            return keccak256(abi.encode(NULLIFY_TYPEHASH, epoch, position));
        }
        bytes32 typeHash = offence == Offence.NotarizeTwice ? NOTARIZE_TYPEHASH : FINALIZE_TYPEHASH;
        return keccak256(abi.encode(typeHash, epoch, position, statement.content));
    }

    function _signer(bytes32 digest, bytes calldata signature, uint256 index) private pure returns (address) {
        (address signer, ECDSA.RecoverError refusal,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (refusal != ECDSA.RecoverError.NoError) revert IValidatorRegistryErrors.MalformedEvidence(index);
        return signer;
    }
}
