// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord, ExchangeState, IExchange} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {Draft, ExchangeFixture} from "./ExchangeFixture.sol";

contract CommitBatchTest is ExchangeFixture {
    uint256[] private noWords;

    function test_commitsTheRecordThatAnIndependentReadingMakes(uint256 seed, uint8 count, uint256 root)
        public
    {
        uint256[] memory words = new uint256[](count % 17);
        for (uint256 i = 0; i < words.length; i++) {
            words[i] = _place(uint32(seed)) | (((seed >> (2 * i)) % 3) << 5);
            seed = uint256(keccak256(abi.encode(seed)));
        }
        Draft memory draft = _draft(words, root % P);
        BatchRecord memory record = _record(draft);
        vm.expectEmit();
        emit IExchange.BatchCommitted(1, record);
        _commit(draft);

        assertEq(exchange.recordHash(1), keccak256(abi.encode(record)), "record");
        ExchangeState memory state = exchange.state();
        assertEq(state.committedRoot, root % P, "root");
        assertEq(state.committedDigest, record.digest, "digest");
        assertEq(state.committedBatches, 1, "committed");
        assertEq(state.provenRoot, GENESIS, "nothing is proven yet");
    }

    function test_committingConsumesTheQueueInOrder() public {
        _register(alice, 5000);
        _commit(_queued(0, 3), 1);
        assertEq(exchange.state().committedRequests, 3, "consumed");
        vm.prank(bob);
        exchange.deposit(1, 700);
        _commit(_list(_queued(3, 4)[0] | REFUSED, _place(1)), 2);
        assertEq(exchange.state().committedRequests, 4, "consumed");
    }

    // -- shape

    function test_refusesDataThatIsNotWholeWords() public {
        bytes memory data = _data(_draft(noWords, 1));
        bytes[] memory signatures = new bytes[](3);
        bytes[3] memory broken = [bytes(""), abi.encodePacked(data, uint8(1)), new bytes(8 * 31)];
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.MalformedData.selector, broken[i].length));
            exchange.commitBatch(broken[i], 1, signatures);
        }
    }

    function test_refusesALimbOf128BitsOrMore() public {
        for (uint256 i = 0; i < 4; i++) {
            Draft memory draft = _draft(noWords, 1);
            draft.header[i] |= 1 << 128;
            _expectRefusal(draft, abi.encodeWithSelector(IExchangeErrors.LimbOverflow.selector, i));
        }
    }

    /// @dev The same root spelled with a carry: high - 1 and low + 2^128.
    function test_refusesASecondSpellingOfTheRoot() public {
        Draft memory draft = _draft(noWords, 1);
        draft.header[PRE_HIGH] -= 1;
        draft.header[PRE_LOW] += 1 << 128;
        _expectRefusal(draft, abi.encodeWithSelector(IExchangeErrors.LimbOverflow.selector, PRE_LOW));
    }

    function test_refusesARootOutOfTheField() public {
        _expectRefusal(_draft(noWords, P), abi.encodeWithSelector(IExchangeErrors.RootOutOfField.selector, P));
        Draft memory draft = _draft(noWords, 1);
        uint256 alias_ = GENESIS + P;
        (draft.header[PRE_HIGH], draft.header[PRE_LOW]) = (alias_ >> 128, uint128(alias_));
        _expectRefusal(draft, abi.encodeWithSelector(IExchangeErrors.RootOutOfField.selector, alias_));
    }

    function test_refusesACommitmentOutOfTheField() public {
        Draft memory draft = _draft(noWords, 1);
        draft.commitment += P;
        _expectRefusal(
            draft, abi.encodeWithSelector(IExchangeErrors.CommitmentOutOfField.selector, draft.commitment)
        );
    }

    function test_refusesBitsWithoutAMeaningInTheBatchInformation() public {
        Draft memory draft = _draft(noWords, 1);
        draft.header[INFO] |= 1 << 128;
        _expectRefusal(
            draft, abi.encodeWithSelector(IExchangeErrors.MalformedBatchInfo.selector, draft.header[INFO])
        );
    }

    // -- place in the chain of batches

    function test_refusesBatchesOutOfOrder() public {
        uint64[2] memory given = [uint64(0), 2];
        for (uint256 i = 0; i < 2; i++) {
            Draft memory draft = _draft(noWords, 1);
            draft.header[INFO] = _info(given[i], 0, 4, 0);
            _expectRefusal(
                draft, abi.encodeWithSelector(IExchangeErrors.WrongBatchNumber.selector, uint64(1), given[i])
            );
        }
    }

    function test_refusesTheSameBatchAgain() public {
        Draft memory draft = _draft(noWords, GENESIS);
        bytes[] memory signatures = _sign(_digest(draft), 3);
        exchange.commitBatch(_data(draft), draft.commitment, signatures);
        bytes memory data = _data(draft);
        vm.expectRevert(
            abi.encodeWithSelector(IExchangeErrors.WrongBatchNumber.selector, uint64(2), uint64(1))
        );
        exchange.commitBatch(data, draft.commitment, signatures);
    }

    function test_refusesAnotherRootToStartFrom() public {
        Draft memory draft = _draft(noWords, 1);
        draft.header[PRE_LOW] += 1;
        _expectRefusal(
            draft, abi.encodeWithSelector(IExchangeErrors.WrongPreRoot.selector, GENESIS, GENESIS + 1)
        );
    }

    function test_refusesAnotherEpoch() public {
        Draft memory draft = _draft(noWords, 1);
        draft.header[INFO] = _info(1, 1, 4, 0);
        _expectRefusal(
            draft,
            abi.encodeWithSelector(IExchangeErrors.WrongEpoch.selector, uint64(0), uint64(0), uint64(1))
        );
    }

    function test_refusesAnUnknownTier() public {
        Draft memory draft = _draft(noWords, 1);
        draft.header[INFO] = _info(1, 0, 8, 0);
        _expectRefusal(draft, abi.encodeWithSelector(IExchangeErrors.UnknownTier.selector, uint16(8)));
    }

    function test_refusesMoreWordsThanSteps() public {
        uint256[] memory words = new uint256[](5);
        for (uint256 i = 0; i < 5; i++) {
            words[i] = _place(i);
        }
        Draft memory draft = _draft(words, 1);
        draft.header[INFO] = _info(1, 0, 4, 5);
        _expectRefusal(draft, abi.encodeWithSelector(IExchangeErrors.TooManyWords.selector, 5, uint16(4)));
    }

    function test_refusesACountOfWordsThatIsNotTheirNumber() public {
        Draft memory draft = _draft(_list(_place(1)), 1);
        draft.header[INFO] = _info(1, 0, 4, 2);
        _expectRefusal(draft, abi.encodeWithSelector(IExchangeErrors.WrongWordCount.selector, 2, 1));
    }

    function test_machineTimeStaysCloseToTheChains() public {
        uint256[4] memory times = [NOW - BEHIND - 1, NOW + AHEAD + 1, NOW - BEHIND, NOW + AHEAD];
        for (uint256 i = 0; i < 4; i++) {
            Draft memory draft = _draft(noWords, 1);
            draft.header[TIME] = times[i];
            if (i < 2) {
                _expectRefusal(
                    draft,
                    abi.encodeWithSelector(
                        IExchangeErrors.TimeOutOfRange.selector, times[i], NOW - BEHIND, NOW + AHEAD
                    )
                );
            } else {
                _commit(draft);
            }
        }
    }

    // -- words

    function test_refusesWhatIsNoWord() public {
        uint256[5] memory bad = [uint256(0), _place(1) & ~uint256(31), 13, 31, _place(1) | (3 << 5)];
        for (uint256 i = 0; i < 5; i++) {
            _expectRefusal(
                _draft(_list(_place(0), bad[i]), 1),
                abi.encodeWithSelector(IExchangeErrors.MalformedWord.selector, 1)
            );
        }
    }

    function test_refusesMoneyThatDoesNotComeFromTheQueue() public {
        for (uint256 kind = 9; kind <= 10; kind++) {
            for (uint256 outcome = 0; outcome < 3; outcome++) {
                _expectRefusal(
                    _draft(_list(_word(kind, outcome << 5, 1, 5000)), 1),
                    abi.encodeWithSelector(IExchangeErrors.NotFromQueue.selector, 0)
                );
            }
        }
    }

    function test_refusesABatchThatEndsInsideARequest() public {
        bytes memory reason = abi.encodeWithSelector(IExchangeErrors.SplitRequest.selector);
        _expectRefusal(_draft(_list(11 | (5 << 8)), 1), reason);
        _expectRefusal(_draft(_list(11 | (5 << 8), 12 | (6 << 8)), 1), reason);
        _register(alice, 5000);
        _expectRefusal(_draft(_queued(0, 2), 1), reason);
        _commit(_list(11 | (5 << 8), 12 | (6 << 8), 7 | (1 << 8)), 1);
    }

    // -- the queue

    function test_refusesAnAlteredQueueWord(uint256 bit) public {
        _register(alice, 5000);
        uint256[] memory words = _queued(0, 3);
        // Every bit of the last word but type, outcome and l1, which have refusals of their own.
        bit = bound(bit, 8, 247);
        uint256 expected = words[2];
        words[2] ^= 1 << bit;
        _expectRefusal(
            _draft(words, 1), abi.encodeWithSelector(IExchangeErrors.QueueMismatch.selector, 2, expected)
        );
    }

    function test_refusesAQueueWordOfAnotherType() public {
        _register(alice, 5000);
        uint256[] memory words = _queued(0, 3);
        uint256 expected = words[2];
        words[2] -= 1;
        _expectRefusal(
            _draft(words, 1), abi.encodeWithSelector(IExchangeErrors.QueueMismatch.selector, 2, expected)
        );
    }

    function test_refusesASkippedQueueWord() public {
        _register(alice, 5000);
        uint256[] memory queued = _queued(0, 3);
        _expectRefusal(
            _draft(_list(queued[0], queued[2]), 1),
            abi.encodeWithSelector(IExchangeErrors.QueueMismatch.selector, 1, queued[1])
        );
    }

    function test_refusesReorderedQueueWords() public {
        _register(alice, 5000);
        uint256[] memory words = _queued(0, 3);
        (words[0], words[1]) = (words[1], words[0]);
        _expectRefusal(
            _draft(words, 1), abi.encodeWithSelector(IExchangeErrors.QueueMismatch.selector, 0, words[1])
        );
    }

    function test_refusesAQueueWordConsumedTwice() public {
        _register(alice, 5000);
        _commit(_queued(0, 3), 1);
        _expectRefusal(
            _draft(_list(_queued(2, 3)[0]), 2),
            abi.encodeWithSelector(IExchangeErrors.QueueExhausted.selector, 0)
        );
    }

    function test_refusesWordsFromAnEmptyQueue() public {
        _expectRefusal(
            _draft(_list(_word(9, L1, 1, 5000)), 1),
            abi.encodeWithSelector(IExchangeErrors.QueueExhausted.selector, 0)
        );
    }

    /// @dev An entry that does not exist reads as zero, and so does this word without its l1 bit.
    function test_refusesATickThatClaimsToComeFromTheQueue() public {
        _register(alice, 5000);
        _expectRefusal(
            _draft(_list(1 | L1), 1),
            abi.encodeWithSelector(IExchangeErrors.QueueMismatch.selector, 0, _queued(0, 1)[0])
        );
    }

    function test_refusesADroppedQueueWord() public {
        _register(alice, 5000);
        uint256[] memory words = _queued(0, 3);
        words[2] |= DROPPED;
        _expectRefusal(_draft(words, 1), abi.encodeWithSelector(IExchangeErrors.QueueWordDropped.selector, 2));
    }

    function test_outcomesAreMaskedBeforeTheQueueIsCompared() public {
        _register(alice, 5000);
        uint256[] memory words = _queued(0, 3);
        words[2] |= REFUSED;
        _commit(words, 1);
    }

    function test_refusesARangeThatDoesNotStartWhereTheLastEnded() public {
        _register(alice, 5000);
        Draft memory draft = _draft(_queued(0, 3), 1);
        draft.header[L1_START] = 1;
        _expectRefusal(draft, abi.encodeWithSelector(IExchangeErrors.WrongQueueStart.selector, uint64(0), 1));
        draft.header[L1_START] = 1 << 64;
        _expectRefusal(
            draft, abi.encodeWithSelector(IExchangeErrors.WrongQueueStart.selector, uint64(0), 1 << 64)
        );
    }

    function test_refusesARangeThatIsNotTheNumberOfItsWords() public {
        _register(alice, 5000);
        uint256[3] memory ends = [uint256(2), 4, 3 + (1 << 64)];
        for (uint256 i = 0; i < 3; i++) {
            Draft memory draft = _draft(_queued(0, 3), 1);
            draft.header[L1_END] = ends[i];
            _expectRefusal(
                draft, abi.encodeWithSelector(IExchangeErrors.WrongQueueEnd.selector, uint64(3), ends[i])
            );
        }
    }
}
