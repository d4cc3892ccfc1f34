// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord} from "../src/interfaces/IExchange.sol";
import {IValidatorRegistry, Status} from "../src/interfaces/IValidatorRegistry.sol";
import {IValidatorRegistryErrors} from "../src/interfaces/IValidatorRegistryErrors.sol";
import {RegistryFixture} from "./RegistryFixture.sol";

/// @notice What the registry does when a set commits nothing any more.
contract RegistrySilenceTest is RegistryFixture {
    function _affirm(uint256 key) private {
        vm.prank(vm.addr(key));
        registry.affirm(vm.addr(key));
    }

    function test_beforeTheFirstEpochNobodyIsSilent() public {
        assertEq(registry.silentFrom(), type(uint256).max, "never");
        _found();
        vm.warp(NOW + 10 * SILENCE);
        address signer = vm.addr(keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistryErrors.NotSilent.selector, type(uint256).max)
        );
        vm.prank(signer);
        registry.affirm(signer);
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
}
