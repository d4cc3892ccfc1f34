// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord} from "../src/interfaces/IExchange.sol";
import {ValidatorRegistry} from "../src/ValidatorRegistry.sol";
import {IValidatorRegistry, Status, Terms} from "../src/interfaces/IValidatorRegistry.sol";
import {IValidatorRegistryErrors} from "../src/interfaces/IValidatorRegistryErrors.sol";
import {Evidence, Offence, Statement} from "../src/libraries/Offences.sol";
import {Draft} from "./ExchangeFixture.sol";
import {StrictToken} from "./doubles/Tokens.sol";
import {RegistryFixture} from "./RegistryFixture.sol";

contract RegistrySlashTest is RegistryFixture {
    uint256 private constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public override {
        super.setUp();
        _found();
    }

    function _expectSlashed(Evidence memory evidence, uint256 key) private {
        uint256 held = token.balanceOf(address(registry));
        vm.expectEmit();
        emit IValidatorRegistry.Slashed(
            vm.addr(key), evidence.offence, evidence.epoch, evidence.position, bob, STAKE / 10, STAKE * 9 / 10
        );
        vm.prank(bob);
        assertEq(registry.slash(evidence), vm.addr(key), "culprit");
        assertEq(token.balanceOf(address(registry)), held - STAKE / 10, "the reward alone leaves");
        assertEq(registry.validatorOf(vm.addr(key)).stake, 0, "nothing left");
        assertTrue(_statusOf(key) == Status.Slashed, "slashed");
    }

    function _expectRefused(Evidence memory evidence, bytes memory reason) private {
        vm.expectRevert(reason);
        registry.slash(evidence);
    }

    // -- the four offences

    function test_twoNotarizations(uint64 view_, bytes32 a, bytes32 b) public {
        vm.assume(a != b);
        _expectSlashed(_evidence(Offence.NotarizeTwice, keys[1], 1, view_, a, b), keys[1]);
    }

    function test_twoFinalizations(uint64 view_, bytes32 a, bytes32 b) public {
        vm.assume(a != b);
        _expectSlashed(_evidence(Offence.FinalizeTwice, keys[2], 1, view_, a, b), keys[2]);
    }

    function test_aFinalizationAndANullification(uint64 view_, bytes32 a) public {
        _expectSlashed(_evidence(Offence.FinalizeAndNullify, keys[0], 1, view_, a, 0), keys[0]);
    }

    function test_twoBatches(uint64 number, bytes32 before) public {
        _expectSlashed(_batchEvidence(keys[3], 1, number, before), keys[3]);
    }

    /// @dev What a signer signed as a batch is what the exchange recovers: one digest that was committed is half of
    /// the evidence.
    function test_aCommittedBatchIsHalfOfTheEvidence() public {
        BatchRecord memory record = _order(1);
        Evidence memory evidence = _batchEvidence(keys[0], 1, 1, 0);
        evidence.first.commitment = record.commitment;
        evidence.first.content = keccak256(_data(_draftOf(record)));
        evidence.first.signature = _signature(keys[0], record.digest);
        (bytes32 first,) = registry.evidenceDigests(evidence);
        assertEq(first, record.digest, "digest");
        _expectSlashed(evidence, keys[0]);
    }

    function _draftOf(BatchRecord memory record) private pure returns (Draft memory draft) {
        draft.header = [
            record.preRoot >> 128,
            record.preRoot & type(uint128).max,
            record.postRoot >> 128,
            record.postRoot & type(uint128).max,
            _info(record.number, record.epoch, record.steps, 0),
            record.time,
            record.l1Start,
            record.l1End,
            uint256(keccak256("signatures")) >> 8
        ];
    }

    function test_digestsAreTheContracts(
        uint256 offence,
        uint64 inEpoch,
        uint64 position,
        bytes32 before,
        Statement memory first,
        Statement memory second
    ) public view {
        Evidence memory evidence = Evidence(Offence(offence % 4), inEpoch, position, before, first, second);
        (bytes32 a, bytes32 b) = registry.evidenceDigests(evidence);
        (bytes32 ownA, bytes32 ownB) = _digests(evidence);
        assertEq(a, ownA, "first");
        assertEq(b, ownB, "second");
    }

    // -- what is no evidence

    function test_oneStatementSignedTwiceIsNone(bytes32 hash) public {
        bytes memory reason = abi.encodeWithSelector(IValidatorRegistryErrors.NoContradiction.selector);
        _expectRefused(_evidence(Offence.NotarizeTwice, keys[0], 1, 5, hash, hash), reason);
        _expectRefused(_evidence(Offence.FinalizeTwice, keys[0], 1, 5, hash, hash), reason);
        Evidence memory evidence = _batchEvidence(keys[0], 1, 5, hash);
        evidence.second = evidence.first;
        _expectRefused(evidence, reason);
    }

    function test_twoSignersMaySayTwoThings() public {
        Evidence memory evidence = _evidence(Offence.NotarizeTwice, keys[0], 1, 5, "a", "b");
        evidence.second.signature = _signature(keys[1], _notarize(1, 5, "b"));
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                IValidatorRegistryErrors.DifferentSigners.selector, vm.addr(keys[0]), vm.addr(keys[1])
            )
        );
    }

    /// @dev A statement of another view, epoch, kind or chain of batches recovers to nobody or to somebody else, so
    /// the two halves never meet in one signer.
    function test_statementsThatOnlyLookAlikeAreNone(uint256 which) public {
        Evidence memory evidence = _evidence(Offence.NotarizeTwice, keys[0], 1, 5, "a", "b");
        bytes32[8] memory other = [
            _notarize(1, 6, "b"),
            _notarize(2, 5, "b"),
            _finalize(1, 5, "b"),
            _nullify(1, 5),
            _batch(1, 5, 0, 0, "b"),
            exchange.revertDigest(1, 5, "b"),
            keccak256(abi.encode("foreign domain", _notarize(1, 5, "b"))),
            registry.joinDigest(_owner(keys[0]), PEER)
        ];
        evidence.second.signature = _signature(keys[0], other[which % 8]);
        try registry.slash(evidence) {
            assertTrue(false, "slashed");
        } catch (bytes memory reason) {
            assertTrue(bytes4(reason) == IValidatorRegistryErrors.DifferentSigners.selector, "another signer");
        }
    }

    /// @dev After a revert the same number goes on from another digest: an honest signer signs both.
    function test_aBatchAgainAfterARevertIsNone() public {
        BatchRecord memory first = _order(1);
        bytes32 digest = exchange.revertDigest(1, 1, first.digest);
        exchange.revertBatches(first, _sign(digest, 3));
        BatchRecord memory again = _order(2);
        Evidence memory evidence = _batchEvidence(keys[0], 1, 1, 0);
        evidence.first.commitment = first.commitment;
        evidence.first.content = keccak256(_data(_draftOf(first)));
        evidence.first.signature = _signature(keys[0], first.digest);
        evidence.second.commitment = again.commitment;
        evidence.second.content = keccak256(_data(_draftOf(again)));
        evidence.second.signature = _signature(keys[0], again.digest);
        try registry.slash(evidence) {
            assertTrue(false, "slashed");
        } catch (bytes memory reason) {
            assertTrue(bytes4(reason) == IValidatorRegistryErrors.DifferentSigners.selector, "another signer");
        }
    }

    function test_malformedSignaturesAreNone() public {
        Evidence memory evidence = _evidence(Offence.FinalizeTwice, keys[0], 1, 5, "a", "b");
        bytes memory good = evidence.second.signature;
        evidence.second.signature = "";
        bytes memory reason =
            abi.encodeWithSelector(IValidatorRegistryErrors.MalformedEvidence.selector, uint256(1));
        _expectRefused(evidence, reason);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], _finalize(1, 5, "b"));
        evidence.second.signature = abi.encodePacked(r, bytes32(N - uint256(s)), v == 27 ? 28 : 27);
        _expectRefused(evidence, reason);
        evidence.second.signature = good;
        evidence.first.signature = abi.encodePacked(bytes32(0), bytes32(0), uint8(27));
        _expectRefused(
            evidence, abi.encodeWithSelector(IValidatorRegistryErrors.MalformedEvidence.selector, uint256(0))
        );
    }

    function test_whoIsNoMemberOfTheEpochIsNotSlashed() public {
        _join(_key(0), STAKE);
        _expectRefused(
            _evidence(Offence.NotarizeTwice, _key(0), 1, 5, "a", "b"),
            abi.encodeWithSelector(IValidatorRegistryErrors.NotAMember.selector, uint64(1), vm.addr(_key(0)))
        );
        _expectRefused(
            _evidence(Offence.NotarizeTwice, keys[0], 2, 5, "a", "b"),
            abi.encodeWithSelector(IValidatorRegistryErrors.NotAMember.selector, uint64(2), vm.addr(keys[0]))
        );
    }

    // -- once, and as long as there is stake

    function test_aSignerIsSlashedOnce() public {
        _expectSlashed(_evidence(Offence.NotarizeTwice, keys[0], 1, 5, "a", "b"), keys[0]);
        bytes memory reason =
            abi.encodeWithSelector(IValidatorRegistryErrors.NothingAtStake.selector, vm.addr(keys[0]));
        _expectRefused(_evidence(Offence.NotarizeTwice, keys[0], 1, 5, "b", "a"), reason);
        _expectRefused(_evidence(Offence.FinalizeAndNullify, keys[0], 1, 9, "a", 0), reason);
        vm.warp(block.timestamp + 10 * UNBONDING);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistryErrors.NothingToWithdraw.selector, vm.addr(keys[0]))
        );
        registry.withdrawStake(vm.addr(keys[0]));
    }

    function test_aSlashedSignerIsInNoFurtherSetAndThisOneStays() public {
        _order(1);
        registry.slash(_evidence(Offence.NotarizeTwice, keys[0], 1, 5, "a", "b"));
        assertTrue(registry.isValidator(1, vm.addr(keys[0])), "the set is fixed");
        assertEq(registry.quorum(1), 3, "quorum");
        _join(_key(0), STAKE);
        _sealNext();
        assertTrue(!registry.isValidator(2, vm.addr(keys[0])), "out");
        assertEq(registry.members(2).length, 4, "members");
    }

    function test_stakeIsSlashableWhileItUnbonds() public {
        BatchRecord memory first = _order(1);
        _join(_key(0), STAKE);
        _leave(keys[3]);
        _sealNext();
        _order(2);
        _prove(first, noWords);
        vm.warp(block.timestamp + UNBONDING - 1);
        _expectSlashed(_evidence(Offence.FinalizeTwice, keys[3], 1, 5, "a", "b"), keys[3]);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistryErrors.NothingToWithdraw.selector, vm.addr(keys[3]))
        );
        registry.withdrawStake(vm.addr(keys[3]));
    }

    function test_whatWasPaidBackIsGone() public {
        BatchRecord memory first = _order(1);
        _join(_key(0), STAKE);
        _leave(keys[3]);
        _sealNext();
        _order(2);
        _prove(first, noWords);
        vm.warp(block.timestamp + UNBONDING);
        registry.withdrawStake(vm.addr(keys[3]));
        _expectRefused(
            _evidence(Offence.FinalizeTwice, keys[3], 1, 5, "a", "b"),
            abi.encodeWithSelector(IValidatorRegistryErrors.NothingAtStake.selector, vm.addr(keys[3]))
        );
    }

    /// @dev Whoever accuses itself, from whatever purse, loses nine tenths.
    function test_accusingItselfDoesNotPay() public {
        address owner = _owner(keys[0]);
        vm.prank(owner);
        registry.slash(_evidence(Offence.NotarizeTwice, keys[0], 1, 5, "a", "b"));
        assertEq(token.balanceOf(owner), STAKE / 10, "all that is left");
    }

    function test_aRewardThatRoundsToNothingIsNotInTheWay() public {
        StrictToken strict = new StrictToken();
        Terms memory terms = _terms();
        terms.minimumStake = 9;
        terms.minimumMembers = 1;
        registry = new ValidatorRegistry(strict, address(exchange), terms);
        strict.mint(alice, 9);
        vm.prank(alice);
        strict.approve(address(registry), 9);
        bytes memory consent = _signature(keys[0], registry.joinDigest(alice, PEER));
        vm.prank(alice);
        registry.join(vm.addr(keys[0]), PEER, 9, consent);
        registry.sealEpoch();
        registry.slash(_evidence(Offence.NotarizeTwice, keys[0], 1, 5, "a", "b"));
        assertTrue(_statusOf(keys[0]) == Status.Slashed, "slashed");
        assertEq(strict.balanceOf(address(registry)), 9, "nobody's");
    }

    // -- honest signers and liars

    /// @dev Something signed, and what an accuser needs to name it.
    struct Vote {
        uint64 position;
        bytes32 previousDigest;
        bytes32 content;
        bytes signature;
    }

    /// @dev What an honest signer signs in two views: at most one notarization, then a finalization of any block or a
    /// nullification; and batches of one number after two digests, each one way.
    function _honestVotes(uint256 key, uint256 seed) private view returns (Vote[] memory votes) {
        votes = new Vote[](9);
        for (uint64 i = 0; i < 2; i++) {
            uint64 view_ = i + 1;
            uint256 coin = uint256(keccak256(abi.encode(seed, view_)));
            bytes32[4] memory blocks = [
                _block(coin % 3), _block((coin >> 8) % 3), _block((coin >> 16) % 3), _block((coin >> 24) % 3)
            ];
            votes[4 * i] = Vote(view_, 0, blocks[0], _signature(key, _notarize(1, view_, blocks[0])));
            bool isFinal = (coin >> 32) % 2 == 0;
            bytes32 last = isFinal ? _finalize(1, view_, blocks[1]) : _nullify(1, view_);
            votes[4 * i + 1] = Vote(view_, 0, blocks[1], _signature(key, last));
            bytes32 batch = _batch(1, view_, "before", 0, blocks[2]);
            votes[4 * i + 2] = Vote(view_, "before", blocks[2], _signature(key, batch));
            batch = _batch(1, view_, "reverted", 0, blocks[3]);
            votes[4 * i + 3] = Vote(view_, "reverted", blocks[3], _signature(key, batch));
        }
        // Once more what was signed already.
        votes[8] = votes[seed % 8];
    }

    /// @dev A run accuses 324 times.
    /// forge-config: default.fuzz.runs = 24
    function test_noTwoVotesOfAnHonestSignerAreEvidence(uint256 seed) public {
        uint256 key = keys[seed % 4];
        assertTrue(!_accuseOfEverything(_honestVotes(key, seed)), "an honest signer was slashed");
        assertEq(registry.validatorOf(vm.addr(key)).stake, STAKE, "untouched");
    }

    /// @dev The same accuser, when there is one vote too many.
    /// forge-config: default.fuzz.runs = 24
    function test_aLieAmongHonestVotesIsFound(uint256 seed) public {
        uint256 key = keys[seed % 4];
        Vote[] memory votes = _honestVotes(key, seed);
        uint64 view_ = uint64(1 + (seed >> 8) % 2);
        bytes32 lie = keccak256("a fourth block");
        bytes32[3] memory lies = [
            _notarize(1, view_, lie), _batch(1, view_, "before", 0, lie), _batch(1, view_, "reverted", 0, lie)
        ];
        uint256 which = (seed >> 16) % 3;
        bytes32[3] memory previous = [bytes32(0), "before", "reverted"];
        votes[8] = Vote(view_, previous[which], lie, _signature(key, lies[which]));
        assertTrue(_accuseOfEverything(votes), "a liar was not found");
        assertEq(registry.validatorOf(vm.addr(key)).stake, 0, "slashed");
    }

    /// @dev A nullification beside a finalization, whichever came first.
    /// forge-config: default.fuzz.runs = 24
    function test_finalizingAndNullifyingIsFound(uint256 seed) public {
        uint256 key = keys[seed % 4];
        Vote[] memory votes = _honestVotes(key, seed);
        votes[0] = Vote(2, 0, _block(1), _signature(key, _finalize(1, 2, _block(1))));
        votes[8] = Vote(2, 0, 0, _signature(key, _nullify(1, 2)));
        assertTrue(_accuseOfEverything(votes), "a liar was not found");
    }

    /// @dev Every two votes, as evidence of every offence. Whether one was taken.
    function _accuseOfEverything(Vote[] memory votes) private returns (bool) {
        for (uint256 i = 0; i < votes.length; i++) {
            for (uint256 j = 0; j < votes.length; j++) {
                for (uint256 offence = 0; offence < 4; offence++) {
                    Evidence memory evidence;
                    evidence.offence = Offence(offence);
                    evidence.epoch = 1;
                    evidence.position = votes[i].position;
                    evidence.previousDigest = votes[i].previousDigest;
                    evidence.first = Statement(votes[i].content, 0, votes[i].signature);
                    evidence.second = Statement(votes[j].content, 0, votes[j].signature);
                    try registry.slash(evidence) {
                        return true;
                    } catch {}
                }
            }
        }
        return false;
    }

    function _block(uint256 index) private pure returns (bytes32) {
        return keccak256(abi.encode("block", index));
    }
}
