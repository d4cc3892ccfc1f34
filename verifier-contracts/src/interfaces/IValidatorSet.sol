// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice Who may sign for the order of requests. The seam where a registry with stake replaces a fixed set.
interface IValidatorSet {
    /// @notice The epoch whose validators sign now. It only grows.
    function currentEpoch() external view returns (uint64);

    /// @notice Whether `signer` is a validator of `epoch`.
    function isValidator(uint64 epoch, address signer) external view returns (bool);

    /// @notice How many validators of `epoch` must sign: n - floor((n - 1) / 3) of n.
    function quorum(uint64 epoch) external view returns (uint256);
}
