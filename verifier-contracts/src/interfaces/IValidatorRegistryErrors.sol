// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice Every refusal of the registry, with the facts that explain it.
interface IValidatorRegistryErrors {
    /// @notice A constructor argument makes no sense.
    error InvalidTerms(string field);

    // -- joining and leaving

    /// @notice The stake is smaller than `needed`: the minimum, or what displaces the smallest when all seats are taken.
    error StakeTooSmall(uint256 stake, uint256 needed);
    /// @notice A signer is registered once for ever, so that old evidence never meets a new stake.
    error SignerTaken(address signer);
    /// @notice The signer did not sign that this owner stakes for it.
    error NoConsent(address signer);
    /// @notice A node has a key on the network.
    error NoPeerKey();
    /// @notice Only who staked may.
    error NotTheOwner(address signer, address caller);
    /// @notice The signer is no candidate (any more).
    error NotACandidate(address signer);
    /// @notice The token moved another amount than it was told to.
    error StakeMismatch(uint256 expected, uint256 received);

    // -- withdrawing

    /// @notice A stake paid to the registry itself would be nobody's.
    error InvalidReceiver(address to);
    /// @notice Nothing of this signer waits to be paid: it is unknown, a candidate, slashed, or was paid.
    error NothingToWithdraw(address signer);
    /// @notice The signer's last epoch has not ended.
    error EpochNotOver(uint64 epoch);
    /// @notice The batches of the signer's epochs are not proven yet.
    error BatchesUnproven(uint64 needed, uint64 proven);
    /// @notice The stake is slashable until then.
    error StillUnbonding(uint256 until);

    // -- epochs

    /// @notice The set of the next epoch is sealed already.
    error AlreadySealed(uint64 epoch);
    /// @notice The epoch is too young for a next one.
    error TooEarlyToSeal(uint256 from);
    /// @notice A set needs more members.
    error TooFewCandidates(uint256 candidates, uint256 needed);
    /// @notice The set has committed nothing for a while. The next one is sealed when it does, or after a long silence.
    error NothingCommitted(uint256 since);
    /// @notice The set is not silent: nothing is committed for too long only from then on.
    error NotSilent(uint256 from);
    /// @notice The epoch has no set.
    error UnknownEpoch(uint64 epoch);
    /// @notice Only the exchange begins epochs.
    error NotTheExchange(address caller);

    // -- slashing

    /// @notice Both statements are the same.
    error NoContradiction();
    /// @notice The first or second signature of the evidence is not 65 bytes with low s, or nobody's.
    error MalformedEvidence(uint256 index);
    /// @notice Two signers may say two things.
    error DifferentSigners(address first, address second);
    /// @notice The signer was no member of the epoch: its vote counted for nothing.
    error NotAMember(uint64 epoch, address signer);
    /// @notice The signer's stake is gone: slashed before, or withdrawn.
    error NothingAtStake(address signer);
}
