// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Exchange} from "../../src/Exchange.sol";

/// @notice Keeps one of every hundred on the way.
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
    }
}

/// @notice Refuses to move nothing, as some tokens do.
contract StrictToken is ERC20("Strict", "STRICT") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        require(value > 0, "nothing");
        super._update(from, to, value);
    }
}

/// @notice Pays nobody on its list, as some dollars do.
contract ListToken is ERC20("List", "LIST") {
    mapping(address => bool) public listed;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function list(address who) external {
        listed[who] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!listed[to], "listed");
        super._update(from, to, value);
    }
}

/// @notice Calls the exchange back from within a transfer, and keeps what that answered.
contract ReentrantToken is ERC20("Reentrant", "RE") {
    Exchange public exchange;
    bytes public call;
    bytes public answer;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function reenter(Exchange target, bytes calldata data) external {
        exchange = target;
        call = data;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (address(exchange) == address(0)) return;
        (bool done, bytes memory result) = address(exchange).call(call);
        require(!done, "reentered");
        answer = result;
    }
}
