// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord, ExchangeState, IExchange, Proof} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {Credit} from "../src/libraries/Credits.sol";
import {ExchangeFixture} from "./ExchangeFixture.sol";

contract ProveBatchTest is ExchangeFixture {
    uint256[] private noWords;
    Credit[] private noCredits;

    function _expectProofRefusal(BatchRecord memory record, Proof memory proof, bytes memory reason) private {
        vm.expectRevert(reason);
        exchange.proveBatch(record, proof, noCredits);
    }

    function test_aProofMovesTheRoot() public {
        BatchRecord memory record = _commit(_list(_place(1)), 77);
        vm.expectEmit();
        emit IExchange.BatchProven(1, 77);
        _prove(record, noWords);
        ExchangeState memory state = exchange.state();
        assertEq(state.provenRoot, 77, "root");
        assertEq(state.provenBatches, 1, "batches");
    }

    function test_refusesAProofForOtherInputs(uint256 wrong) public {
        BatchRecord memory record = _commit(_list(_place(1)), 77);
        Proof memory proof = _proof(record);
        vm.assume(wrong != proof.a[0]);
        proof.a[0] = wrong;
        _expectProofRefusal(
            record, proof, abi.encodeWithSelector(IExchangeErrors.InvalidProof.selector, uint64(1))
        );
        assertEq(exchange.state().provenRoot, GENESIS, "root");
    }

    function test_refusesTheProofOfOtherWords() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        BatchRecord memory second = _commit(_list(_place(2)), 78);
        _expectProofRefusal(
            first, _proof(second), abi.encodeWithSelector(IExchangeErrors.InvalidProof.selector, uint64(1))
        );
    }

    /// @dev Whatever is changed in the record - public inputs plus the modulus among it - it is not the committed one.
    function test_refusesEveryOtherRecord() public {
        BatchRecord memory good = _commit(_list(_place(1)), 77);
        for (uint256 i = 0; i < 14; i++) {
            BatchRecord memory record = _copy(good);
            uint256 change = i >= 9 && i <= 11 ? P : 1;
            assembly ("memory-safe") {
                let field := add(record, mul(i, 32))
                mstore(field, add(mload(field), change))
            }
            bytes4 selector =
                i == 0 ? IExchangeErrors.BatchNotCommitted.selector : IExchangeErrors.UnknownRecord.selector;
            _expectProofRefusal(
                record, _proof(record), abi.encodeWithSelector(selector, i == 0 ? uint64(2) : uint64(1))
            );
        }
        _prove(good, noWords);
    }

    function test_refusesAReplayedProof() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        _commit(_list(_place(2)), 78);
        _prove(first, noWords);
        _expectProofRefusal(
            first,
            _proof(first),
            abi.encodeWithSelector(IExchangeErrors.WrongProofOrder.selector, uint64(2), uint64(1))
        );
    }

    function test_refusesProofsOutOfOrder() public {
        _commit(_list(_place(1)), 77);
        BatchRecord memory second = _commit(_list(_place(2)), 78);
        _expectProofRefusal(
            second,
            _proof(second),
            abi.encodeWithSelector(IExchangeErrors.WrongProofOrder.selector, uint64(1), uint64(2))
        );
    }

    function test_refusesToProveWhatIsNotCommitted() public {
        BatchRecord memory record = _record(_draft(noWords, 1));
        _expectProofRefusal(
            record,
            _proof(record),
            abi.encodeWithSelector(IExchangeErrors.BatchNotCommitted.selector, uint64(1))
        );
        record.number = 0;
        _expectProofRefusal(
            record,
            _proof(record),
            abi.encodeWithSelector(IExchangeErrors.BatchNotCommitted.selector, uint64(0))
        );
    }

    // -- credits

    function _registered() private returns (uint256[] memory words) {
        _register(alice, 5000);
        words = _queued(0, 3);
        _prove(_commit(words, 77), words);
    }

    function test_acceptedWithdrawalsBecomeClaimableWhenProven() public {
        _registered();
        uint256[] memory words = _list(_withdraw(1, 300), _place(1), _withdraw(1, 200));
        BatchRecord memory record = _commit(words, 78);
        (, uint64 claimable) = exchange.accountOf(1);
        assertEq(claimable, 0, "not before");
        vm.expectEmit();
        emit IExchange.Credited(1, 300, 2);
        _prove(record, words);
        (, claimable) = exchange.accountOf(1);
        assertEq(claimable, 500, "claimable");
        assertEq(exchange.state().totalClaimable, 500, "in total");
    }

    function test_refusedAndDroppedWithdrawalsPayNothing() public {
        _registered();
        BatchRecord memory record =
            _commit(_list(_withdraw(1, 300) | REFUSED, _withdraw(1, 200) | DROPPED), 78);
        exchange.proveBatch(record, _proof(record), noCredits);
        (, uint64 claimable) = exchange.accountOf(1);
        assertEq(claimable, 0, "claimable");
    }

    function test_aRefusedRegistrationAndDepositComeBack() public {
        _register(alice, 5000);
        vm.prank(bob);
        exchange.deposit(1, 600);
        uint256[] memory words = _queued(0, 4);
        words[2] |= REFUSED;
        words[3] |= REFUSED;
        _prove(_commit(words, 77), words);
        assertEq(exchange.state().provenRequests, 4, "consumed");
        uint256 before = token.balanceOf(alice);
        exchange.claim(1);
        assertEq(token.balanceOf(alice), before + 5600, "paid");
        assertEq(token.balanceOf(address(exchange)), 0, "vault");
    }

    function test_refusesOtherCredits() public {
        _registered();
        uint256[] memory words = _list(_withdraw(1, 300), _withdraw(1, 200));
        BatchRecord memory record = _commit(words, 78);
        Proof memory proof = _proof(record);
        bytes memory reason = abi.encodeWithSelector(IExchangeErrors.WrongCredits.selector, uint64(2));
        Credit[] memory credits = _creditsOf(words);

        _expectProofRefusal(record, proof, reason);
        credits[0] = Credit.wrap((uint256(1) << 64) | 301);
        vm.expectRevert(reason);
        exchange.proveBatch(record, proof, credits);
        credits[0] = Credit.wrap(Credit.unwrap(_creditsOf(words)[0]) | (1 << 128));
        vm.expectRevert(reason);
        exchange.proveBatch(record, proof, credits);
        credits = _creditsOf(words);
        (credits[0], credits[1]) = (credits[1], credits[0]);
        vm.expectRevert(reason);
        exchange.proveBatch(record, proof, credits);
    }

    /// @dev Only a flaw of the circuit could ask for it; one claim must not eat another even then.
    function test_refusesCreditsBeyondTheVault() public {
        _registered();
        uint256[] memory words = _list(_withdraw(1, 5000), _withdraw(1, 1));
        BatchRecord memory record = _commit(words, 78);
        Proof memory proof = _proof(record);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.CreditsExceedVault.selector, 5001, 5000));
        exchange.proveBatch(record, proof, _creditsOf(words));
    }

    function _copy(BatchRecord memory record) private pure returns (BatchRecord memory) {
        return abi.decode(abi.encode(record), (BatchRecord));
    }
}
