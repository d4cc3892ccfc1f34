// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IExchange} from "./interfaces/IExchange.sol";
import {Epoch, IValidatorRegistry, Status, Terms, Validator} from "./interfaces/IValidatorRegistry.sol";
import {IValidatorSet} from "./interfaces/IValidatorSet.sol";
import {Evidence, Offences} from "./libraries/Offences.sol";
import {Quorum} from "./libraries/Quorum.sol";

/// @title Stake behind the sequencers' signatures.
/// @notice See IValidatorRegistry. A signer is a member of consecutive epochs, from the first that is sealed after it
/// joined to the last that was sealed when it left: two numbers say all about its memberships.
contract ValidatorRegistry is IValidatorRegistry, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Most that a set may have: a commitment checks two thirds of so many signatures, a join looks at all.
    uint8 public constant MAX_MEMBERS = 64;
    /// @notice Most that a reporter may get: who accuses itself must lose nearly all.
    uint16 public constant MAX_REWARD_BASIS_POINTS = 2500;
    /// @notice A seat costs a tenth more than it cost whom it is taken from, or sets would churn for a quantum.
    uint256 public constant OUTBID_DIVISOR = 10;
    /// @notice A set that is followed in the ordinary way has committed something within this part of a silence: with
    /// a day, an hour. A dead set's successors must not be sealed before it is clear who of them is there.
    uint256 public constant FRESH_DIVISOR = 24;
    uint256 private constant BASIS_POINTS = 10_000;

    IERC20 public immutable token;
    address public immutable exchange;
    uint96 private immutable _minimumStake;
    uint16 private immutable _rewardBasisPoints;
    uint8 private immutable _minimumMembers;
    uint8 private immutable _maximumMembers;
    uint32 private immutable _epochSeconds;
    uint32 private immutable _handoverSeconds;
    uint32 private immutable _unbondingSeconds;
    uint32 private immutable _silenceSeconds;

    /// @dev Epoch 0 is the time before the first set: nobody is its member.
    uint64 private _current;
    /// @dev `_current`, or a later one that has not begun. The epochs between never will.
    uint64 private _sealed;
    address[] private _candidates;
    mapping(address signer => Validator) private _validators;
    mapping(uint64 epoch => Epoch) private _epochs;
    mapping(uint64 epoch => address[]) private _members;
    /// @inheritdoc IValidatorRegistry
    mapping(address signer => uint64) public affirmedAt;

    /// @param exchange_ the exchange that will ask this registry; it is deployed after it
    constructor(IERC20 token_, address exchange_, Terms memory terms_) {
        if (address(token_).code.length == 0) revert InvalidTerms("token");
        if (exchange_ == address(0)) revert InvalidTerms("exchange");
        if (terms_.minimumStake == 0) revert InvalidTerms("minimumStake");
        if (terms_.rewardBasisPoints > MAX_REWARD_BASIS_POINTS) revert InvalidTerms("rewardBasisPoints");
        if (terms_.minimumMembers == 0) revert InvalidTerms("minimumMembers");
        if (terms_.maximumMembers < terms_.minimumMembers || terms_.maximumMembers > MAX_MEMBERS) {
            revert InvalidTerms("maximumMembers");
        }
        if (terms_.unbondingSeconds == 0) revert InvalidTerms("unbondingSeconds");
        if (terms_.silenceSeconds == 0) revert InvalidTerms("silenceSeconds");
        token = token_;
        exchange = exchange_;
        _minimumStake = terms_.minimumStake;
        _rewardBasisPoints = terms_.rewardBasisPoints;
        _minimumMembers = terms_.minimumMembers;
        _maximumMembers = terms_.maximumMembers;
        _epochSeconds = terms_.epochSeconds;
        _handoverSeconds = terms_.handoverSeconds;
        _unbondingSeconds = terms_.unbondingSeconds;
        _silenceSeconds = terms_.silenceSeconds;
    }

    /// @inheritdoc IValidatorRegistry
    function join(address signer, bytes32 peerKey, uint96 amount, bytes calldata consent)
        external
        nonReentrant
    {
        if (_validators[signer].status != Status.None) revert SignerTaken(signer);
        if (peerKey == 0) revert NoPeerKey();
        // Without it anybody could register a stranger's signer first, and keep its key out for ever.
        if (!Offences.isSignedBy(signer, joinDigest(msg.sender, peerKey), consent)) revert NoConsent(signer);
        if (amount < _minimumStake) revert StakeTooSmall(amount, _minimumStake);
        if (_candidates.length == _maximumMembers) _makeRoom(signer, amount);
        _validators[signer] = Validator({
            owner: msg.sender,
            stake: amount,
            peerKey: peerKey,
            firstEpoch: 0,
            lastEpoch: type(uint64).max,
            leftAt: 0,
            seat: uint8(_candidates.length),
            status: Status.Candidate
        });
        _candidates.push(signer);
        emit Joined(signer, msg.sender, peerKey, amount);
        _takeIn(amount);
    }

    /// @inheritdoc IValidatorRegistry
    function raiseStake(address signer, uint96 amount) external nonReentrant {
        Validator storage validator = _ownCandidate(signer);
        validator.stake += amount;
        emit StakeRaised(signer, validator.stake);
        _takeIn(amount);
    }

    /// @inheritdoc IValidatorRegistry
    function leave(address signer) external {
        _retire(signer, _ownCandidate(signer));
    }

    /// @inheritdoc IValidatorRegistry
    function withdrawStake(address signer) external nonReentrant {
        _withdraw(signer, _validators[signer].owner);
    }

    /// @inheritdoc IValidatorRegistry
    function withdrawStake(address signer, address to) external nonReentrant {
        if (_validators[signer].owner != msg.sender) revert NotTheOwner(signer, msg.sender);
        if (to == address(this)) revert InvalidReceiver(to);
        _withdraw(signer, to);
    }

    /// @inheritdoc IValidatorRegistry
    function sealEpoch() external returns (uint64 epoch) {
        epoch = _sealed + 1;
        bool takesOver = _checkSealable();
        address[] memory signers = _candidates;
        if (signers.length < _minimumMembers) revert TooFewCandidates(signers.length, _minimumMembers);
        for (uint256 i = 0; i < signers.length; i++) {
            Validator storage validator = _validators[signers[i]];
            if (validator.firstEpoch == 0) validator.firstEpoch = epoch;
        }
        _sealed = epoch;
        _epochs[epoch].sealedAt = uint64(block.timestamp);
        _epochs[epoch].takesOver = takesOver;
        _members[epoch] = signers;
        emit EpochSealed(epoch, signers);
    }

    /// @inheritdoc IValidatorRegistry
    function affirm(address signer) external {
        Validator storage validator = _validators[signer];
        if (validator.status != Status.Candidate) revert NotACandidate(signer);
        if (msg.sender != signer && msg.sender != validator.owner) revert NotTheOwner(signer, msg.sender);
        uint256 from = silentFrom();
        if (block.timestamp < from) revert NotSilent(from);
        affirmedAt[signer] = uint64(block.timestamp);
        emit Affirmed(signer);
    }

    /// @inheritdoc IValidatorSet
    function beginEpoch(uint64 epoch, uint64 lastBatch) external {
        if (msg.sender != exchange) revert NotTheExchange(msg.sender);
        if (epoch == _current || epoch != _sealed) revert UnknownEpoch(epoch);
        // After a revert across the border fewer batches may be committed than earlier epochs ended with. Who waits
        // for those goes on waiting, whoever commits them now.
        uint64 before = _epochs[_current].priorBatches;
        if (lastBatch < before) lastBatch = before;
        // Whose last epoch is one that a silence skipped waits for its end like everybody.
        for (uint64 begun = _current + 1; begun <= epoch; begun++) {
            _epochs[begun].beganAt = uint64(block.timestamp);
            _epochs[begun].priorBatches = lastBatch;
        }
        _current = epoch;
        emit EpochBegan(epoch, lastBatch);
    }

    /// @inheritdoc IValidatorRegistry
    function slash(Evidence calldata evidence) external nonReentrant returns (address signer) {
        signer = Offences.culprit(evidence, exchange);
        if (!isValidator(evidence.epoch, signer)) revert NotAMember(evidence.epoch, signer);
        Validator storage validator = _validators[signer];
        uint256 stake = validator.stake;
        if (stake == 0) revert NothingAtStake(signer);
        if (validator.status == Status.Candidate) _retire(signer, validator);
        validator.status = Status.Slashed;
        validator.stake = 0;
        uint256 reward = stake * _rewardBasisPoints / BASIS_POINTS;
        // The rest stays here and is nobody's. Sent anywhere, it could be the culprit's own purse, or a place that
        // the token does not pay to, and then nobody could be slashed.
        emit Slashed(
            signer, evidence.offence, evidence.epoch, evidence.position, msg.sender, reward, stake - reward
        );
        // Some tokens refuse to move nothing, and a slash must not hang on that.
        if (reward > 0) token.safeTransfer(msg.sender, reward);
    }

    /// @inheritdoc IValidatorSet
    function currentEpoch() external view returns (uint64) {
        return _current;
    }

    /// @inheritdoc IValidatorSet
    function orderingEpochs() external view returns (uint64 current, uint64 earliest, uint64 latest) {
        (current, latest) = (_current, _sealed);
        earliest = current;
        if (latest == current) return (current, earliest, latest);
        Epoch storage next = _epochs[latest];
        bool isOver = next.takesOver || block.timestamp > uint256(next.sealedAt) + _handoverSeconds;
        if (isOver || current == 0) earliest = latest;
    }

    /// @inheritdoc IValidatorRegistry
    function silentFrom() public view returns (uint256) {
        if (_sealed == 0) return type(uint256).max;
        // A set that was sealed just now had no time yet.
        return Math.max(_lastCommitAt(), _epochs[_sealed].sealedAt) + _silenceSeconds;
    }

    /// @inheritdoc IValidatorSet
    function isValidator(uint64 epoch, address signer) public view returns (bool) {
        Validator storage validator = _validators[signer];
        uint64 first = validator.firstEpoch;
        return first != 0 && first <= epoch && epoch <= validator.lastEpoch && epoch <= _sealed;
    }

    /// @inheritdoc IValidatorSet
    function quorum(uint64 epoch) external view returns (uint256) {
        uint256 size = _members[epoch].length;
        if (size == 0) revert UnknownEpoch(epoch);
        return Quorum.sizeOf(size);
    }

    /// @inheritdoc IValidatorRegistry
    function evidenceDigests(Evidence calldata evidence)
        external
        view
        returns (bytes32 first, bytes32 second)
    {
        return Offences.digests(evidence, exchange);
    }

    /// @inheritdoc IValidatorRegistry
    function joinDigest(address owner, bytes32 peerKey) public view returns (bytes32) {
        return Offences.typedHash(exchange, Offences.joinHash(owner, peerKey));
    }

    /// @inheritdoc IValidatorRegistry
    function members(uint64 epoch) external view returns (address[] memory) {
        return _members[epoch];
    }

    /// @inheritdoc IValidatorRegistry
    function candidates() external view returns (address[] memory) {
        return _candidates;
    }

    /// @inheritdoc IValidatorRegistry
    function validatorOf(address signer) external view returns (Validator memory) {
        return _validators[signer];
    }

    /// @inheritdoc IValidatorRegistry
    function epochOf(uint64 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    /// @inheritdoc IValidatorRegistry
    function terms() external view returns (Terms memory) {
        return Terms({
            minimumStake: _minimumStake,
            rewardBasisPoints: _rewardBasisPoints,
            minimumMembers: _minimumMembers,
            maximumMembers: _maximumMembers,
            epochSeconds: _epochSeconds,
            handoverSeconds: _handoverSeconds,
            unbondingSeconds: _unbondingSeconds,
            silenceSeconds: _silenceSeconds
        });
    }

    /// @dev The smallest stake gives way, if the new one is large enough.
    function _makeRoom(address signer, uint96 amount) private {
        address smallest = _candidates[0];
        for (uint256 i = 1; i < _candidates.length; i++) {
            if (_validators[_candidates[i]].stake < _validators[smallest].stake) smallest = _candidates[i];
        }
        uint256 stake = _validators[smallest].stake;
        uint256 needed = stake + Math.ceilDiv(stake, OUTBID_DIVISOR);
        if (amount < needed) revert StakeTooSmall(amount, needed);
        _retire(smallest, _validators[smallest]);
        emit Displaced(smallest, signer);
    }

    /// @dev Pays a stake out, if nothing can be held against its signer any more.
    function _withdraw(address signer, address to) private {
        Validator storage validator = _validators[signer];
        if (validator.status != Status.Leaving) revert NothingToWithdraw(signer);
        uint256 lockedFrom = validator.leftAt;
        // Who never was a member waits as well: a seat must not be taken from somebody with money borrowed for a block.
        if (validator.firstEpoch != 0) {
            Epoch memory next = _epochs[validator.lastEpoch + 1];
            if (next.beganAt == 0) revert EpochNotOver(validator.lastEpoch);
            uint64 proven = IExchange(exchange).state().provenBatches;
            if (proven < next.priorBatches) revert BatchesUnproven(next.priorBatches, proven);
            // It may have voted up to the end.
            if (next.beganAt > lockedFrom) lockedFrom = next.beganAt;
        }
        if (block.timestamp < lockedFrom + _unbondingSeconds) {
            revert StillUnbonding(lockedFrom + _unbondingSeconds);
        }
        uint96 stake = validator.stake;
        validator.stake = 0;
        validator.status = Status.Withdrawn;
        emit StakeWithdrawn(signer, to, stake);
        token.safeTransfer(to, stake);
    }

    /// @dev Whether the next set is sealed because of a silence, whose end retires who did not affirm. Refuses if it is
    /// not time for one.
    function _checkSealable() private returns (bool takesOver) {
        // The first set waits for nothing but members.
        if (_sealed == 0) return false;
        uint256 silent = silentFrom();
        if (block.timestamp >= silent + _silenceSeconds) {
            _retireUnaffirmed(silent);
            return true;
        }
        if (_sealed != _current) revert AlreadySealed(_sealed);
        uint256 from = uint256(_epochs[_current].beganAt) + _epochSeconds;
        if (block.timestamp < from) revert TooEarlyToSeal(from);
        uint256 lastCommitAt = _lastCommitAt();
        if (block.timestamp > lastCommitAt + _silenceSeconds / FRESH_DIVISOR) {
            revert NothingCommitted(lastCommitAt);
        }
    }

    function _lastCommitAt() private view returns (uint256) {
        return IExchange(exchange).state().lastCommitAt;
    }

    /// @dev Nobody knows from here who of a silent set is gone. Who is there says so, and the others are taken for gone:
    /// else a set of which a third died would be followed by sets of which a third is dead.
    function _retireUnaffirmed(uint256 silent) private {
        for (uint256 i = _candidates.length; i > 0; i--) {
            address signer = _candidates[i - 1];
            if (affirmedAt[signer] < silent) _retire(signer, _validators[signer]);
        }
    }

    /// @dev Takes a candidate's seat, into which the last one moves.
    function _retire(address signer, Validator storage validator) private {
        address last = _candidates[_candidates.length - 1];
        _candidates[validator.seat] = last;
        _validators[last].seat = validator.seat;
        _candidates.pop();
        validator.status = Status.Leaving;
        validator.leftAt = uint48(block.timestamp);
        validator.lastEpoch = validator.firstEpoch == 0 ? 0 : _sealed;
        emit Left(signer, validator.lastEpoch);
    }

    function _ownCandidate(address signer) private view returns (Validator storage validator) {
        validator = _validators[signer];
        if (validator.status != Status.Candidate) revert NotACandidate(signer);
        if (validator.owner != msg.sender) revert NotTheOwner(signer, msg.sender);
    }

    /// @dev Takes exactly `amount` from the caller: a token that keeps a fee is refused.
    function _takeIn(uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert StakeMismatch(amount, received);
    }
}
