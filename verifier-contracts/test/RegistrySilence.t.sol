// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {IValidatorRegistry, Status} from "../src/interfaces/IValidatorRegistry.sol";
import {IValidatorRegistryErrors} from "../src/interfaces/IValidatorRegistryErrors.sol";
import {Draft} from "./ExchangeFixture.sol";
import {RegistryFixture} from "./RegistryFixture.sol";

/// @notice What the registry does when a set commits nothing any more.
contract RegistrySilenceTest is RegistryFixture {
    mapping(uint64 number => BatchRecord) private _committed;
    /// @dev Its last epoch is the one before that which was skipped later.
    address private _left;

    function _affirm(uint256 key) private {
        vm.prank(vm.addr(key));
        registry.affirm(vm.addr(key));
    }

    function _affirmAll() private {
        for (uint256 i = 0; i < keys.length; i++) {
            _affirm(keys[i]);
        }
    }

    /// @dev Signatures come in the order of their signers.
    function _replaceLast(uint256 key) private {
        uint256 i = 3;
        for (; i > 0 && vm.addr(keys[i - 1]) > vm.addr(key); i--) {
            keys[i] = keys[i - 1];
        }
        keys[i] = key;
    }

    function _expectWrongEpoch(uint64 only, uint64 told) private {
        draftEpoch = told;
        Draft memory draft = _draft(noWords, 7);
        bytes memory data = _data(draft);
        bytes[] memory signatures = new bytes[](0);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.WrongEpoch.selector, only, only, told));
        exchange.commitBatch(data, draft.commitment, signatures);
    }

    function test_beforeTheFirstSetNobodyIsSilent() public {
        assertEq(registry.silentFrom(), type(uint256).max, "never");
        _join(keys[0], STAKE);
        vm.warp(NOW + 10 * SILENCE);
        address signer = vm.addr(keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistryErrors.NotSilent.selector, type(uint256).max)
        );
        vm.prank(signer);
        registry.affirm(signer);
    }

    function test_aFirstSetThatNeverBeginsIsFollowed() public {
        _found();
        vm.warp(NOW + SILENCE);
        _affirmAll();
        vm.warp(NOW + 2 * SILENCE);
        assertEq(registry.sealEpoch(), 2, "epoch");
        _expectWrongEpoch(2, 1);
        draftEpoch = 2;
        assertEq(_order(1).epoch, 2, "orders");
        assertEq(registry.epochOf(1).beganAt, block.timestamp, "over");
    }

    function test_onlyACandidateAndItsOwnerAffirmAndOnlyInSilence() public {
        _found();
        _order(1);
        (address signer, address owner) = (vm.addr(keys[0]), _owner(keys[0]));
        vm.warp(NOW + SILENCE - 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.NotSilent.selector, NOW + SILENCE));
        vm.prank(signer);
        registry.affirm(signer);
        vm.warp(NOW + SILENCE);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.NotTheOwner.selector, signer, alice));
        vm.prank(alice);
        registry.affirm(signer);
        vm.expectEmit();
        emit IValidatorRegistry.Affirmed(signer);
        vm.prank(owner);
        registry.affirm(signer);
        assertEq(registry.affirmedAt(signer), NOW + SILENCE, "affirmed");
        _leave(keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.NotACandidate.selector, signer));
        vm.prank(owner);
        registry.affirm(signer);
    }

    /// @dev Two of four died: no quorum ever again, and they would be in every later set.
    function test_afterALongSilenceOnlyWhoAffirmedIsInTheNextSet() public {
        _found();
        BatchRecord memory last = _order(1);
        for (uint256 i = 0; i < 2; i++) {
            _join(_key(i), STAKE);
        }
        vm.warp(NOW + SILENCE);
        _affirm(keys[0]);
        _affirm(keys[1]);
        _affirm(_key(0));
        vm.warp(NOW + 2 * SILENCE - 1);
        _affirm(_key(1));
        vm.warp(NOW + 2 * SILENCE);
        assertEq(registry.sealEpoch(), 2, "epoch");
        address[] memory members = registry.members(2);
        assertEq(members.length, 4, "who is there");
        for (uint256 i = 0; i < 2; i++) {
            assertTrue(registry.isValidator(2, vm.addr(keys[i])), "affirmed");
            assertTrue(registry.isValidator(2, vm.addr(_key(i))), "new and affirmed");
            assertTrue(!registry.isValidator(2, vm.addr(keys[2 + i])), "gone");
            assertEq(uint256(_statusOf(keys[2 + i])), uint256(Status.Leaving), "keeps its stake");
            assertEq(registry.validatorOf(vm.addr(keys[2 + i])).lastEpoch, last.epoch, "to answer for");
        }
    }

    /// @dev One batch is enough to show that nobody has to be replaced.
    function test_aCommitmentEndsTheSilence() public {
        _found();
        _order(1);
        vm.warp(NOW + SILENCE);
        _affirm(keys[0]);
        vm.warp(NOW + 2 * SILENCE - 1);
        _order(2);
        uint256 silent = NOW + 3 * SILENCE - 1;
        assertEq(registry.silentFrom(), silent, "counted anew");
        vm.warp(NOW + 2 * SILENCE);
        registry.sealEpoch();
        assertEq(registry.members(2).length, 4, "all candidates, as always");
    }

    /// @dev Else the dead would be in a set that is sealed already, before anybody could say who is there.
    function test_aSetThatCommitsNothingIsNotFollowedInTheOrdinaryWay() public {
        _found();
        _order(1);
        uint256 fresh = SILENCE / registry.FRESH_DIVISOR();
        vm.warp(NOW + fresh + 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.NothingCommitted.selector, NOW));
        registry.sealEpoch();
        vm.warp(NOW + 2 * SILENCE - 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.NothingCommitted.selector, NOW));
        registry.sealEpoch();
        _order(2);
        vm.warp(block.timestamp + fresh);
        assertEq(registry.sealEpoch(), 2, "it lives");
    }

    /// @dev What was affirmed in an earlier silence says nothing of this one.
    function test_everySilenceIsAffirmedAnew() public {
        _found();
        _order(1);
        vm.warp(NOW + SILENCE);
        for (uint256 i = 0; i < 4; i++) {
            _affirm(keys[i]);
        }
        _order(2);
        vm.warp(block.timestamp + 2 * SILENCE);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.TooFewCandidates.selector, 0, 4));
        registry.sealEpoch();
        assertEq(registry.candidates().length, 4, "nobody lost a seat");
    }

    /// @dev Its successors build on what L1 has: that must not change under them.
    function test_whoTakesOverOrdersAloneFromTheSealOn() public {
        _found();
        BatchRecord memory last = _order(1);
        vm.warp(NOW + SILENCE);
        _affirmAll();
        vm.warp(NOW + 2 * SILENCE);
        registry.sealEpoch();
        assertTrue(registry.epochOf(2).takesOver, "takes over");
        assertTrue(!registry.epochOf(1).takesOver, "nobody was there before");
        _expectWrongEpoch(2, 1);
        bytes32 digest = exchange.revertDigest(1, 1, last.digest);
        bytes[] memory signatures = _sign(digest, 3);
        // Read as a revert by the new set, these are signatures of nobody.
        try exchange.revertBatches(last, signatures) {
            assertTrue(false, "taken back by the old set");
        } catch {}
        draftEpoch = 2;
        assertEq(_order(2).epoch, 2, "the new set");
    }

    /// @dev It is sealed, and the set before it is over or dead as well: nobody else could ever order.
    function test_aSetThatDiesBeforeItBeginsIsFollowed() public {
        _found();
        _committed[1] = _order(1);
        _join(_key(0), STAKE);
        vm.warp(NOW + EPOCH);
        _committed[2] = _order(2);
        _left = vm.addr(keys[3]);
        _leave(keys[3]);
        uint256 sealedAt = block.timestamp;
        assertEq(registry.sealEpoch(), 2, "sealed");
        assertEq(registry.silentFrom(), sealedAt + SILENCE, "it has as long as any");
        vm.warp(sealedAt + 2 * SILENCE - 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.AlreadySealed.selector, 2));
        registry.sealEpoch();
        for (uint256 i = 0; i < 3; i++) {
            _affirm(keys[i]);
        }
        _join(_key(1), STAKE);
        _affirm(_key(1));
        vm.warp(sealedAt + 2 * SILENCE);
        assertEq(registry.sealEpoch(), 3, "the next number");
        (uint64 current, uint64 earliest, uint64 latest) = registry.orderingEpochs();
        assertEq(current, 1, "none has begun since");
        assertEq(earliest, 3, "nobody before");
        assertEq(latest, 3, "the last one sealed");
        _expectWrongEpoch(3, 2);
        // Never began, and was a set all the same: its members answer for what they signed in it.
        assertTrue(registry.isValidator(2, vm.addr(_key(0))), "was in it");
        assertTrue(!registry.isValidator(3, vm.addr(_key(0))), "and is gone");
        assertTrue(!registry.isValidator(2, vm.addr(_key(1))), "came later");
        _replaceLast(_key(1));
        draftEpoch = 3;
        BatchRecord memory batch = _order(3);
        _committed[3] = batch;
        assertEq(registry.currentEpoch(), 3, "begun");
        assertEq(registry.epochOf(2).beganAt, block.timestamp, "the one before is over as well");
        assertEq(registry.epochOf(2).priorBatches, 2, "and its batches to answer for are known");
        assertEq(batch.epoch, 3, "epoch");
    }

    /// @dev Whose last epoch was one before the skipped one, or the skipped one.
    function test_stakesOfSkippedEpochsAreFreeInTheEnd() public {
        test_aSetThatDiesBeforeItBeginsIsFollowed();
        for (uint64 number = 1; number <= 3; number++) {
            _prove(_committed[number], noWords);
        }
        vm.warp(block.timestamp + UNBONDING);
        registry.withdrawStake(_left);
        registry.withdrawStake(vm.addr(_key(0)));
        assertEq(token.balanceOf(_owner(_key(0))), STAKE, "paid back");
    }

    /// @dev A set that was sealed gets the time that every set gets before it can be replaced.
    function test_everySealingCountsTheSilenceAnew() public {
        _found();
        _order(1);
        vm.warp(NOW + SILENCE);
        _affirmAll();
        vm.warp(NOW + 2 * SILENCE);
        registry.sealEpoch();
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.AlreadySealed.selector, 2));
        registry.sealEpoch();
        uint256 from = block.timestamp + SILENCE;
        assertEq(registry.silentFrom(), from, "silent from");
        address signer = vm.addr(keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.NotSilent.selector, from));
        vm.prank(signer);
        registry.affirm(signer);
    }
}
