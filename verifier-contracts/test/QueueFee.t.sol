// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord, Configuration, ExchangeState} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {ExchangeFixture} from "./ExchangeFixture.sol";

contract QueueFeeTest is ExchangeFixture {
    uint64 private constant FEE = 20;
    address private collector = address(0xfee);

    function _configuration() internal override returns (Configuration memory config) {
        config = super._configuration();
        config.queueFee = FEE;
        config.feeRecipient = collector;
    }

    function _expectClaimable(uint32 account, address owner, uint64 expected) private view {
        (address found, uint64 claimable) = exchange.accountOf(account);
        assertEq(found, owner, "owner");
        assertEq(claimable, expected, "claimable");
    }

    function test_everyQueuedWordCostsTheFeeBesideTheAmount() public {
        uint256 before = token.balanceOf(alice);
        _register(alice, 5000);
        assertEq(token.balanceOf(alice), before - 5000 - 3 * FEE, "three words");
        before = token.balanceOf(bob);
        vm.prank(bob);
        exchange.deposit(1, 300);
        assertEq(token.balanceOf(bob), before - 300 - FEE, "one word");
        assertEq(_queued(2, 4)[0], _word(10, L1, 1, 5000), "the amount alone is registered");
        assertEq(_queued(2, 4)[1], _word(9, L1, 1, 300), "the amount alone is deposited");

        _expectClaimable(0, collector, 4 * FEE);
        ExchangeState memory state = exchange.state();
        assertEq(state.totalDeposited, 5300 + 4 * FEE, "held");
        assertEq(state.totalClaimable, 4 * FEE, "owed");
        exchange.claim(0);
        assertEq(token.balanceOf(collector), 4 * FEE, "paid");
        assertEq(token.balanceOf(address(exchange)), 5300, "the deposits stay");
    }

    function test_theCollectorAloneSendsTheFeesElsewhere() public {
        _register(alice, 5000);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NotOwner.selector, uint32(0), alice));
        exchange.claim(0, alice);
        vm.prank(collector);
        exchange.claim(0, bob);
        _expectClaimable(0, collector, 0);
    }

    /// @dev Else a request that the machine refuses would cost nothing again.
    function test_aRefusedDepositComesBackWithoutTheFee() public {
        _register(alice, 5000);
        vm.prank(alice);
        exchange.deposit(1, 300);
        uint256[] memory words = _queued(0, 4);
        words[3] |= REFUSED;
        BatchRecord memory record = _commit(words, 77);
        _prove(record, words);
        _expectClaimable(1, alice, 300);
        _expectClaimable(0, collector, 4 * FEE);
    }

    function test_nobodyDepositsForTheCollector() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NoSuchAccount.selector, uint32(0)));
        exchange.deposit(0, 5000);
    }

    function test_theFeeCountsForWhatTheVaultHolds() public {
        _register(alice, type(uint64).max - MINIMUM - 4 * FEE);
        uint256 held = uint256(type(uint64).max) - MINIMUM - FEE;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.VaultFull.selector, held, MINIMUM + 1));
        exchange.deposit(1, MINIMUM + 1);
        vm.prank(alice);
        exchange.deposit(1, MINIMUM);
        assertEq(token.balanceOf(address(exchange)), exchange.VAULT_CAP(), "full");
    }
}
