// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ValidatorRegistry} from "../src/ValidatorRegistry.sol";
import {BatchRecord} from "../src/interfaces/IExchange.sol";
import {IValidatorRegistry, Status, Terms, Validator} from "../src/interfaces/IValidatorRegistry.sol";
import {IValidatorRegistryErrors} from "../src/interfaces/IValidatorRegistryErrors.sol";
import {FeeToken, ListToken} from "./doubles/Tokens.sol";
import {RegistryFixture} from "./RegistryFixture.sol";

contract RegistryStakeTest is RegistryFixture {
    function _expect(bytes4 selector, uint256 a, uint256 b) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    function _expectFor(bytes4 selector, address who) private {
        vm.expectRevert(abi.encodeWithSelector(selector, who));
    }

    // -- terms

    function _expectInvalid(Terms memory terms, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.InvalidTerms.selector, field));
        new ValidatorRegistry(token, address(1), terms);
    }

    function test_refusesTermsThatMakeNoSense() public {
        Terms memory terms = _terms();
        terms.minimumStake = 0;
        _expectInvalid(terms, "minimumStake");
        terms = _terms();
        terms.rewardBasisPoints = 2501;
        _expectInvalid(terms, "rewardBasisPoints");
        terms = _terms();
        terms.minimumMembers = 0;
        _expectInvalid(terms, "minimumMembers");
        terms = _terms();
        terms.maximumMembers = 3;
        _expectInvalid(terms, "maximumMembers");
        terms.maximumMembers = 65;
        _expectInvalid(terms, "maximumMembers");
        terms = _terms();
        terms.unbondingSeconds = 0;
        _expectInvalid(terms, "unbondingSeconds");
        terms = _terms();
        terms.silenceSeconds = 0;
        _expectInvalid(terms, "silenceSeconds");
        terms = _terms();
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.InvalidTerms.selector, "token"));
        new ValidatorRegistry(IERC20(alice), address(1), terms);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.InvalidTerms.selector, "exchange"));
        new ValidatorRegistry(token, address(0), terms);
    }

    function test_theTermsAreReadBack() public view {
        assertEq(keccak256(abi.encode(registry.terms())), keccak256(abi.encode(_terms())), "terms");
        assertEq(registry.exchange(), address(exchange), "exchange");
    }

    // -- joining

    function test_joiningTakesTheStakeAndASeat() public {
        address owner = _owner(keys[0]);
        address signer = vm.addr(keys[0]);
        _join(keys[0], STAKE);
        Validator memory validator = registry.validatorOf(signer);
        assertEq(validator.owner, owner, "owner");
        assertEq(validator.stake, STAKE, "stake");
        assertEq(validator.peerKey, PEER, "peer");
        assertTrue(validator.status == Status.Candidate, "candidate");
        assertEq(registry.candidates().length, 1, "candidates");
        assertEq(token.balanceOf(address(registry)), STAKE, "taken");
        assertTrue(!registry.isValidator(1, signer), "no member before a set is sealed");
    }

    function test_refusesLessThanTheMinimum() public {
        address owner = _owner(keys[0]);
        bytes memory consent = _signature(keys[0], registry.joinDigest(owner, PEER));
        _expect(IValidatorRegistryErrors.StakeTooSmall.selector, STAKE - 1, STAKE);
        vm.prank(owner);
        registry.join(vm.addr(keys[0]), PEER, STAKE - 1, consent);
    }

    /// @dev Nobody stakes for a stranger's key, and a consent is for one owner and one node.
    function test_refusesASignerThatDidNotConsent() public {
        address signer = vm.addr(keys[0]);
        bytes memory consent = _signature(keys[0], registry.joinDigest(alice, PEER));
        _expectFor(IValidatorRegistryErrors.NoConsent.selector, signer);
        vm.prank(bob);
        registry.join(signer, PEER, STAKE, consent);
        _expectFor(IValidatorRegistryErrors.NoConsent.selector, signer);
        vm.prank(alice);
        registry.join(signer, "other", STAKE, consent);
        _expectFor(IValidatorRegistryErrors.NoConsent.selector, address(0));
        vm.prank(alice);
        registry.join(address(0), PEER, STAKE, "");
        vm.expectRevert(IValidatorRegistryErrors.NoPeerKey.selector);
        vm.prank(alice);
        registry.join(signer, 0, STAKE, consent);
    }

    function test_aSignerIsRegisteredOnceForEver() public {
        _join(keys[0], STAKE);
        _expectSignerTaken(keys[0]);
        _leave(keys[0]);
        _expectSignerTaken(keys[0]);
        vm.warp(NOW + UNBONDING);
        registry.withdrawStake(vm.addr(keys[0]));
        _expectSignerTaken(keys[0]);
    }

    function _expectSignerTaken(uint256 key) private {
        bytes memory consent = _signature(key, registry.joinDigest(alice, PEER));
        _expectFor(IValidatorRegistryErrors.SignerTaken.selector, vm.addr(key));
        vm.prank(alice);
        registry.join(vm.addr(key), PEER, STAKE, consent);
    }

    function test_refusesATokenThatKeepsAFee() public {
        FeeToken fees = new FeeToken();
        registry = new ValidatorRegistry(fees, address(exchange), _terms());
        fees.mint(alice, 2 * STAKE);
        bytes memory consent = _signature(keys[0], registry.joinDigest(alice, PEER));
        vm.prank(alice);
        fees.approve(address(registry), STAKE);
        _expect(IValidatorRegistryErrors.StakeMismatch.selector, STAKE, STAKE - STAKE / 100);
        vm.prank(alice);
        registry.join(vm.addr(keys[0]), PEER, STAKE, consent);
    }

    // -- seats

    function test_aFullSetGivesTheSmallestSeatToAStakeATenthLarger() public {
        for (uint256 i = 0; i < 6; i++) {
            _join(_key(i), i == 4 ? STAKE : STAKE + 100);
        }
        uint256 key = _key(6);
        address owner = _owner(key);
        bytes memory consent = _signature(key, registry.joinDigest(owner, PEER));
        _expect(IValidatorRegistryErrors.StakeTooSmall.selector, STAKE + 99, STAKE + 100);
        vm.prank(owner);
        registry.join(vm.addr(key), PEER, STAKE + 99, consent);

        _join(key, STAKE + 100);
        assertTrue(_statusOf(_key(4)) == Status.Leaving, "displaced");
        assertTrue(_statusOf(key) == Status.Candidate, "seated");
        assertEq(registry.candidates().length, 6, "seats");
        // The displaced stake waits like any other.
        _expectLocked(_key(4), NOW + UNBONDING);
        vm.warp(NOW + UNBONDING);
        registry.withdrawStake(vm.addr(_key(4)));
        assertEq(token.balanceOf(_owner(_key(4))), STAKE, "paid back");
    }

    function test_aCandidateRaisesItsStake() public {
        _join(keys[0], STAKE);
        address owner = _owner(keys[0]);
        token.mint(owner, 50);
        vm.prank(owner);
        token.approve(address(registry), 50);
        _expect2(IValidatorRegistryErrors.NotTheOwner.selector, vm.addr(keys[0]), alice);
        vm.prank(alice);
        registry.raiseStake(vm.addr(keys[0]), 50);
        vm.prank(owner);
        registry.raiseStake(vm.addr(keys[0]), 50);
        assertEq(registry.validatorOf(vm.addr(keys[0])).stake, STAKE + 50, "stake");
        assertEq(token.balanceOf(address(registry)), STAKE + 50, "taken");
        _leave(keys[0]);
        _expectFor(IValidatorRegistryErrors.NotACandidate.selector, vm.addr(keys[0]));
        vm.prank(owner);
        registry.raiseStake(vm.addr(keys[0]), 1);
    }

    function _expect2(bytes4 selector, address a, address b) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    // -- leaving

    function test_onlyTheOwnerLeavesAndOnlyOnce() public {
        _join(keys[0], STAKE);
        _expect2(IValidatorRegistryErrors.NotTheOwner.selector, vm.addr(keys[0]), vm.addr(keys[0]));
        vm.prank(vm.addr(keys[0]));
        registry.leave(vm.addr(keys[0]));
        _leave(keys[0]);
        _expectFor(IValidatorRegistryErrors.NotACandidate.selector, vm.addr(keys[0]));
        vm.prank(_owner(keys[0]));
        registry.leave(vm.addr(keys[0]));
    }

    function test_whoNeverWasAMemberWaitsForTheUnbondingTimeAlone() public {
        _join(keys[0], STAKE);
        _leave(keys[0]);
        _expectLocked(keys[0], NOW + UNBONDING);
        vm.warp(NOW + UNBONDING - 1);
        _expectLocked(keys[0], NOW + UNBONDING);
        vm.warp(NOW + UNBONDING);
        registry.withdrawStake(vm.addr(keys[0]));
        assertEq(token.balanceOf(_owner(keys[0])), STAKE, "paid back");
        assertTrue(_statusOf(keys[0]) == Status.Withdrawn, "withdrawn");
        _expectFor(IValidatorRegistryErrors.NothingToWithdraw.selector, vm.addr(keys[0]));
        registry.withdrawStake(vm.addr(keys[0]));
    }

    function _expectLocked(uint256 key, uint256 until) private {
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.StillUnbonding.selector, until));
        registry.withdrawStake(vm.addr(key));
    }

    function test_nobodyWithdrawsWithoutLeaving() public {
        _join(keys[0], STAKE);
        vm.warp(NOW + 2 * UNBONDING);
        _expectFor(IValidatorRegistryErrors.NothingToWithdraw.selector, vm.addr(keys[0]));
        registry.withdrawStake(vm.addr(keys[0]));
        _expectFor(IValidatorRegistryErrors.NothingToWithdraw.selector, alice);
        registry.withdrawStake(alice);
    }

    /// @dev All three locks, one after the other: the epoch, its last batch's proof, the unbonding time.
    function test_aMembersStakeIsLockedUntilItsLastBatchIsProvenAndTheTimePassed() public {
        _found();
        _join(_key(0), STAKE);
        BatchRecord memory first = _order(1);
        _leave(keys[0]);
        assertTrue(registry.isValidator(1, vm.addr(keys[0])), "serves on");
        vm.warp(block.timestamp + 2 * UNBONDING);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.EpochNotOver.selector, uint64(1)));
        registry.withdrawStake(vm.addr(keys[0]));
        BatchRecord memory second = _order(2);

        _sealNext();
        // Sealed is not begun.
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.EpochNotOver.selector, uint64(1)));
        registry.withdrawStake(vm.addr(keys[0]));
        _orderByTheOthers(3);
        uint256 ended = block.timestamp;

        _prove(first, noWords);
        _expect(IValidatorRegistryErrors.BatchesUnproven.selector, 2, 1);
        registry.withdrawStake(vm.addr(keys[0]));
        _prove(second, noWords);
        _expectLocked(keys[0], ended + UNBONDING);
        vm.warp(ended + UNBONDING);
        registry.withdrawStake(vm.addr(keys[0]));
        assertEq(token.balanceOf(_owner(keys[0])), STAKE, "paid back");
    }

    /// @dev By the set of the founders but the first, and the newcomer: three of four sign.
    function _orderByTheOthers(uint256 postRoot) private {
        uint256 gone = keys[0];
        for (uint256 i = 0; i < 3; i++) {
            keys[i] = keys[i + 1];
        }
        _order(postRoot);
        for (uint256 i = 3; i > 0; i--) {
            keys[i] = keys[i - 1];
        }
        keys[0] = gone;
    }

    function test_anybodyPaysAStakeBackAndItGoesToItsOwner() public {
        _join(keys[0], STAKE);
        _leave(keys[0]);
        vm.warp(NOW + UNBONDING);
        vm.expectEmit();
        emit IValidatorRegistry.StakeWithdrawn(vm.addr(keys[0]), _owner(keys[0]), STAKE);
        vm.prank(bob);
        registry.withdrawStake(vm.addr(keys[0]));
        assertEq(token.balanceOf(_owner(keys[0])), STAKE, "to the owner");
    }

    /// @dev Else the stake of an owner whom the token does not pay would lie there for ever.
    function test_onlyTheOwnerSendsAStakeElsewhere() public {
        ListToken lists = new ListToken();
        registry = new ValidatorRegistry(lists, address(exchange), _terms());
        address signer = vm.addr(keys[0]);
        lists.mint(alice, STAKE);
        bytes memory consent = _signature(keys[0], registry.joinDigest(alice, PEER));
        vm.prank(alice);
        lists.approve(address(registry), STAKE);
        vm.prank(alice);
        registry.join(signer, PEER, STAKE, consent);
        vm.prank(alice);
        registry.leave(signer);
        lists.list(alice);

        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistryErrors.StillUnbonding.selector, NOW + UNBONDING)
        );
        vm.prank(alice);
        registry.withdrawStake(signer, bob);
        vm.warp(NOW + UNBONDING);
        vm.expectRevert("listed");
        registry.withdrawStake(signer);
        _expect2(IValidatorRegistryErrors.NotTheOwner.selector, signer, bob);
        vm.prank(bob);
        registry.withdrawStake(signer, bob);
        _expectFor(IValidatorRegistryErrors.InvalidReceiver.selector, address(registry));
        vm.prank(alice);
        registry.withdrawStake(signer, address(registry));

        vm.expectEmit();
        emit IValidatorRegistry.StakeWithdrawn(signer, bob, STAKE);
        vm.prank(alice);
        registry.withdrawStake(signer, bob);
        assertEq(lists.balanceOf(bob), STAKE, "paid");
        _expectFor(IValidatorRegistryErrors.NothingToWithdraw.selector, signer);
        vm.prank(alice);
        registry.withdrawStake(signer, alice);
    }
}
