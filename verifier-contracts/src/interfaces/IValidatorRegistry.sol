// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Evidence, Offence} from "../libraries/Offences.sol";
import {IValidatorRegistryErrors} from "./IValidatorRegistryErrors.sol";
import {IValidatorSet} from "./IValidatorSet.sol";

/// @notice What is fixed at deployment.
struct Terms {
    /// Smallest stake, at least 1.
    uint96 minimumStake;
    /// Share of a slashed stake that its reporter gets, in ten-thousandths; the rest is nobody's for ever.
    uint16 rewardBasisPoints;
    /// A set is never smaller, and never larger.
    uint8 minimumMembers;
    uint8 maximumMembers;
    /// From the beginning of an epoch until the next set may be sealed.
    uint32 epochSeconds;
    /// From the sealing of a set until the set before it may order nothing more.
    uint32 handoverSeconds;
    /// Stake stays slashable this long after its owner left and after the last epoch that it vouched for.
    uint32 unbondingSeconds;
    /// A set that commits nothing for so long is silent. After as long again a next set may be sealed without those who
    /// did not affirm meanwhile that they are there.
    uint32 silenceSeconds;
}

/// @notice Candidate: in every set sealed from now on. Leaving: in no further one. Slashed, Withdrawn: no stake left.
enum Status {
    None,
    Candidate,
    Leaving,
    Slashed,
    Withdrawn
}

/// @notice A key that signs votes, and who answers for it.
struct Validator {
    /// Who staked, may leave, and is paid.
    address owner;
    uint96 stake;
    /// Ed25519 public key of the node on the network, from which its libp2p peer id is made. Not checked.
    bytes32 peerKey;
    /// First epoch that it is a member of; 0 until a set with it is sealed.
    uint64 firstEpoch;
    /// Last one; all to come while it is a candidate.
    uint64 lastEpoch;
    uint48 leftAt;
    /// Its place among the candidates.
    uint8 seat;
    Status status;
}

/// @notice What is remembered of an epoch beside its members.
struct Epoch {
    uint64 sealedAt;
    /// When its set first ordered something, which ended the epoch before; 0 until then.
    uint64 beganAt;
    /// The epochs before are answered for when this many batches are proven.
    uint64 priorBatches;
    /// Sealed after a long silence: from then on nothing is taken of the epochs before.
    bool takesOver;
}

/// @title Stake behind the sequencers' signatures.
/// @notice Anybody with stake may join. Every epoch has a set of members, sealed once and never changed; it begins with
/// the first batch that its quorum signed. Whoever signs two statements that contradict each other loses the stake.
interface IValidatorRegistry is IValidatorSet, IValidatorRegistryErrors {
    /// @notice A signer with stake became a candidate.
    event Joined(address indexed signer, address indexed owner, bytes32 peerKey, uint96 stake);
    /// @notice A candidate has more stake.
    event StakeRaised(address indexed signer, uint96 stake);
    /// @notice Not a candidate any more; its stake is locked on. `lastEpoch` is the last that it must serve, 0: none.
    event Left(address indexed signer, uint64 lastEpoch);
    /// @notice A candidate lost its seat to a higher stake.
    event Displaced(address indexed signer, address indexed by);
    /// @notice The set of an epoch is known, in the order of the members' seats.
    event EpochSealed(uint64 indexed epoch, address[] members);
    /// @notice The set of an epoch ordered its first batch, or took one back. The epochs before are over.
    event EpochBegan(uint64 indexed epoch, uint64 priorBatches);
    /// @notice A signer contradicted itself. `lost` is its stake less the reward, and nobody's.
    event Slashed(
        address indexed signer,
        Offence indexed offence,
        uint64 epoch,
        uint64 position,
        address reporter,
        uint256 reward,
        uint256 lost
    );
    /// @notice A candidate told, while the set was silent, that it is there.
    event Affirmed(address indexed signer);
    /// @notice A stake went back to its owner, or to whom the owner named.
    event StakeWithdrawn(address indexed signer, address indexed to, uint96 stake);

    /// @notice Stakes for a signer that was never registered. When all seats are taken, the smallest stake loses its
    /// seat to one that is a tenth larger.
    /// @param signer address of the key that signs votes and batches
    /// @param peerKey Ed25519 public key of the node on the network
    /// @param amount quanta of the stake token, taken from the caller, who becomes the owner
    /// @param consent the signer's signature over `joinDigest(caller, peerKey)`
    function join(address signer, bytes32 peerKey, uint96 amount, bytes calldata consent) external;

    /// @notice Adds to the stake of a candidate. By its owner.
    function raiseStake(address signer, uint96 amount) external;

    /// @notice No further set will have this signer. Sets that are sealed keep it. By its owner.
    function leave(address signer) external;

    /// @notice Pays a stake back to its owner, by anybody: after the last epoch of the signer ended, its last batch
    /// was proven and the unbonding time passed.
    function withdrawStake(address signer) external;

    /// @notice Pays it to `to`, anybody but this contract, at the same time and not before. By its owner, whom the token
    /// may not pay.
    function withdrawStake(address signer, address to) external;

    /// @notice Fixes the set of the epoch after the last that was sealed: all candidates. By anybody, when it is time and
    /// the current set lives. After a long silence it is time at once, whether or not a next set is sealed that never
    /// began: candidates who did not affirm lose their seats, and the new set alone orders from then on.
    function sealEpoch() external returns (uint64 epoch);

    /// @notice Says, while the set is silent, that a candidate is there to be in the next one. By its owner or itself.
    function affirm(address signer) external;

    /// @notice From when on the set counts as silent if nothing is committed and none sealed until then. Never before the
    /// first set is sealed.
    function silentFrom() external view returns (uint256);

    /// @notice When the candidate affirmed last; 0 for never.
    function affirmedAt(address signer) external view returns (uint64);

    /// @notice Takes the whole stake of a signer that contradicted itself, and pays the caller for showing it.
    function slash(Evidence calldata evidence) external returns (address signer);

    /// @notice The two digests that the evidence claims to be signed.
    function evidenceDigests(Evidence calldata evidence) external view returns (bytes32 first, bytes32 second);

    /// @notice What a signer signs to be staked for by `owner`.
    function joinDigest(address owner, bytes32 peerKey) external view returns (bytes32);

    /// @notice Members of a sealed epoch, in the order of their seats; of one that is not sealed, none.
    function members(uint64 epoch) external view returns (address[] memory);

    /// @notice Who would be sealed now.
    function candidates() external view returns (address[] memory);

    function validatorOf(address signer) external view returns (Validator memory);

    function epochOf(uint64 epoch) external view returns (Epoch memory);

    /// @notice What was fixed at deployment.
    function terms() external view returns (Terms memory);
}
