// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord, ExchangeState, IExchange, Proof} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {Draft, ExchangeFixture} from "./ExchangeFixture.sol";

contract RevertBatchesTest is ExchangeFixture {
    uint256[] private noWords;

    function _revert(BatchRecord memory record) private {
        bytes32 digest = exchange.revertDigest(0, record.number, record.digest);
        exchange.revertBatches(record, _sign(digest, 3));
    }

    function test_takesBackABatchAndItsSuccessors() public {
        _register(alice, 5000);
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        BatchRecord memory second = _commit(_queued(0, 3), 78);
        _commit(_list(_place(2)), 79);
        _prove(first, noWords);

        bytes32 digest = exchange.revertDigest(0, 2, second.digest);
        vm.expectEmit();
        emit IExchange.BatchesReverted(2, 3, digest);
        _revert(second);
        ExchangeState memory state = exchange.state();
        assertEq(state.committedBatches, 1, "batches");
        assertEq(state.committedRoot, 77, "root");
        assertEq(state.committedRequests, 0, "requests");
        assertEq(state.committedDigest, digest, "digest");
        assertEq(state.provenRoot, 77, "what is proven stays");
        assertEq(exchange.recordHash(2), 0, "no record");
    }

    function test_theSameWordsAreCommittedAndProvenAgain() public {
        _register(alice, 5000);
        uint256[] memory words = _queued(0, 3);
        BatchRecord memory before = _commit(words, 77);
        _revert(before);
        BatchRecord memory again = _commit(words, 77);
        assertTrue(again.digest != before.digest, "chained over the revert");
        _prove(again, noWords);
        assertEq(exchange.state().provenRequests, 3, "consumed");
    }

    /// @dev Otherwise a batch that waited for its proof longer than `maxTimeBehind` could be taken back and never come
    /// again, and the exchange would stand still for ever.
    function test_whatWasTakenBackComesAgainHoweverLate() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        vm.warp(NOW + 5);
        _commit(_list(_place(2)), 78);
        vm.warp(NOW + 30 days);
        _revert(first);
        // The bound is as tight as it can be: not a second before the first, and not one batch more.
        _expectTooOld(NOW - 1, NOW);
        _commitAt(NOW, 77);
        _commitAt(NOW + 5, 78);
        _expectTooOld(NOW + 5, NOW + 30 days - BEHIND);
        _commitAt(NOW + 30 days - BEHIND, 79);
    }

    function test_whatComesAgainMayBeTakenBackOnceMore() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        for (uint256 i = 1; i < 4; i++) {
            vm.warp(NOW + i);
            _commit(_list(_place(i)), 77 + i);
        }
        vm.warp(NOW + 30 days);
        _revert(first);
        _commitAt(NOW, 77);
        // A batch of now in between: what the others end at is older.
        BatchRecord memory second = _commit(_list(_place(9)), 99);
        vm.warp(NOW + 60 days);
        _revert(second);
        _expectTooOld(NOW - 1, NOW);
        for (uint256 i = 1; i < 4; i++) {
            _commitAt(NOW + i, 77 + i);
        }
        _expectTooOld(NOW + 3, NOW + 60 days - BEHIND);
    }

    /// @dev What was made good is over: a later revert counts for itself.
    function test_aLaterRevertDoesNotReachBackToAnEarlierOne() public {
        _revert(_commit(_list(_place(1)), 77));
        _commitAt(NOW, 77);
        vm.warp(NOW + 1 days);
        BatchRecord memory second = _commit(_list(_place(2)), 78);
        vm.warp(NOW + 30 days);
        _revert(second);
        _expectTooOld(NOW + 1 days - 1, NOW + 1 days);
        _commitAt(NOW + 1 days, 78);
    }

    function _draftAt(uint256 time, uint256 postRoot) private view returns (Draft memory draft) {
        draft = _draft(_list(_place(postRoot)), postRoot);
        draft.header[TIME] = time;
    }

    function _commitAt(uint256 time, uint256 postRoot) private {
        _commit(_draftAt(time, postRoot));
    }

    function _expectTooOld(uint256 time, uint256 earliest) private {
        _expectRefusal(
            _draftAt(time, 1),
            abi.encodeWithSelector(
                IExchangeErrors.TimeOutOfRange.selector, time, earliest, block.timestamp + AHEAD
            )
        );
    }

    /// @dev Otherwise anybody could bring back what the quorum took back.
    function test_signaturesOfARevertedBatchAreDead() public {
        Draft memory draft = _draft(_list(_place(1)), 77);
        bytes[] memory signatures = _sign(_digest(draft), 3);
        BatchRecord memory record = _commit(draft);
        _revert(record);
        bytes memory data = _data(draft);
        try exchange.commitBatch(data, draft.commitment, signatures) {
            assertTrue(false, "committed");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == IExchangeErrors.NotAValidator.selector
                    || selector == IExchangeErrors.SignersNotAscending.selector,
                "refused as nobody's"
            );
        }
    }

    function test_aRevertIsNotReplayed() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        bytes[] memory signatures = _sign(exchange.revertDigest(0, 1, first.digest), 3);
        exchange.revertBatches(first, signatures);
        vm.warp(NOW + 1);
        Draft memory draft = _draft(_list(_place(1)), 77);
        draft.header[TIME] = NOW;
        BatchRecord memory again = _commit(draft);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.UnknownRecord.selector, uint64(1)));
        exchange.revertBatches(first, signatures);
        try exchange.revertBatches(again, signatures) {
            assertTrue(false, "reverted again");
        } catch {}
    }

    function test_theRecordOfARevertedBatchIsNotProven() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        BatchRecord memory second = _commit(_list(_place(2)), 78);
        _prove(first, noWords);
        _revert(second);
        Proof memory proof = _proof(second);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.BatchNotCommitted.selector, uint64(2)));
        exchange.proveBatch(second, proof, _creditsOf(noWords));
    }

    function test_refusesToRevertWhatIsProven() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        _prove(first, noWords);
        bytes[] memory signatures = _sign(exchange.revertDigest(0, 1, first.digest), 3);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.BatchAlreadyProven.selector, uint64(1)));
        exchange.revertBatches(first, signatures);
    }

    function test_refusesToRevertWithoutAQuorum() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        bytes[] memory signatures = _sign(exchange.revertDigest(0, 1, first.digest), 2);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.TooFewSignatures.selector, 2, 3));
        exchange.revertBatches(first, signatures);
        signatures = _sign(first.digest, 3);
        try exchange.revertBatches(first, signatures) {
            assertTrue(false, "a batch's signatures revert nothing");
        } catch {}
    }

    function test_refusesToRevertAnythingButACommittedBatch() public {
        BatchRecord memory first = _commit(_list(_place(1)), 77);
        first.preRoot = 5;
        bytes[] memory signatures = _sign(exchange.revertDigest(0, 1, first.digest), 3);
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.UnknownRecord.selector, uint64(1)));
        exchange.revertBatches(first, signatures);
        first.number = 2;
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.BatchNotCommitted.selector, uint64(2)));
        exchange.revertBatches(first, signatures);
    }
}
