// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DevelopmentToken} from "../src/DevelopmentToken.sol";
import {Exchange} from "../src/Exchange.sol";
import {FixedValidatorSet} from "../src/FixedValidatorSet.sol";
import {
    BatchRecord,
    Configuration,
    ExchangeState,
    IExchange,
    Proof,
    Tier
} from "../src/interfaces/IExchange.sol";
import {IValidatorSet} from "../src/interfaces/IValidatorSet.sol";
import {Credit} from "../src/libraries/Credits.sol";
import {Word} from "../src/libraries/Words.sol";
import {HashVerifier} from "./doubles/HashVerifier.sol";
import {Test} from "./Test.sol";

/// @notice A batch to be: what the header says, word for word, and the request words.
struct Draft {
    uint256[9] header;
    uint256[] words;
    uint256 commitment;
}

/// @notice An exchange with four validators (quorum three) and tiers of 4 and 16 steps, and a second reading of
/// batches: data, record and digest are made here by other code than the contract's.
abstract contract ExchangeFixture is Test {
    uint256 internal constant P =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant GENESIS = (uint256(11) << 128) | 22;
    uint64 internal constant MINIMUM = 100;
    uint32 internal constant BEHIND = 3600;
    uint32 internal constant AHEAD = 60;
    uint256 internal constant NOW = 1_800_000_000;

    // Places of header words.
    uint256 internal constant PRE_HIGH = 0;
    uint256 internal constant PRE_LOW = 1;
    uint256 internal constant POST_HIGH = 2;
    uint256 internal constant POST_LOW = 3;
    uint256 internal constant INFO = 4;
    uint256 internal constant TIME = 5;
    uint256 internal constant L1_START = 6;
    uint256 internal constant L1_END = 7;

    // Words by hand: type | outcome << 5 | l1 << 7 | account << 8 | amount << 94.
    uint256 internal constant REFUSED = 1 << 5;
    uint256 internal constant DROPPED = 2 << 5;
    uint256 internal constant L1 = 1 << 7;

    Exchange internal exchange;
    DevelopmentToken internal token;
    FixedValidatorSet internal validatorSet;
    HashVerifier internal verifier;
    /// @dev Keys of the validators, ascending by address.
    uint256[] internal keys;
    /// @dev Of the drafts.
    uint64 internal draftEpoch;

    address internal alice = address(0xa11ce);
    address internal bob = address(0xb0b);

    function setUp() public virtual {
        vm.warp(NOW);
        _makeKeys(4);
        token = new DevelopmentToken();
        verifier = new HashVerifier();
        exchange = new Exchange(_configuration());
        _fund(alice);
        _fund(bob);
    }

    function _configuration() internal virtual returns (Configuration memory config) {
        config.collateral = IERC20(token);
        config.validators = _makeValidatorSet();
        config.genesisRoot = GENESIS;
        config.accountCapacity = 1000;
        config.minimumDeposit = MINIMUM;
        config.maxTimeBehind = BEHIND;
        config.maxTimeAhead = AHEAD;
        config.tiers = new Tier[](2);
        config.tiers[0] = Tier(4, verifier);
        config.tiers[1] = Tier(16, verifier);
    }

    /// @dev The last thing that is deployed before the exchange.
    function _makeValidatorSet() internal virtual returns (IValidatorSet) {
        address[] memory members = new address[](keys.length);
        for (uint256 i = 0; i < keys.length; i++) {
            members[i] = vm.addr(keys[i]);
        }
        validatorSet = new FixedValidatorSet(members);
        return validatorSet;
    }

    function _makeKeys(uint256 count) private {
        for (uint256 i = 0; i < count; i++) {
            uint256 key = uint256(keccak256(abi.encode("validator", i)));
            keys.push(key);
            for (uint256 j = i; j > 0 && vm.addr(keys[j - 1]) > vm.addr(key); j--) {
                (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
            }
        }
    }

    function _fund(address who) internal {
        token.mint(who, type(uint128).max);
        vm.prank(who);
        token.approve(address(exchange), type(uint256).max);
    }

    function _register(address owner, uint64 amount) internal returns (uint32 account) {
        vm.prank(owner);
        return exchange.register(amount, uint256(keccak256(abi.encode(owner))) % P);
    }

    // -- words

    function _word(uint256 kind, uint256 flags, uint32 account, uint64 amount)
        internal
        pure
        returns (uint256)
    {
        return kind | flags | (uint256(account) << 8) | (uint256(amount) << 94);
    }

    function _place(uint256 nonce) internal pure returns (uint256) {
        return 2 | (uint256(1) << 8) | (nonce << 45) | (uint256(50_000) << 94) | (uint256(3) << 126);
    }

    function _withdraw(uint32 account, uint64 amount) internal pure returns (uint256) {
        return _word(5, 0, account, amount);
    }

    function _list(uint256 a) internal pure returns (uint256[] memory words) {
        words = new uint256[](1);
        words[0] = a;
    }

    function _list(uint256 a, uint256 b) internal pure returns (uint256[] memory words) {
        words = new uint256[](2);
        (words[0], words[1]) = (a, b);
    }

    function _list(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory words) {
        words = new uint256[](3);
        (words[0], words[1], words[2]) = (a, b, c);
    }

    /// @dev Words of the queue as they lie there.
    function _queued(uint64 from, uint64 to) internal view returns (uint256[] memory words) {
        Word[] memory queued = exchange.requests(from, to);
        words = new uint256[](queued.length);
        for (uint256 i = 0; i < words.length; i++) {
            words[i] = Word.unwrap(queued[i]);
        }
    }

    // -- batches

    function _info(uint256 number, uint256 epoch, uint256 steps, uint256 words)
        internal
        pure
        returns (uint256)
    {
        return number | (epoch << 64) | (steps << 96) | (words << 112);
    }

    /// @dev The next batch with these words, good in every respect.
    function _draft(uint256[] memory words, uint256 postRoot) internal view returns (Draft memory draft) {
        ExchangeState memory state = exchange.state();
        uint256 fromQueue = 0;
        for (uint256 i = 0; i < words.length; i++) {
            if (words[i] & L1 != 0) fromQueue++;
        }
        draft.header = [
            state.committedRoot >> 128,
            state.committedRoot & type(uint128).max,
            postRoot >> 128,
            postRoot & type(uint128).max,
            _info(state.committedBatches + 1, draftEpoch, words.length > 4 ? 16 : 4, words.length),
            block.timestamp,
            state.committedRequests,
            state.committedRequests + fromQueue,
            uint256(keccak256("signatures")) >> 8
        ];
        draft.words = words;
        draft.commitment = uint256(keccak256(abi.encode(draft.header, words))) % P;
    }

    function _data(Draft memory draft) internal pure returns (bytes memory data) {
        for (uint256 i = 0; i < 9; i++) {
            data = abi.encodePacked(data, uint248(draft.header[i]));
        }
        for (uint256 i = 0; i < draft.words.length; i++) {
            data = abi.encodePacked(data, uint248(draft.words[i]));
        }
    }

    /// @dev EIP-712 spelled out.
    function _typedHash(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Proofbook"),
                keccak256("1"),
                block.chainid,
                address(exchange)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _digest(Draft memory draft) internal view returns (bytes32) {
        uint256 info = draft.header[INFO];
        return _typedHash(
            keccak256(
                abi.encode(
                    keccak256(
                        "Batch(uint64 epoch,uint64 number,bytes32 previousDigest,uint256 commitment,bytes32 dataHash)"
                    ),
                    uint32(info >> 64),
                    uint64(info),
                    exchange.state().committedDigest,
                    draft.commitment,
                    keccak256(_data(draft))
                )
            )
        );
    }

    /// @dev Signatures of the first `count` validators.
    function _sign(bytes32 digest, uint256 count) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; i++) {
            signatures[i] = _signature(keys[i], digest);
        }
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _creditsOf(uint256[] memory words) internal pure returns (Credit[] memory credits) {
        uint256 count = 0;
        for (uint256 i = 0; i < words.length; i++) {
            if (_isCredit(words[i])) count++;
        }
        credits = new Credit[](count);
        count = 0;
        for (uint256 i = 0; i < words.length; i++) {
            if (!_isCredit(words[i])) continue;
            uint256 account = (words[i] >> 8) % (1 << 20);
            credits[count++] = Credit.wrap((account << 64) | ((words[i] >> 94) % (1 << 64)));
        }
    }

    function _isCredit(uint256 word) private pure returns (bool) {
        uint256 kind = word % 32;
        uint256 outcome = (word >> 5) % 4;
        return (kind == 5 && outcome == 0) || ((kind == 9 || kind == 10) && outcome == 1);
    }

    /// @dev The record that committing this draft now must leave.
    function _record(Draft memory draft) internal view returns (BatchRecord memory record) {
        bytes memory data = _data(draft);
        uint256 z = uint256(keccak256(abi.encode(draft.commitment, keccak256(data)))) % P;
        uint256 y = 1;
        for (uint256 i = 0; i < 9; i++) {
            y = addmod(mulmod(y, z, P), draft.header[i], P);
        }
        for (uint256 i = 0; i < draft.words.length; i++) {
            y = addmod(mulmod(y, z, P), draft.words[i], P);
        }
        record.number = uint64(draft.header[INFO]);
        record.epoch = uint32(draft.header[INFO] >> 64);
        record.steps = uint16(draft.header[INFO] >> 96);
        record.committedAt = uint64(block.timestamp);
        record.time = uint64(draft.header[TIME]);
        record.l1Start = uint64(draft.header[L1_START]);
        record.l1End = uint64(draft.header[L1_END]);
        record.preRoot = (draft.header[PRE_HIGH] << 128) | draft.header[PRE_LOW];
        record.postRoot = (draft.header[POST_HIGH] << 128) | draft.header[POST_LOW];
        record.commitment = draft.commitment;
        record.challenge = z;
        record.evaluation = y;
        record.creditsHash = keccak256(abi.encodePacked(_creditsOf(draft.words)));
        record.digest = _digest(draft);
    }

    function _commit(Draft memory draft) internal returns (BatchRecord memory record) {
        record = _record(draft);
        exchange.commitBatch(_data(draft), draft.commitment, _sign(record.digest, 3));
    }

    function _commit(uint256[] memory words, uint256 postRoot) internal returns (BatchRecord memory) {
        return _commit(_draft(words, postRoot));
    }

    /// @dev Committing is refused with exactly this error, although a quorum signed.
    function _expectRefusal(Draft memory draft, bytes memory reason) internal {
        bytes memory data = _data(draft);
        bytes[] memory signatures = _sign(_digest(draft), 3);
        vm.expectRevert(reason);
        exchange.commitBatch(data, draft.commitment, signatures);
    }

    function _proof(BatchRecord memory record) internal view returns (Proof memory proof) {
        proof.a[0] = verifier.proofOf([record.commitment, record.challenge, record.evaluation]);
    }

    function _prove(BatchRecord memory record, uint256[] memory words) internal {
        exchange.proveBatch(record, _proof(record), _creditsOf(words));
    }
}
