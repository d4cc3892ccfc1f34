// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {BatchRecord, Configuration, ExchangeState, Proof} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {Credit} from "../src/libraries/Credits.sol";
import {Draft, ExchangeFixture} from "./ExchangeFixture.sol";

/// @notice Everything that anybody can do to an exchange, at random, and what must then be true, counted on the side.
/// The machine behind it is a bad one: it accepts withdrawals of money that is not there.
contract ExchangeHandler is ExchangeFixture {
    uint64 internal constant QUEUE_FEE = 7;

    /// @dev Given to an account by proven batches, to account 0 by who asked for something, and taken out.
    mapping(uint32 account => uint256) public credited;
    mapping(uint32 account => uint256) public claimed;
    uint256 public donated;
    uint256 public provenRoot = GENESIS;
    uint256 public proofs;
    uint256 public claims;
    uint256 public reverts;

    mapping(uint64 number => BatchRecord) private _records;
    mapping(uint64 number => uint256[]) private _words;

    function _configuration() internal override returns (Configuration memory config) {
        config = super._configuration();
        config.queueFee = QUEUE_FEE;
        config.feeRecipient = address(0xfee);
    }

    /// @dev Only `prove` moves the proven root, and it says where to.
    modifier rootStays() {
        _;
        _checkState();
    }

    function _checkState() private view {
        ExchangeState memory state = exchange.state();
        assertEq(state.provenRoot, provenRoot, "the root moved without a proof");
        assertTrue(state.provenBatches <= state.committedBatches, "batches");
        assertTrue(state.provenRequests <= state.committedRequests, "requests");
        assertTrue(state.committedRequests <= state.queuedRequests, "queue");
        if (state.provenBatches == state.committedBatches) {
            assertEq(state.provenRoot, state.committedRoot, "roots");
            assertEq(state.provenRequests, state.committedRequests, "requests");
        }
    }

    function register(uint256 seed, uint64 amount) external rootStays {
        _register(seed % 2 == 0 ? alice : bob, uint64(bound(amount, MINIMUM, 1e12)));
        credited[0] += 3 * QUEUE_FEE;
    }

    function deposit(uint256 seed, uint64 amount) external rootStays {
        uint32 account = _anyAccount(seed);
        if (account == 0) return;
        vm.prank(bob);
        exchange.deposit(account, uint64(bound(amount, MINIMUM, 1e12)));
        credited[0] += QUEUE_FEE;
    }

    /// @dev Somebody sends tokens without a word.
    function donate(uint64 amount) external rootStays {
        token.mint(address(exchange), amount);
        donated += amount;
    }

    function commit(uint256 seed, uint256 postRoot, uint64 amount) external rootStays {
        ExchangeState memory state = exchange.state();
        uint64 waiting = state.queuedRequests - state.committedRequests;
        uint64 taken = uint64(bound(seed, 0, waiting < 10 ? waiting : 10));
        uint256[] memory queued = _queued(state.committedRequests, state.committedRequests + taken);
        uint256 withdrawals = state.accounts == 0 ? 0 : (seed >> 8) % 4;
        uint256[] memory words = new uint256[](taken + withdrawals + 1);
        for (uint256 i = 0; i < taken; i++) {
            words[i] = queued[i] | (((seed >> (16 + i)) % 2) << 5);
        }
        for (uint256 i = 0; i < withdrawals; i++) {
            // Mostly small sums, sometimes any.
            uint64 sum = (seed >> 40) % 8 == 0 ? amount : amount % 1e6;
            words[taken + i] = _withdraw(_anyAccount(seed >> i), sum) | (((seed >> (32 + 2 * i)) % 3) << 5);
        }
        words[words.length - 1] = _place(uint32(seed));
        Draft memory draft = _draft(words, postRoot % P);
        BatchRecord memory record = _commit(draft);
        _records[record.number] = record;
        _words[record.number] = words;
    }

    /// @dev A good proof, and before it bad ones.
    function prove(uint256 seed) external {
        ExchangeState memory state = exchange.state();
        if (state.provenBatches == state.committedBatches) return;
        uint64 number = state.provenBatches + 1;
        BatchRecord memory record = _records[number];
        Proof memory proof = _proof(record);
        Credit[] memory credits = _creditsOf(_words[number]);

        _expectNoProof(record, _badProof(proof, seed), credits);
        if (credits.length > 0) {
            Credit stolen = credits[0];
            credits[0] = Credit.wrap(Credit.unwrap(stolen) + 1 + (seed % 1e9));
            _expectNoProof(record, proof, credits);
            credits[0] = stolen;
        }

        try exchange.proveBatch(record, proof, credits) {
            provenRoot = record.postRoot;
            proofs++;
            for (uint256 i = 0; i < credits.length; i++) {
                credited[credits[i].accountOf()] += credits[i].amountOf();
            }
            _expectNoProof(record, proof, credits);
        } catch (bytes memory reason) {
            // The one thing a proven batch may ask in vain. The quorum takes it back.
            assertTrue(bytes4(reason) == IExchangeErrors.CreditsExceedVault.selector, "refused a good proof");
            _revertFrom(number);
        }
        _checkState();
    }

    function revertBatches(uint256 seed) external rootStays {
        ExchangeState memory state = exchange.state();
        if (seed % 4 != 0 || state.provenBatches == state.committedBatches) return;
        _revertFrom(uint64(bound(seed, state.provenBatches + 1, state.committedBatches)));
    }

    function claim(uint256 seed) external rootStays {
        // Account 0 is who claims what the queue earned.
        uint32 account = (seed >> 16) % 4 == 0 ? 0 : _anyAccount(seed);
        (address owner, uint64 claimable) = exchange.accountOf(account);
        uint256 before = token.balanceOf(owner);
        vm.prank(seed % 2 == 0 ? owner : address(this));
        try exchange.claim(account) {
            claims++;
            claimed[account] += claimable;
            assertEq(token.balanceOf(owner), before + claimable, "paid");
            assertTrue(claimable > 0, "paid nothing");
        } catch (bytes memory reason) {
            assertTrue(bytes4(reason) == IExchangeErrors.NothingToClaim.selector, "refused a claim");
            assertEq(claimable, 0, "claimable");
        }
    }

    function passTime(uint256 seconds_) external rootStays {
        vm.warp(block.timestamp + (seconds_ % 1 days));
    }

    function _anyAccount(uint256 seed) private view returns (uint32) {
        uint32 accounts = exchange.state().accounts;
        return accounts == 0 ? 0 : uint32(1 + (seed % accounts));
    }

    function _revertFrom(uint64 number) private {
        BatchRecord memory record = _records[number];
        exchange.revertBatches(record, _sign(exchange.revertDigest(0, number, record.digest), 3));
        reverts++;
    }

    function _badProof(Proof memory proof, uint256 seed) private pure returns (Proof memory bad) {
        bad = abi.decode(abi.encode(proof), (Proof));
        bad.a[0] ^= 1 << (seed % 256);
    }

    function _expectNoProof(BatchRecord memory record, Proof memory proof, Credit[] memory credits) private {
        try exchange.proveBatch(record, proof, credits) {
            assertTrue(false, "took a bad proof");
        } catch {}
    }
}
