// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Exchange} from "../src/Exchange.sol";
import {BatchRecord, Configuration, ExchangeState, IExchange} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {FeeToken, ReentrantToken} from "./doubles/Tokens.sol";
import {ExchangeFixture} from "./ExchangeFixture.sol";

contract VaultTest is ExchangeFixture {
    function test_registrationNumbersTheAccountAndQueuesThreeWords() public {
        uint256 keyHash = P - 1;
        vm.prank(alice);
        vm.expectEmit();
        emit IExchange.Registered(1, alice, keyHash, 5000, 0);
        assertEq(exchange.register(5000, keyHash), 1, "account");

        (address owner, uint64 claimable) = exchange.accountOf(1);
        assertEq(owner, alice, "owner");
        assertEq(claimable, 0, "claimable");
        uint256[] memory queued = _queued(0, 10);
        assertEq(queued.length, 3, "words");
        assertEq(queued[0], 11 | L1 | ((keyHash >> 128) << 8), "payloadHigh");
        assertEq(queued[1], 12 | L1 | (uint256(uint128(keyHash)) << 8), "payloadLow");
        assertEq(queued[2], _word(10, L1, 1, 5000), "register");
        assertEq(exchange.requestedAt(2), NOW, "requested at");
        assertEq(token.balanceOf(address(exchange)), 5000, "vault");
        assertEq(exchange.state().totalDeposited, 5000, "deposited");
    }

    function test_anAddressOwnsSeveralAccounts() public {
        _register(alice, 5000);
        assertEq(_register(alice, 6000), 2, "second");
        assertEq(_register(bob, 7000), 3, "third");
        (address owner,) = exchange.accountOf(2);
        assertEq(owner, alice, "owner");
    }

    function test_anybodyDepositsForAnAccount() public {
        _register(alice, 5000);
        vm.prank(bob);
        vm.expectEmit();
        emit IExchange.Deposited(1, 300, 3);
        exchange.deposit(1, 300);
        assertEq(_queued(3, 4)[0], _word(9, L1, 1, 300), "word");
        assertEq(token.balanceOf(address(exchange)), 5300, "vault");
    }

    function test_refusesAKeyHashOutOfTheField() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.KeyHashOutOfField.selector, P));
        exchange.register(5000, P);
    }

    function test_refusesAnAmountBelowTheMinimum() public {
        bytes memory reason =
            abi.encodeWithSelector(IExchangeErrors.AmountTooSmall.selector, MINIMUM - 1, MINIMUM);
        vm.prank(alice);
        vm.expectRevert(reason);
        exchange.register(MINIMUM - 1, 1);
        _register(alice, MINIMUM);
        vm.prank(alice);
        vm.expectRevert(reason);
        exchange.deposit(1, MINIMUM - 1);
    }

    function test_refusesADepositToNobody() public {
        _register(alice, 5000);
        for (uint32 account = 0; account < 3; account += 2) {
            vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NoSuchAccount.selector, account));
            exchange.deposit(account, 5000);
        }
    }

    function test_refusesMoreAccountsThanTheCapacity() public {
        Configuration memory config = _configuration();
        config.accountCapacity = 1;
        exchange = new Exchange(config);
        vm.prank(alice);
        token.approve(address(exchange), type(uint256).max);
        _register(alice, 5000);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.AccountsExhausted.selector, uint32(1)));
        exchange.register(5000, 1);
    }

    function test_theVaultHoldsWhatSixtyFourBitsCanSayAndNoMore() public {
        _register(alice, type(uint64).max - MINIMUM);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExchangeErrors.VaultFull.selector, uint256(type(uint64).max) - MINIMUM, MINIMUM + 1
            )
        );
        exchange.deposit(1, MINIMUM + 1);
        vm.prank(alice);
        exchange.deposit(1, MINIMUM);
        assertEq(token.balanceOf(address(exchange)), exchange.VAULT_CAP(), "full");
    }

    function test_refusesATokenThatKeepsAFee() public {
        FeeToken fee = new FeeToken();
        Configuration memory config = _configuration();
        config.collateral = IERC20(fee);
        exchange = new Exchange(config);
        fee.mint(alice, 10_000);
        vm.prank(alice);
        fee.approve(address(exchange), 10_000);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.TransferMismatch.selector, 5000, 4950));
        exchange.register(5000, 1);
    }

    function test_refusesADepositThatIsNotPaid() public {
        vm.prank(address(0xbad));
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(exchange), 0, 5000
            )
        );
        exchange.register(5000, 1);
        assertEq(exchange.state().queuedRequests, 0, "nothing queued");
    }

    function test_claimsGoToTheOwnerWhoeverAsks() public {
        _credited(alice, 400);
        vm.prank(bob);
        vm.expectEmit();
        emit IExchange.Claimed(1, alice, 400);
        uint256 before = token.balanceOf(alice);
        exchange.claim(1);
        assertEq(token.balanceOf(alice), before + 400, "paid");
        ExchangeState memory state = exchange.state();
        assertEq(state.totalPaid, 400, "paid in total");
        assertEq(state.totalClaimable, 0, "nothing left");
    }

    function test_onlyTheOwnerSendsAClaimElsewhere() public {
        _credited(alice, 400);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NotOwner.selector, uint32(1), bob));
        exchange.claim(1, bob);
        vm.prank(alice);
        exchange.claim(1, address(0xdead));
        assertEq(token.balanceOf(address(0xdead)), 400, "paid");
    }

    /// @dev It would be paid and nobody's.
    function test_nothingIsClaimedForTheVault() public {
        _credited(alice, 400);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.InvalidReceiver.selector, address(exchange)));
        exchange.claim(1, address(exchange));
        exchange.claim(1);
    }

    function test_nothingIsClaimedTwice() public {
        _credited(alice, 400);
        exchange.claim(1);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NothingToClaim.selector, uint32(1)));
        exchange.claim(1);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NothingToClaim.selector, uint32(1)));
        exchange.claim(1, alice);
    }

    function test_refusesAClaimForNobody() public {
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NoSuchAccount.selector, uint32(1)));
        exchange.claim(1);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.NoSuchAccount.selector, uint32(0)));
        exchange.claim(0, alice);
    }

    function test_aTokenThatCallsBackIsRefusedEveryWay() public {
        ReentrantToken reentrant = new ReentrantToken();
        Configuration memory config = _configuration();
        config.collateral = IERC20(reentrant);
        exchange = new Exchange(config);
        reentrant.mint(alice, 10_000);
        vm.prank(alice);
        reentrant.approve(address(exchange), 10_000);
        _credited(alice, 400);

        reentrant.reenter(exchange, abi.encodeWithSignature("claim(uint32)", 1));
        exchange.claim(1);
        _expectGuarded(reentrant);
        reentrant.reenter(exchange, abi.encodeCall(IExchange.register, (5000, 1)));
        vm.prank(alice);
        exchange.deposit(1, 500);
        _expectGuarded(reentrant);
    }

    function _expectGuarded(ReentrantToken reentrant) private view {
        bytes32 expected =
            keccak256(abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        assertEq(keccak256(reentrant.answer()), expected, "guarded");
    }

    /// @dev Account 1 of `owner` with something to claim, the honest way.
    function _credited(address owner, uint64 amount) private {
        _register(owner, 5000);
        uint256[] memory words = new uint256[](4);
        (words[0], words[1], words[2]) = (_queued(0, 1)[0], _queued(1, 2)[0], _queued(2, 3)[0]);
        words[3] = _withdraw(1, amount);
        BatchRecord memory record = _commit(words, GENESIS + 1);
        _prove(record, words);
    }
}
