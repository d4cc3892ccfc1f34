// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice Who may sign for the order of requests: one set for ever, or a registry with stake.
interface IValidatorSet {
    /// @notice The epoch that began last. It only grows.
    function currentEpoch() external view returns (uint64);

    /// @notice Which epochs may order batches now, `current` being the one that began last.
    /// @return current `currentEpoch`
    /// @return earliest `current`, or `latest` once the current set's time is up
    /// @return latest the epoch that follows `current` once its set is known, else `current`
    function orderingEpochs() external view returns (uint64 current, uint64 earliest, uint64 latest);

    /// @notice Whether `signer` is a validator of `epoch`. Never changes once the epoch's set is known.
    function isValidator(uint64 epoch, address signer) external view returns (bool);

    /// @notice How many validators of `epoch` must sign: n - floor((n - 1) / 3) of n. Never changes, and refuses
    /// epochs without a set.
    function quorum(uint64 epoch) external view returns (uint256);

    /// @notice The epoch that follows the current one begins, since its set ordered something. Only for the exchange.
    /// @param lastBatch number of the last batch of the epochs before
    function beginEpoch(uint64 epoch, uint64 lastBatch) external;
}
