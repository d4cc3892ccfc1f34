// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord, ExchangeState} from "../src/interfaces/IExchange.sol";
import {Epoch, Status, Validator} from "../src/interfaces/IValidatorRegistry.sol";
import {Offence} from "../src/libraries/Offences.sol";
import {Draft} from "./ExchangeFixture.sol";
import {RegistryFixture} from "./RegistryFixture.sol";

/// @notice Everything that anybody can do to a registry and its exchange, at random, and what must then be true,
/// counted on the side: who staked what, what every set was when it was sealed, who was slashed.
contract RegistryHandler is RegistryFixture {
    uint256 public constant CANDIDATES = 24;

    /// @dev What the contract owes for a signer, by this book.
    mapping(address signer => uint256) public owed;
    mapping(address signer => bool) public wasSlashed;
    mapping(uint64 epoch => bytes32) public membersHash;
    mapping(uint64 epoch => uint256) public quorumAtSeal;
    /// @dev Number of the last batch of an epoch and the times by which it ended.
    mapping(uint64 epoch => uint64) public lastBatch;
    mapping(uint64 epoch => uint256) public endedAt;
    uint256 public lost;
    uint256 public withdrawals;
    uint256 public slashes;
    uint256 public reverts;
    uint256 public silences;

    mapping(uint64 number => BatchRecord) private _records;
    mapping(address signer => uint256) private _keyOf;
    address[] private _signers;

    function start() external {
        setUp();
        for (uint256 i = 0; i < CANDIDATES; i++) {
            _signers.push(vm.addr(_key(i)));
            _keyOf[_signers[i]] = _key(i);
        }
    }

    modifier seatsAreConsistent() {
        _;
        address[] memory candidates = registry.candidates();
        assertTrue(candidates.length <= 6, "seats");
        for (uint256 i = 0; i < candidates.length; i++) {
            Validator memory validator = registry.validatorOf(candidates[i]);
            assertEq(validator.seat, i, "seat");
            assertTrue(validator.status == Status.Candidate, "a seat of nobody");
        }
    }

    function join(uint256 seed, uint96 stake) external seatsAreConsistent {
        uint256 key = _key(seed % CANDIDATES);
        if (_statusOf(key) != Status.None) return;
        stake = uint96(bound(stake, STAKE, 4 * STAKE));
        address owner = _owner(key);
        token.mint(owner, stake);
        bytes memory consent = _signature(key, registry.joinDigest(owner, PEER));
        vm.prank(owner);
        token.approve(address(registry), stake);
        vm.prank(owner);
        try registry.join(vm.addr(key), PEER, stake, consent) {
            owed[vm.addr(key)] = stake;
        } catch {
            // The seats are taken, by larger stakes.
            assertEq(registry.candidates().length, 6, "refused a seat");
        }
    }

    function raise(uint256 seed, uint96 amount) external {
        uint256 key = _key(seed % CANDIDATES);
        if (_statusOf(key) != Status.Candidate) return;
        amount = uint96(bound(amount, 0, STAKE));
        address owner = _owner(key);
        token.mint(owner, amount);
        vm.prank(owner);
        token.approve(address(registry), amount);
        vm.prank(owner);
        registry.raiseStake(vm.addr(key), amount);
        owed[vm.addr(key)] += amount;
    }

    function leave(uint256 seed) external seatsAreConsistent {
        uint256 key = _key(seed % CANDIDATES);
        if (_statusOf(key) == Status.Candidate) _leave(key);
    }

    function withdraw(uint256 seed) external {
        uint256 key = _key(seed % CANDIDATES);
        address signer = vm.addr(key);
        Validator memory validator = registry.validatorOf(signer);
        uint256 before = token.balanceOf(_owner(key));
        try registry.withdrawStake(signer) {
            assertTrue(!wasSlashed[signer], "a slashed stake was paid");
            assertEq(token.balanceOf(_owner(key)), before + owed[signer], "paid what is owed");
            _checkUnlocked(validator);
            owed[signer] = 0;
            withdrawals++;
        } catch {}
    }

    /// @dev The locks, by this book: every epoch of the signer is over, what it ordered is proven, the time passed.
    function _checkUnlocked(Validator memory validator) private view {
        assertTrue(block.timestamp >= uint256(validator.leftAt) + UNBONDING, "left just now");
        if (validator.firstEpoch == 0) return;
        uint64 proven = exchange.state().provenBatches;
        for (uint64 e = validator.firstEpoch; e <= validator.lastEpoch; e++) {
            assertTrue(endedAt[e] != 0, "its epoch goes on");
            assertTrue(block.timestamp >= endedAt[e] + UNBONDING, "its epoch ended just now");
            assertTrue(proven >= lastBatch[e], "its batches are not proven");
        }
    }

    function sealEpoch() external {
        try registry.sealEpoch() returns (uint64 epoch) {
            _noteSeal(epoch);
        } catch {}
    }

    function _noteSeal(uint64 epoch) private {
        membersHash[epoch] = keccak256(abi.encode(registry.members(epoch)));
        quorumAtSeal[epoch] = registry.quorum(epoch);
    }

    /// @dev Nobody commits for long, and most of the candidates say that they are there.
    function fallSilent(uint256 seed) external seatsAreConsistent {
        uint256 silent = registry.silentFrom();
        if (seed % 4 != 0 || silent == type(uint256).max) return;
        if (block.timestamp < silent) vm.warp(silent);
        address[] memory candidates = registry.candidates();
        for (uint256 i = 0; i < candidates.length; i++) {
            if ((seed >> (8 + 3 * i)) % 8 == 0) continue;
            vm.prank(candidates[i]);
            registry.affirm(candidates[i]);
        }
        vm.warp(block.timestamp + SILENCE);
        try registry.sealEpoch() returns (uint64 epoch) {
            _noteSeal(epoch);
            address[] memory members = registry.members(epoch);
            for (uint256 i = 0; i < members.length; i++) {
                assertTrue(registry.affirmedAt(members[i]) >= silent, "one that did not say it is there");
            }
            silences++;
        } catch {}
    }

    /// @dev A batch of the old set or of the new one, by exactly a quorum.
    function commit(uint256 seed, uint256 postRoot) external {
        (, uint64 earliest, uint64 latest) = registry.orderingEpochs();
        if (latest == 0) return;
        draftEpoch = seed % 2 == 0 ? earliest : latest;
        uint64 before = registry.currentEpoch();
        uint64 batches = exchange.state().committedBatches;
        Draft memory draft = _draft(noWords, postRoot % P);
        BatchRecord memory record = _record(draft);
        exchange.commitBatch(_data(draft), draft.commitment, _signBySet(draftEpoch, record.digest, seed));
        _records[record.number] = record;
        _noteBeginning(before, batches);
    }

    function revertBatches(uint256 seed) external {
        ExchangeState memory state = exchange.state();
        if (seed % 3 != 0 || state.provenBatches == state.committedBatches) return;
        (uint64 before, uint64 earliest,) = registry.orderingEpochs();
        uint64 number = uint64(bound(seed, state.provenBatches + 1, state.committedBatches));
        BatchRecord memory record = _records[number];
        bytes32 digest = exchange.revertDigest(earliest, number, record.digest);
        exchange.revertBatches(record, _signBySet(earliest, digest, seed));
        reverts++;
        _noteBeginning(before, state.committedBatches);
    }

    function _noteBeginning(uint64 before, uint64 batches) private {
        if (registry.currentEpoch() == before) return;
        (uint64 current,, uint64 latest) = registry.orderingEpochs();
        assertEq(current, latest, "what was sealed last begins");
        if (!registry.epochOf(current).takesOver) {
            assertTrue(before == 0 || current == before + 1, "one by one");
        }
        for (uint64 over = before; over < current; over++) {
            lastBatch[over] = batches;
            endedAt[over] = block.timestamp;
        }
    }

    function prove(uint256) external {
        ExchangeState memory state = exchange.state();
        if (state.provenBatches == state.committedBatches) return;
        _prove(_records[state.provenBatches + 1], noWords);
    }

    /// @dev A member of some sealed epoch lies, whatever became of it since.
    function lie(uint256 seed) external seatsAreConsistent {
        if (seed % 4 != 0) return;
        (,, uint64 latest) = registry.orderingEpochs();
        uint64 epoch = uint64(1 + (seed >> 8) % (latest + 1));
        address[] memory members = registry.members(epoch);
        if (members.length == 0) return;
        address signer = members[(seed >> 16) % members.length];
        uint256 key = _keyOf[signer];
        Offence offence = Offence((seed >> 24) % 3);
        try registry.slash(_evidence(offence, key, epoch, uint64(seed), "a", "b")) {
            assertTrue(!wasSlashed[signer], "slashed twice");
            assertTrue(owed[signer] > 0, "slashed of nothing");
            wasSlashed[signer] = true;
            lost += owed[signer] - owed[signer] / 10;
            owed[signer] = 0;
            slashes++;
        } catch {
            assertEq(owed[signer], 0, "a liar kept its stake");
        }
    }

    function passTime(uint256 seconds_) external {
        vm.warp(block.timestamp + (seconds_ % 4 days));
    }

    /// @dev Signatures of a quorum of the set, from the seed's place on, ascending.
    function _signBySet(uint64 epoch, bytes32 digest, uint256 seed)
        private
        view
        returns (bytes[] memory signatures)
    {
        address[] memory members = registry.members(epoch);
        uint256 needed = registry.quorum(epoch);
        address[] memory signers = new address[](needed);
        for (uint256 i = 0; i < needed; i++) {
            address signer = members[(seed % members.length + i) % members.length];
            uint256 j = i;
            for (; j > 0 && signers[j - 1] > signer; j--) {
                signers[j] = signers[j - 1];
            }
            signers[j] = signer;
        }
        signatures = new bytes[](needed);
        for (uint256 i = 0; i < needed; i++) {
            signatures[i] = _signature(_keyOf[signers[i]], digest);
        }
    }

    // -- what the invariants read

    function sumOwed() external view returns (uint256 sum) {
        for (uint256 i = 0; i < CANDIDATES; i++) {
            sum += owed[_signers[i]];
        }
    }

    function held() external view returns (uint256) {
        return token.balanceOf(address(registry));
    }

    function candidateSigner(uint256 index) external view returns (address) {
        return _signers[index];
    }

    function stakeOf(address signer) external view returns (uint256) {
        return registry.validatorOf(signer).stake;
    }

    function currentEpoch() external view returns (uint64) {
        return registry.currentEpoch();
    }

    function latestEpoch() external view returns (uint64 latest) {
        (,, latest) = registry.orderingEpochs();
    }

    function membersOf(uint64 epoch) external view returns (address[] memory) {
        return registry.members(epoch);
    }

    function quorumOf(uint64 epoch) external view returns (uint256) {
        return registry.quorum(epoch);
    }

    function isMember(uint64 epoch, address signer) external view returns (bool) {
        return registry.isValidator(epoch, signer);
    }

    function epochOf(uint64 epoch) external view returns (Epoch memory) {
        return registry.epochOf(epoch);
    }
}
