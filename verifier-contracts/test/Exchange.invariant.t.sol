// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Exchange} from "../src/Exchange.sol";
import {ExchangeState} from "../src/interfaces/IExchange.sol";
import {ExchangeHandler} from "./ExchangeHandler.sol";
import {Test} from "./Test.sol";

/// @dev As forge reads it.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// @notice What holds whatever anybody does in whatever order. That only a proof moves the root, and that counters stay
/// in order, is checked by the handler after every call.
contract ExchangeInvariants is Test {
    Surface private handler;

    function setUp() public {
        handler = new Surface();
        handler.setUp();
    }

    /// @dev Without this forge would call the exchange directly as well.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = ExchangeHandler.register.selector;
        selectors[1] = ExchangeHandler.deposit.selector;
        selectors[2] = ExchangeHandler.donate.selector;
        selectors[3] = ExchangeHandler.commit.selector;
        selectors[4] = ExchangeHandler.prove.selector;
        selectors[5] = ExchangeHandler.revertBatches.selector;
        selectors[6] = ExchangeHandler.claim.selector;
        selectors[7] = ExchangeHandler.passTime.selector;
        // Twice as likely, so that money moves.
        selectors[8] = ExchangeHandler.commit.selector;
        selectors[9] = ExchangeHandler.prove.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    /// @dev The same calls by hand: the invariants would hold of a handler that does nothing, too.
    function test_theHandlerGetsEverythingDone() public {
        for (uint256 i = 0; i < 60; i++) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            handler.register(seed, uint64(seed));
            handler.commit(seed, seed, uint64(seed >> 64));
            handler.commit(seed >> 1, seed >> 1, uint64(seed >> 65));
            handler.prove(seed);
            handler.claim(seed);
            handler.revertBatches(seed);
            handler.prove(seed >> 1);
        }
        assertTrue(handler.proofs() > 20, "proofs");
        assertTrue(handler.claims() > 5, "claims");
        assertTrue(handler.reverts() > 5, "reverts");
    }

    /// @dev All in one, as forge begins a series of calls of its own for each: what these cost is the calls.
    function invariant_ofTheExchange() public view {
        _theVaultHoldsWhatIsOwed();
        _nothingIsClaimedTwice();
    }

    function _theVaultHoldsWhatIsOwed() private view {
        ExchangeState memory state = handler.target().state();
        uint256 held = state.totalDeposited - state.totalPaid;
        IERC20 token = handler.target().collateral();
        assertEq(
            token.balanceOf(address(handler.target())), held + handler.donated(), "balance is what is owed"
        );
        assertTrue(state.totalClaimable <= held, "claims are covered");
    }

    function _nothingIsClaimedTwice() private view {
        uint256 claimable = 0;
        uint256 paid = 0;
        uint32 accounts = handler.target().state().accounts;
        for (uint32 account = 0; account <= accounts; account++) {
            (, uint64 left) = handler.target().accountOf(account);
            assertEq(left + handler.claimed(account), handler.credited(account), "credited = left + claimed");
            claimable += left;
            paid += handler.claimed(account);
        }
        assertEq(claimable, handler.target().state().totalClaimable, "sum of claims");
        assertEq(paid, handler.target().state().totalPaid, "sum of payments");
    }
}

/// @notice The handler with a window on its exchange.
contract Surface is ExchangeHandler {
    function target() external view returns (Exchange) {
        return exchange;
    }
}
