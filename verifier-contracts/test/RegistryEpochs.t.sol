// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord, IExchange} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {IValidatorRegistry} from "../src/interfaces/IValidatorRegistry.sol";
import {IValidatorRegistryErrors} from "../src/interfaces/IValidatorRegistryErrors.sol";
import {Draft} from "./ExchangeFixture.sol";
import {RegistryFixture} from "./RegistryFixture.sol";

contract RegistryEpochsTest is RegistryFixture {
    function _expectEpochs(uint64 current, uint64 earliest, uint64 latest) private view {
        (uint64 a, uint64 b, uint64 c) = registry.orderingEpochs();
        assertEq(a, current, "current");
        assertEq(b, earliest, "earliest");
        assertEq(c, latest, "latest");
        assertEq(registry.currentEpoch(), current, "current");
    }

    function _expectWrongEpoch(uint64 earliest, uint64 latest, uint64 given) private {
        draftEpoch = given;
        _expectRefusal(
            _draft(noWords, 1),
            abi.encodeWithSelector(IExchangeErrors.WrongEpoch.selector, earliest, latest, given)
        );
    }

    // -- sealing

    function test_nobodyOrdersBeforeTheFirstSet() public {
        _expectEpochs(0, 0, 0);
        _expectWrongEpoch(0, 0, 1);
        draftEpoch = 0;
        _expectRefusal(
            _draft(noWords, 1),
            abi.encodeWithSelector(IValidatorRegistryErrors.UnknownEpoch.selector, uint64(0))
        );
        assertTrue(!registry.isValidator(0, vm.addr(keys[0])), "nobody");
    }

    function test_aSetNeedsTheMinimumOfMembers() public {
        for (uint256 i = 0; i < 3; i++) {
            _join(keys[i], STAKE);
        }
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.TooFewCandidates.selector, 3, 4));
        registry.sealEpoch();
        _join(keys[3], STAKE);
        address[] memory expected = registry.candidates();
        vm.expectEmit();
        emit IValidatorRegistry.EpochSealed(1, expected);
        assertEq(registry.sealEpoch(), 1, "epoch");
        assertEq(registry.quorum(1), 3, "quorum");
        _expectEpochs(0, 1, 1);
    }

    function test_theFirstBatchOfAnEpochBeginsIt() public {
        _found();
        vm.expectEmit();
        emit IValidatorRegistry.EpochBegan(1, 0);
        BatchRecord memory first = _order(1);
        assertEq(first.epoch, 1, "epoch");
        _expectEpochs(1, 1, 1);
        assertEq(registry.epochOf(1).beganAt, block.timestamp, "began");
        _expectWrongEpoch(1, 1, 2);
        _expectWrongEpoch(1, 1, 0);
    }

    function test_oneSetIsSealedAheadAndNotBeforeTheEpochIsOfAge() public {
        _found();
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.AlreadySealed.selector, uint64(1)));
        registry.sealEpoch();
        _order(1);
        vm.warp(NOW + EPOCH - 1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.TooEarlyToSeal.selector, NOW + EPOCH));
        registry.sealEpoch();
        vm.warp(NOW + EPOCH);
        assertEq(registry.sealEpoch(), 2, "epoch");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.AlreadySealed.selector, uint64(2)));
        registry.sealEpoch();
    }

    /// @dev Who joins or leaves after the seal changes the set after this one.
    function test_aSealedSetNeverChanges() public {
        _found();
        _join(_key(0), STAKE);
        _leave(keys[0]);
        assertTrue(!registry.isValidator(1, vm.addr(_key(0))), "too late");
        assertTrue(registry.isValidator(1, vm.addr(keys[0])), "stays");
        assertEq(registry.quorum(1), 3, "quorum");
        _order(1);
        _join(_key(1), STAKE);
        _sealNext();
        address[] memory members = registry.members(2);
        assertEq(members.length, 5, "the remaining three and two new ones");
        assertTrue(!registry.isValidator(2, vm.addr(keys[0])), "left");
        assertTrue(registry.isValidator(2, vm.addr(_key(0))), "joined");
        assertTrue(!registry.isValidator(3, vm.addr(_key(0))), "not sealed yet");
        // The past stays answerable.
        assertTrue(registry.isValidator(1, vm.addr(keys[0])), "was a member");
        assertEq(registry.members(1).length, 4, "members");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.UnknownEpoch.selector, uint64(3)));
        registry.quorum(3);
    }

    /// @dev A set is not sealed below the minimum: who left serves until there is somebody to take over.
    function test_withoutSuccessorsTheSetGoesOn() public {
        _found();
        _order(1);
        _leave(keys[0]);
        vm.warp(NOW + EPOCH);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.TooFewCandidates.selector, 3, 4));
        registry.sealEpoch();
        _order(2);
        _join(_key(0), STAKE);
        registry.sealEpoch();
        assertTrue(!registry.isValidator(2, vm.addr(keys[0])), "free to go");
    }

    // -- handing over

    function test_bothSetsMayOrderUntilTheNewOneBegins() public {
        _found();
        _order(1);
        _sealNext();
        _expectEpochs(1, 1, 2);
        draftEpoch = 1;
        _order(2);
        draftEpoch = 2;
        _order(3);
        _expectEpochs(2, 2, 2);
        assertEq(registry.epochOf(2).priorBatches, 2, "batches to answer for");
        _expectWrongEpoch(2, 2, 1);
    }

    /// @dev Else a quorum that never hands over would keep the stakes of all who left.
    function test_theOldSetsTimeRunsOut() public {
        _found();
        _order(1);
        _sealNext();
        vm.warp(block.timestamp + HANDOVER);
        _expectEpochs(1, 1, 2);
        vm.warp(block.timestamp + 1);
        _expectEpochs(1, 2, 2);
        _expectWrongEpoch(2, 2, 1);
        draftEpoch = 2;
        _order(2);
        _expectEpochs(2, 2, 2);
    }

    function test_theNewSetAloneSignsForItsEpoch() public {
        _found();
        for (uint256 i = 0; i < 2; i++) {
            _join(_key(i), STAKE);
        }
        _order(1);
        _sealNext();
        // Six members: four must sign. The founders may, in their own epoch three.
        assertEq(registry.quorum(2), 5, "quorum");
        _expectRefusal(
            _draft(noWords, 2), abi.encodeWithSelector(IExchangeErrors.TooFewSignatures.selector, 3, 5)
        );
        draftEpoch = 1;
        Draft memory draft = _draft(noWords, 2);
        bytes memory data = _data(draft);
        bytes32 digest = _digest(draft);
        bytes[] memory signatures = _sign(digest, 3);
        address stranger = vm.addr(_key(0));
        signatures[0] = _signature(_key(0), digest);
        _sortFirst(signatures, digest);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NotAValidator.selector, stranger));
        exchange.commitBatch(data, draft.commitment, signatures);
    }

    /// @dev The first signature to its place among the others, which are in order.
    function _sortFirst(bytes[] memory signatures, bytes32 digest) private pure {
        for (uint256 i = 0; i + 1 < signatures.length; i++) {
            if (_signerOf(digest, signatures[i]) < _signerOf(digest, signatures[i + 1])) return;
            (signatures[i], signatures[i + 1]) = (signatures[i + 1], signatures[i]);
        }
    }

    function _signerOf(bytes32 digest, bytes memory signature) private pure returns (address) {
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
        }
        return ecrecover(digest, uint8(signature[64]), r, s);
    }

    function test_onlyTheExchangeBeginsEpochs() public {
        _found();
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistryErrors.NotTheExchange.selector, address(this))
        );
        registry.beginEpoch(1, 0);
        vm.prank(address(exchange));
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.UnknownEpoch.selector, uint64(2)));
        registry.beginEpoch(2, 0);
        _order(1);
        vm.prank(address(exchange));
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistryErrors.UnknownEpoch.selector, uint64(1)));
        registry.beginEpoch(1, 0);
    }

    // -- reverting across a border

    function _revert(BatchRecord memory record, uint64 epoch) private {
        bytes32 digest = exchange.revertDigest(epoch, record.number, record.digest);
        exchange.revertBatches(record, _sign(digest, 3));
    }

    function _expectNoRevert(BatchRecord memory record, uint64 epoch) private {
        bytes32 digest = exchange.revertDigest(epoch, record.number, record.digest);
        bytes[] memory signatures = _sign(digest, 3);
        try exchange.revertBatches(record, signatures) {
            assertTrue(false, "reverted");
        } catch {}
    }

    function test_theNewSetTakesBackWhatTheOldOneOrderedAndOrdersItAnew() public {
        _found();
        BatchRecord memory first = _order(1);
        BatchRecord memory second = _order(2);
        _sealNext();
        _order(3);
        _expectNoRevert(second, 1);
        _revert(second, 2);
        assertEq(exchange.state().committedBatches, 1, "taken back");
        _expectEpochs(2, 2, 2);
        _expectWrongEpoch(2, 2, 1);
        draftEpoch = 2;
        // Its number, its words, the new epoch.
        BatchRecord memory again = _order(2);
        assertEq(again.number, 2, "number");
        assertEq(again.epoch, 2, "epoch");
        // The old members answer until number two is proven, whoever committed it.
        _leave(keys[0]);
        assertEq(registry.epochOf(2).priorBatches, 2, "unchanged");
        _prove(first, noWords);
        assertTrue(registry.isValidator(1, vm.addr(keys[0])), "still a member of the past");
    }

    function test_locksNeverShrinkWhenBatchesDo() public {
        _found();
        BatchRecord memory first = _order(1);
        _order(2);
        _order(3);
        _sealNext();
        _order(4);
        _revert(first, 2);
        // One batch less than the epoch before ended with.
        _sealNext();
        _order(1);
        assertEq(exchange.state().committedBatches, 1, "batches");
        assertEq(registry.epochOf(3).priorBatches, 3, "the longest there was");
    }

    function test_theOldSetRevertsUntilItsTimeRunsOutThenTheNewOneDoes() public {
        _found();
        _order(1);
        BatchRecord memory second = _order(2);
        _sealNext();
        _expectNoRevert(second, 2);
        _revert(second, 1);
        _expectEpochs(1, 1, 2);
        draftEpoch = 1;
        second = _order(2);
        vm.warp(block.timestamp + HANDOVER + 1);
        _expectNoRevert(second, 1);
        // What the new set cannot build on it takes back first: its epoch begins with that.
        vm.expectEmit();
        emit IValidatorRegistry.EpochBegan(2, 2);
        _revert(second, 2);
        _expectEpochs(2, 2, 2);
        draftEpoch = 2;
        _order(2);
    }

    // -- clocks

    function test_theClocksOfCommittingAndProvingStandInTheState() public {
        assertEq(exchange.state().lastCommitAt, NOW, "deployed");
        assertEq(exchange.state().lastProofAt, NOW, "deployed");
        _found();
        vm.warp(NOW + 10);
        BatchRecord memory first = _order(1);
        assertEq(exchange.state().lastCommitAt, NOW + 10, "committed");
        vm.warp(NOW + 20);
        _prove(first, noWords);
        BatchRecord memory second = _order(2);
        vm.warp(NOW + 30);
        assertEq(exchange.state().lastProofAt, NOW + 20, "proven");
        _revert(second, 1);
        // Taking back is no sign of life.
        assertEq(exchange.state().lastCommitAt, NOW + 20, "committed");
    }
}
