// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Collateral for development chains: anybody mints. The deployment script uses it on local chains only.
contract DevelopmentToken is ERC20 {
    constructor() ERC20("Proofbook Development Dollar", "pbUSD") {}

    /// @notice Six decimals, like the dollars it stands in for: 64 bits hold eighteen trillion of them.
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice Makes `amount` out of nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
