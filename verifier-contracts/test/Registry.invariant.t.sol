// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {RegistryHandler} from "./RegistryHandler.sol";
import {Test} from "./Test.sol";

/// @dev As forge reads it.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// @notice What holds whatever anybody does in whatever order. That nobody withdraws what is locked or slashed, that
/// every liar with a stake loses it once, and that seats have one candidate each, is checked by the handler at every call.
contract RegistryInvariants is Test {
    RegistryHandler private handler;

    function setUp() public {
        handler = new RegistryHandler();
        handler.start();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](14);
        selectors[0] = RegistryHandler.join.selector;
        selectors[1] = RegistryHandler.join.selector;
        selectors[2] = RegistryHandler.raise.selector;
        selectors[3] = RegistryHandler.leave.selector;
        selectors[4] = RegistryHandler.withdraw.selector;
        selectors[5] = RegistryHandler.withdraw.selector;
        selectors[6] = RegistryHandler.sealEpoch.selector;
        selectors[7] = RegistryHandler.commit.selector;
        selectors[8] = RegistryHandler.commit.selector;
        selectors[9] = RegistryHandler.prove.selector;
        selectors[10] = RegistryHandler.revertBatches.selector;
        selectors[11] = RegistryHandler.lie.selector;
        selectors[12] = RegistryHandler.passTime.selector;
        selectors[13] = RegistryHandler.fallSilent.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    /// @dev The same calls by hand: the invariants would hold of a handler that does nothing, too.
    function test_theHandlerGetsEverythingDone() public {
        for (uint256 i = 0; i < 60; i++) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            handler.join(seed, uint96(seed >> 8));
            handler.raise(seed >> 2, uint96(seed >> 9));
            handler.sealEpoch();
            handler.commit(seed, seed);
            handler.commit(seed >> 1, seed >> 1);
            handler.leave(seed >> 3);
            handler.revertBatches(seed);
            if (i % 5 == 0) handler.lie((seed >> 4) & ~uint256(3));
            handler.prove(seed);
            handler.prove(seed);
            handler.passTime(seed);
            handler.fallSilent(seed >> 5);
            for (uint256 j = 0; i % 4 == 3 && j < handler.CANDIDATES(); j++) {
                handler.withdraw(j);
            }
        }
        assertTrue(handler.withdrawals() > 8, "withdrawals");
        assertTrue(handler.slashes() > 3, "slashes");
        assertTrue(handler.reverts() > 3, "reverts");
        assertTrue(handler.silences() > 3, "silences");
        assertTrue(handler.currentEpoch() > 5, "epochs");
        invariant_ofTheRegistry();
    }

    /// @dev All in one, as forge begins a series of calls of its own for each: what these cost is the calls.
    function invariant_ofTheRegistry() public view {
        _theRegistryHoldsEveryStake();
        _setsNeverChange();
        _locksOnlyGrow();
    }

    function _theRegistryHoldsEveryStake() private view {
        assertEq(handler.held(), handler.sumOwed() + handler.lost(), "stakes and what is nobody's");
        for (uint256 i = 0; i < handler.CANDIDATES(); i++) {
            address signer = handler.candidateSigner(i);
            assertEq(handler.stakeOf(signer), handler.owed(signer), "stake");
        }
    }

    function _setsNeverChange() private view {
        uint64 epochs = handler.latestEpoch();
        for (uint64 epoch = 1; epoch <= epochs; epoch++) {
            address[] memory members = handler.membersOf(epoch);
            assertEq(keccak256(abi.encode(members)), handler.membersHash(epoch), "members");
            assertEq(handler.quorumOf(epoch), handler.quorumAtSeal(epoch), "quorum");
            assertTrue(members.length >= 4 && members.length <= 6, "size");
            uint256 count = 0;
            for (uint256 i = 0; i < handler.CANDIDATES(); i++) {
                if (handler.isMember(epoch, handler.candidateSigner(i))) count++;
            }
            assertEq(count, members.length, "nobody else is a member");
            for (uint256 i = 0; i < members.length; i++) {
                assertTrue(handler.isMember(epoch, members[i]), "everybody listed is a member");
            }
        }
    }

    function _locksOnlyGrow() private view {
        uint64 epochs = handler.currentEpoch();
        for (uint64 epoch = 1; epoch < epochs; epoch++) {
            assertTrue(
                handler.epochOf(epoch).priorBatches <= handler.epochOf(epoch + 1).priorBatches,
                "prior batches"
            );
            assertTrue(handler.epochOf(epoch).beganAt <= handler.epochOf(epoch + 1).beganAt, "times");
        }
    }
}
