// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IValidatorSet} from "./interfaces/IValidatorSet.sol";
import {Quorum} from "./libraries/Quorum.sol";

/// @notice One set of validators for ever: epoch 0, no stake.
contract FixedValidatorSet is IValidatorSet {
    /// @notice The members are not in strictly ascending order, or one of them is the zero address.
    error MembersNotAscending(uint256 index);
    /// @notice A set needs a member.
    error NoMembers();
    /// @notice Only epoch 0 exists.
    error UnknownEpoch(uint64 epoch);

    /// @notice Number of members.
    uint256 public immutable size;
    mapping(address signer => bool) private _isMember;

    /// @param members addresses in strictly ascending order, so that nobody counts twice
    constructor(address[] memory members) {
        if (members.length == 0) revert NoMembers();
        address last = address(0);
        for (uint256 i = 0; i < members.length; i++) {
            if (members[i] <= last) revert MembersNotAscending(i);
            last = members[i];
            _isMember[last] = true;
        }
        size = members.length;
    }

    /// @inheritdoc IValidatorSet
    function currentEpoch() external pure returns (uint64) {
        return 0;
    }

    /// @inheritdoc IValidatorSet
    function orderingEpochs() external pure returns (uint64, uint64, uint64) {
        return (0, 0, 0);
    }

    /// @inheritdoc IValidatorSet
    function beginEpoch(uint64 epoch, uint64) external pure {
        revert UnknownEpoch(epoch);
    }

    /// @inheritdoc IValidatorSet
    function isValidator(uint64 epoch, address signer) external view returns (bool) {
        return epoch == 0 && _isMember[signer];
    }

    /// @inheritdoc IValidatorSet
    function quorum(uint64 epoch) external view returns (uint256) {
        if (epoch != 0) revert UnknownEpoch(epoch);
        return Quorum.sizeOf(size);
    }
}
