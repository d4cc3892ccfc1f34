// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Exchange} from "../src/Exchange.sol";
import {Configuration, Tier} from "../src/interfaces/IExchange.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {IGroth16Verifier} from "../src/interfaces/IGroth16Verifier.sol";
import {IValidatorSet} from "../src/interfaces/IValidatorSet.sol";
import {ExchangeFixture} from "./ExchangeFixture.sol";

contract ConfigurationTest is ExchangeFixture {
    function _expectInvalid(Configuration memory config, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.InvalidConfiguration.selector, field));
        new Exchange(config);
    }

    function test_refusesACollateralOrASetWithoutCode() public {
        Configuration memory config = _configuration();
        config.collateral = IERC20(alice);
        _expectInvalid(config, "collateral");
        config = _configuration();
        config.validators = IValidatorSet(alice);
        _expectInvalid(config, "validators");
    }

    function test_refusesARootOutOfTheField() public {
        Configuration memory config = _configuration();
        config.genesisRoot = P;
        vm.expectRevert(abi.encodeWithSelector(IExchangeErrors.RootOutOfField.selector, P));
        new Exchange(config);
        config.genesisRoot = P - 1;
        assertEq(new Exchange(config).state().provenRoot, P - 1, "largest root");
    }

    function test_accountNumbersFitTheirTwentyBits() public {
        Configuration memory config = _configuration();
        config.accountCapacity = 0;
        _expectInvalid(config, "accountCapacity");
        config.accountCapacity = 1 << 20;
        _expectInvalid(config, "accountCapacity");
        config.accountCapacity = (1 << 20) - 1;
        new Exchange(config);
    }

    function test_refusesDepositsOfNothing() public {
        Configuration memory config = _configuration();
        config.minimumDeposit = 0;
        _expectInvalid(config, "minimumDeposit");
    }

    function test_aFeeHasARecipient() public {
        Configuration memory config = _configuration();
        config.queueFee = 1;
        _expectInvalid(config, "feeRecipient");
        config.feeRecipient = alice;
        assertEq(new Exchange(config).queueFee(), 1, "fee");
    }

    function test_refusesTiersOutOfOrderOrWithoutAVerifier() public {
        Configuration memory config = _configuration();
        config.tiers[1].steps = 4;
        _expectInvalid(config, "tiers");
        config = _configuration();
        config.tiers[0].steps = 0;
        _expectInvalid(config, "tiers");
        config = _configuration();
        config.tiers[1].verifier = IGroth16Verifier(alice);
        _expectInvalid(config, "tiers");
        config = _configuration();
        config.tiers = new Tier[](0);
        _expectInvalid(config, "tiers");
    }

    function test_namesTheVerifierOfATier() public view {
        assertEq(address(exchange.verifierOf(16)), address(verifier), "known");
        assertEq(address(exchange.verifierOf(8)), address(0), "unknown");
    }
}
