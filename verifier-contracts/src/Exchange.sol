// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BatchRecord, Configuration, ExchangeState, IExchange, Proof, Tier} from "./interfaces/IExchange.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IValidatorSet} from "./interfaces/IValidatorSet.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {Credit} from "./libraries/Credits.sol";
import {BatchHeader, Header} from "./libraries/Header.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {RequestLog} from "./libraries/RequestLog.sol";
import {RequestQueue} from "./libraries/RequestQueue.sol";
import {Stretch} from "./libraries/TakenBack.sol";
import {Word, Words} from "./libraries/Words.sol";

/// @title The settlement contract of a Proofbook exchange.
/// @notice See IExchange.
contract Exchange is IExchange, EIP712, ReentrancyGuardTransient {
    using RequestQueue for RequestQueue.Queue;
    using SafeERC20 for IERC20;

    /// @dev How far batches have come: numbers of batches, and of the queue's words that they consumed; and when.
    /// One slot: at a batch a second 40 bits last for 34,000 years, 48 bits of words and 40 of seconds longer.
    struct Progress {
        uint40 committedBatches;
        uint40 provenBatches;
        uint48 committedRequests;
        uint48 provenRequests;
        uint40 lastCommitAt;
        uint40 lastProofAt;
    }

    /// @dev The vault holds deposited - paid; of that, `claimable` is owed on L1 and the rest in the machine.
    struct Vault {
        uint96 deposited;
        uint96 paid;
        uint64 claimable;
    }

    struct Account {
        address owner;
        uint64 claimable;
    }

    /// @notice Account numbers fit the 20 bits of a word; 0 is reserved.
    uint32 public constant MAX_ACCOUNT_CAPACITY = (1 << 20) - 1;
    /// @notice The machine has no account of this number: who claims what the queue earned owns it.
    uint32 public constant FEE_ACCOUNT = 0;
    /// @notice Most that the vault holds at a time: any balance then fits the 64 bits of a withdrawal.
    uint64 public constant VAULT_CAP = type(uint64).max;

    IERC20 public immutable collateral;
    IValidatorSet public immutable validators;
    uint256 public immutable genesisRoot;
    uint32 public immutable accountCapacity;
    uint64 public immutable minimumDeposit;
    uint64 public immutable queueFee;
    uint32 public immutable maxTimeBehind;
    uint32 public immutable maxTimeAhead;

    Progress private _progress;
    Vault private _vault;
    Stretch private _takenBack;
    uint256 private _committedRoot;
    uint256 private _provenRoot;
    bytes32 private _committedDigest;
    uint32 private _accountCount;
    RequestQueue.Queue private _queue;
    mapping(uint32 account => Account) private _accounts;
    mapping(uint64 number => bytes32) private _recordHashes;
    mapping(uint16 steps => IGroth16Verifier) private _verifiers;

    constructor(Configuration memory config) EIP712("Proofbook", "1") {
        if (address(config.collateral).code.length == 0) revert InvalidConfiguration("collateral");
        if (address(config.validators).code.length == 0) revert InvalidConfiguration("validators");
        if (config.genesisRoot >= Commitment.P) revert RootOutOfField(config.genesisRoot);
        if (config.accountCapacity == 0 || config.accountCapacity > MAX_ACCOUNT_CAPACITY) {
            revert InvalidConfiguration("accountCapacity");
        }
        if (config.minimumDeposit == 0) revert InvalidConfiguration("minimumDeposit");
        if (config.queueFee > 0 && config.feeRecipient == address(0)) {
            revert InvalidConfiguration("feeRecipient");
        }
        if (config.tiers.length == 0) revert InvalidConfiguration("tiers");
        uint16 last = 0;
        for (uint256 i = 0; i < config.tiers.length; i++) {
            Tier memory tier = config.tiers[i];
            if (tier.steps <= last || address(tier.verifier).code.length == 0) {
                revert InvalidConfiguration("tiers");
            }
            last = tier.steps;
            _verifiers[last] = tier.verifier;
        }
        collateral = config.collateral;
        validators = config.validators;
        genesisRoot = config.genesisRoot;
        accountCapacity = config.accountCapacity;
        minimumDeposit = config.minimumDeposit;
        queueFee = config.queueFee;
        _accounts[FEE_ACCOUNT].owner = config.feeRecipient;
        maxTimeBehind = config.maxTimeBehind;
        maxTimeAhead = config.maxTimeAhead;
        _committedRoot = config.genesisRoot;
        _provenRoot = config.genesisRoot;
        _progress.lastCommitAt = uint40(block.timestamp);
        _progress.lastProofAt = uint40(block.timestamp);
    }

    /// @inheritdoc IExchange
    function register(uint64 amount, uint256 keyHash) external nonReentrant returns (uint32 account) {
        if (keyHash >= Commitment.P) revert KeyHashOutOfField(keyHash);
        account = _accountCount + 1;
        if (account > accountCapacity) revert AccountsExhausted(accountCapacity);
        _accountCount = account;
        _accounts[account].owner = msg.sender;
        _takeIn(amount, 3);
        uint64 first = _queue.append(Words.payloadHigh(keyHash));
        _queue.append(Words.payloadLow(keyHash));
        _queue.append(Words.register(account, amount));
        emit Registered(account, msg.sender, keyHash, amount, first);
    }

    /// @inheritdoc IExchange
    function deposit(uint32 account, uint64 amount) external nonReentrant {
        if (account == FEE_ACCOUNT || _accounts[account].owner == address(0)) revert NoSuchAccount(account);
        _takeIn(amount, 1);
        emit Deposited(account, amount, _queue.append(Words.deposit(account, amount)));
    }

    /// @inheritdoc IExchange
    function commitBatch(bytes calldata data, uint256 commitment, bytes[] calldata signatures) external {
        BatchHeader memory header = Header.read(data);
        Progress memory progress = _progress;
        BatchRecord memory record;
        bool begins = _checkHeader(header, progress, data.length);
        if (commitment >= Commitment.P) revert CommitmentOutOfField(commitment);

        uint64 l1Words;
        record.l1Start = progress.committedRequests;
        (l1Words, record.creditsHash) = RequestLog.read(data, _queue, record.l1Start);
        record.l1End = record.l1Start + l1Words;
        if (header.l1End != record.l1End) revert WrongQueueEnd(record.l1End, header.l1End);

        bytes32 dataHash = keccak256(data);
        record.number = header.number;
        record.epoch = header.epoch;
        record.steps = header.steps;
        record.committedAt = uint64(block.timestamp);
        record.time = uint64(header.time);
        record.preRoot = header.preRoot;
        record.postRoot = header.postRoot;
        record.commitment = commitment;
        record.challenge = Commitment.challenge(commitment, dataHash);
        record.evaluation = Commitment.evaluate(data, record.challenge);
        record.digest = batchDigest(record.epoch, record.number, commitment, dataHash);
        Quorum.check(validators, record.epoch, record.digest, signatures);
        if (begins) validators.beginEpoch(record.epoch, progress.committedBatches);

        _progress.committedBatches = uint40(record.number);
        _progress.committedRequests = uint48(record.l1End);
        _progress.lastCommitAt = uint40(block.timestamp);
        _committedRoot = record.postRoot;
        _committedDigest = record.digest;
        _recordHashes[record.number] = keccak256(abi.encode(record));
        emit BatchCommitted(record.number, record);
    }

    /// @inheritdoc IExchange
    function proveBatch(BatchRecord calldata record, Proof calldata proof, Credit[] calldata credits)
        external
    {
        Progress memory progress = _progress;
        _checkCommitted(record, progress);
        if (record.number != progress.provenBatches + 1) {
            revert WrongProofOrder(progress.provenBatches + 1, record.number);
        }
        if (keccak256(abi.encodePacked(credits)) != record.creditsHash) revert WrongCredits(record.number);
        uint256[3] memory publicInputs = [record.commitment, record.challenge, record.evaluation];
        if (!_verifiers[record.steps].verifyProof(proof.a, proof.b, proof.c, publicInputs)) {
            revert InvalidProof(record.number);
        }

        _progress.provenBatches = uint40(record.number);
        _progress.provenRequests = uint48(record.l1End);
        _progress.lastProofAt = uint40(block.timestamp);
        _provenRoot = record.postRoot;
        _credit(record.number, credits);
        emit BatchProven(record.number, record.postRoot);
    }

    /// @inheritdoc IExchange
    function revertBatches(BatchRecord calldata record, bytes[] calldata signatures) external {
        Progress memory progress = _progress;
        _checkCommitted(record, progress);
        if (record.number <= progress.provenBatches) revert BatchAlreadyProven(record.number);
        // The old set until its time is up, then the new one: it may have to take back what it cannot build on.
        (uint64 current, uint64 epoch,) = validators.orderingEpochs();
        bytes32 digest = revertDigest(epoch, record.number, record.digest);
        Quorum.check(validators, epoch, digest, signatures);
        if (epoch != current) validators.beginEpoch(epoch, progress.committedBatches);

        emit BatchesReverted(record.number, progress.committedBatches, digest);
        _takenBack.extend(record.number, record.time, progress.committedBatches);
        _progress.committedBatches = uint40(record.number - 1);
        _progress.committedRequests = uint48(record.l1Start);
        _committedRoot = record.preRoot;
        // The next batch names this revert: signatures for what was reverted are dead, and so is this revert's.
        _committedDigest = digest;
    }

    /// @inheritdoc IExchange
    function claim(uint32 account) external nonReentrant {
        address owner = _accounts[account].owner;
        if (owner == address(0)) revert NoSuchAccount(account);
        _pay(account, owner);
    }

    /// @inheritdoc IExchange
    function claim(uint32 account, address to) external nonReentrant {
        address owner = _accounts[account].owner;
        if (owner == address(0)) revert NoSuchAccount(account);
        if (owner != msg.sender) revert NotOwner(account, msg.sender);
        if (to == address(this)) revert InvalidReceiver(to);
        _pay(account, to);
    }

    /// @inheritdoc IExchange
    function state() external view returns (ExchangeState memory) {
        return ExchangeState({
            committedBatches: _progress.committedBatches,
            provenBatches: _progress.provenBatches,
            committedRequests: _progress.committedRequests,
            provenRequests: _progress.provenRequests,
            queuedRequests: _queue.length,
            lastCommitAt: _progress.lastCommitAt,
            lastProofAt: _progress.lastProofAt,
            accounts: _accountCount,
            committedRoot: _committedRoot,
            provenRoot: _provenRoot,
            committedDigest: _committedDigest,
            totalDeposited: _vault.deposited,
            totalPaid: _vault.paid,
            totalClaimable: _vault.claimable
        });
    }

    /// @inheritdoc IExchange
    function requests(uint64 from, uint64 to) external view returns (Word[] memory words) {
        if (to > _queue.length) to = _queue.length;
        if (from > to) from = to;
        words = new Word[](to - from);
        for (uint64 i = from; i < to; i++) {
            words[i - from] = _queue.wordAt(i);
        }
    }

    /// @inheritdoc IExchange
    function requestedAt(uint64 index) external view returns (uint48) {
        return _queue.entries[index].requestedAt;
    }

    /// @inheritdoc IExchange
    function accountOf(uint32 account) external view returns (address owner, uint64 claimable) {
        return (_accounts[account].owner, _accounts[account].claimable);
    }

    /// @inheritdoc IExchange
    function recordHash(uint64 number) external view returns (bytes32) {
        return number > _progress.committedBatches ? bytes32(0) : _recordHashes[number];
    }

    /// @inheritdoc IExchange
    function verifierOf(uint16 steps) external view returns (IGroth16Verifier) {
        return _verifiers[steps];
    }

    /// @inheritdoc IExchange
    function batchDigest(uint64 epoch, uint64 number, uint256 commitment, bytes32 dataHash)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(Quorum.batchHash(epoch, number, _committedDigest, commitment, dataHash));
    }

    /// @inheritdoc IExchange
    function revertDigest(uint64 epoch, uint64 from, bytes32 digest) public view returns (bytes32) {
        return _hashTypedDataV4(Quorum.revertHash(epoch, from, digest));
    }

    /// @dev The header is the next one: number, epoch, root, tier, counts, clock, queue. Answers whether the batch is
    /// the first of its epoch.
    function _checkHeader(BatchHeader memory header, Progress memory progress, uint256 length)
        private
        view
        returns (bool begins)
    {
        if (header.number != progress.committedBatches + 1) {
            revert WrongBatchNumber(progress.committedBatches + 1, header.number);
        }
        begins = _checkEpoch(header.epoch);
        if (header.preRoot != _committedRoot) revert WrongPreRoot(_committedRoot, header.preRoot);
        if (address(_verifiers[header.steps]) == address(0)) revert UnknownTier(header.steps);
        uint256 words = (length - Header.HEADER_BYTES) / Words.WORD_BYTES;
        if (header.words != words) revert WrongWordCount(header.words, words);
        if (words > header.steps) revert TooManyWords(words, header.steps);
        uint256 earliest = block.timestamp < maxTimeBehind ? 0 : block.timestamp - maxTimeBehind;
        uint256 latest = block.timestamp + maxTimeAhead;
        // Read only where it matters: a batch that is in time does not pay for it.
        if (header.time < earliest) earliest = _takenBack.earliest(header.number, earliest);
        if (header.time < earliest || header.time > latest) {
            revert TimeOutOfRange(header.time, earliest, latest);
        }
        if (header.l1Start != progress.committedRequests) {
            revert WrongQueueStart(progress.committedRequests, header.l1Start);
        }
    }

    /// @dev The epoch may order now. Answers whether it begins with that.
    function _checkEpoch(uint64 epoch) private view returns (bool) {
        (uint64 current, uint64 earliest, uint64 latest) = validators.orderingEpochs();
        if (epoch < earliest || epoch > latest) revert WrongEpoch(earliest, latest, epoch);
        return epoch != current;
    }

    /// @dev The record is the one committed under its number now. The count is checked too, since reverted batches
    /// leave their hashes behind.
    function _checkCommitted(BatchRecord calldata record, Progress memory progress) private view {
        if (record.number == 0 || record.number > progress.committedBatches) {
            revert BatchNotCommitted(record.number);
        }
        if (keccak256(abi.encode(record)) != _recordHashes[record.number]) {
            revert UnknownRecord(record.number);
        }
    }

    /// @dev Takes exactly `amount` and the fee for `words` words from the caller: a token that keeps a fee is refused.
    /// What the words cost is claimable at once, whatever the machine makes of them.
    function _takeIn(uint64 amount, uint256 words) private {
        if (amount < minimumDeposit) revert AmountTooSmall(amount, minimumDeposit);
        uint256 held = _vault.deposited - _vault.paid;
        uint256 fee = words * queueFee;
        uint256 total = amount + fee;
        if (held + total > VAULT_CAP) revert VaultFull(held, amount);
        _vault.deposited += uint96(total);
        if (fee > 0) {
            _vault.claimable += uint64(fee);
            _accounts[FEE_ACCOUNT].claimable += uint64(fee);
        }
        uint256 before = collateral.balanceOf(address(this));
        collateral.safeTransferFrom(msg.sender, address(this), total);
        uint256 received = collateral.balanceOf(address(this)) - before;
        if (received != total) revert TransferMismatch(total, received);
    }

    /// @dev The machine conserves money, which is proven; that credits stay within the vault is checked again here,
    /// so that a flaw there cannot make one claim eat another.
    function _credit(uint64 batch, Credit[] calldata credits) private {
        if (credits.length == 0) return;
        Vault memory vault = _vault;
        uint256 claimable = vault.claimable;
        for (uint256 i = 0; i < credits.length; i++) {
            uint64 amount = credits[i].amountOf();
            claimable += amount;
            uint256 held = vault.deposited - vault.paid;
            if (claimable > held) revert CreditsExceedVault(claimable, held);
            _accounts[credits[i].accountOf()].claimable += amount;
            emit Credited(credits[i].accountOf(), amount, batch);
        }
        _vault.claimable = uint64(claimable);
    }

    /// @dev Clears the claim before the token is called.
    function _pay(uint32 account, address to) private {
        uint64 amount = _accounts[account].claimable;
        if (amount == 0) revert NothingToClaim(account);
        _accounts[account].claimable = 0;
        _vault.claimable -= amount;
        _vault.paid += amount;
        emit Claimed(account, to, amount);
        collateral.safeTransfer(to, amount);
    }
}
