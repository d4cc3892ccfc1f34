// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ValidatorRegistry} from "../src/ValidatorRegistry.sol";
import {BatchRecord} from "../src/interfaces/IExchange.sol";
import {Status, Terms} from "../src/interfaces/IValidatorRegistry.sol";
import {IValidatorSet} from "../src/interfaces/IValidatorSet.sol";
import {Evidence, Offence, Statement} from "../src/libraries/Offences.sol";
import {ExchangeFixture} from "./ExchangeFixture.sol";

/// @notice An exchange ordered by a registry of four to six members. The digests of votes are spelled out here by
/// other code than the contract's.
abstract contract RegistryFixture is ExchangeFixture {
    uint96 internal constant STAKE = 1000;
    uint32 internal constant EPOCH = 1 days;
    uint32 internal constant HANDOVER = 6 hours;
    uint32 internal constant UNBONDING = 14 days;
    uint32 internal constant SILENCE = 30 days;
    bytes32 internal constant PEER = keccak256("peer");

    ValidatorRegistry internal registry;
    uint256[] internal noWords;

    function _terms() internal pure returns (Terms memory) {
        return Terms({
            minimumStake: STAKE,
            rewardBasisPoints: 1000,
            minimumMembers: 4,
            maximumMembers: 6,
            epochSeconds: EPOCH,
            handoverSeconds: HANDOVER,
            unbondingSeconds: UNBONDING,
            silenceSeconds: SILENCE
        });
    }

    function _makeValidatorSet() internal override returns (IValidatorSet) {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        registry = new ValidatorRegistry(token, next, _terms());
        return registry;
    }

    /// @dev Signer keys beside the first four validators'.
    function _key(uint256 index) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("candidate", index)));
    }

    function _owner(uint256 key) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("owner", key)))));
    }

    function _join(uint256 key, uint96 stake) internal returns (address signer) {
        signer = vm.addr(key);
        address owner = _owner(key);
        token.mint(owner, stake);
        bytes memory consent = _signature(key, registry.joinDigest(owner, PEER));
        vm.prank(owner);
        token.approve(address(registry), stake);
        vm.prank(owner);
        registry.join(signer, PEER, stake, consent);
    }

    function _leave(uint256 key) internal {
        vm.prank(_owner(key));
        registry.leave(vm.addr(key));
    }

    /// @dev The four founders, sealed. Their epoch begins with the first batch.
    function _found() internal {
        for (uint256 i = 0; i < keys.length; i++) {
            _join(keys[i], STAKE);
        }
        registry.sealEpoch();
        draftEpoch = 1;
    }

    /// @dev The next batch, by the set of `draftEpoch`: the four founders are in it and are enough.
    function _order(uint256 postRoot) internal returns (BatchRecord memory) {
        return _commit(_draft(noWords, postRoot));
    }

    function _sealNext() internal {
        vm.warp(block.timestamp + EPOCH);
        registry.sealEpoch();
        draftEpoch = registry.currentEpoch() + 1;
    }

    function _statusOf(uint256 key) internal view returns (Status) {
        return registry.validatorOf(vm.addr(key)).status;
    }

    // -- votes

    function _notarize(uint64 inEpoch, uint64 inView, bytes32 hash) internal view returns (bytes32) {
        bytes32 kind = keccak256("Notarize(uint64 epoch,uint64 view,bytes32 blockHash)");
        return _typedHash(keccak256(abi.encode(kind, inEpoch, inView, hash)));
    }

    function _finalize(uint64 inEpoch, uint64 inView, bytes32 hash) internal view returns (bytes32) {
        bytes32 kind = keccak256("Finalize(uint64 epoch,uint64 view,bytes32 blockHash)");
        return _typedHash(keccak256(abi.encode(kind, inEpoch, inView, hash)));
    }

    function _nullify(uint64 inEpoch, uint64 inView) internal view returns (bytes32) {
        bytes32 kind = keccak256("Nullify(uint64 epoch,uint64 view)");
        return _typedHash(keccak256(abi.encode(kind, inEpoch, inView)));
    }

    function _batch(uint64 inEpoch, uint64 number, bytes32 before, uint256 commitment, bytes32 dataHash)
        internal
        view
        returns (bytes32)
    {
        bytes32 kind = keccak256(
            "Batch(uint64 epoch,uint64 number,bytes32 previousDigest,uint256 commitment,bytes32 dataHash)"
        );
        return _typedHash(keccak256(abi.encode(kind, inEpoch, number, before, commitment, dataHash)));
    }

    // -- evidence

    /// @dev Two of the votes of a view, signed by `key`.
    function _evidence(Offence offence, uint256 key, uint64 inEpoch, uint64 inView, bytes32 a, bytes32 b)
        internal
        view
        returns (Evidence memory evidence)
    {
        evidence.offence = offence;
        evidence.epoch = inEpoch;
        evidence.position = inView;
        evidence.first.content = a;
        evidence.second.content = b;
        (bytes32 first, bytes32 second) = _digests(evidence);
        evidence.first.signature = _signature(key, first);
        evidence.second.signature = _signature(key, second);
    }

    /// @dev Two batches of the same number after the same digest, signed by `key`.
    function _batchEvidence(uint256 key, uint64 inEpoch, uint64 number, bytes32 before)
        internal
        view
        returns (Evidence memory evidence)
    {
        evidence.offence = Offence.BatchTwice;
        evidence.epoch = inEpoch;
        evidence.position = number;
        evidence.previousDigest = before;
        evidence.first = Statement("words", 1, "");
        evidence.second = Statement("words", 2, "");
        (bytes32 first, bytes32 second) = _digests(evidence);
        evidence.first.signature = _signature(key, first);
        evidence.second.signature = _signature(key, second);
    }

    function _digests(Evidence memory evidence) internal view returns (bytes32 first, bytes32 second) {
        (uint64 inEpoch, uint64 position) = (evidence.epoch, evidence.position);
        (Statement memory a, Statement memory b) = (evidence.first, evidence.second);
        if (evidence.offence == Offence.NotarizeTwice) {
            return (_notarize(inEpoch, position, a.content), _notarize(inEpoch, position, b.content));
        }
        if (evidence.offence == Offence.FinalizeTwice) {
            return (_finalize(inEpoch, position, a.content), _finalize(inEpoch, position, b.content));
        }
        if (evidence.offence == Offence.FinalizeAndNullify) {
            return (_finalize(inEpoch, position, a.content), _nullify(inEpoch, position));
        }
        bytes32 before = evidence.previousDigest;
        return (
            _batch(inEpoch, position, before, a.commitment, a.content),
            _batch(inEpoch, position, before, b.commitment, b.content)
        );
    }
}
