// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {FixedValidatorSet} from "../src/FixedValidatorSet.sol";
import {IExchangeErrors} from "../src/interfaces/IExchangeErrors.sol";
import {Draft, ExchangeFixture} from "./ExchangeFixture.sol";

contract QuorumTest is ExchangeFixture {
    uint256 private constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256[] private noWords;

    function _expectSignatureRefusal(bytes[] memory signatures, bytes memory reason) private {
        Draft memory draft = _draft(noWords, 1);
        bytes memory data = _data(draft);
        vm.expectRevert(reason);
        exchange.commitBatch(data, draft.commitment, signatures);
    }

    function _next() private view returns (bytes32) {
        return _digest(_draft(noWords, 1));
    }

    function test_digestIsTheContracts() public view {
        Draft memory draft = _draft(noWords, 1);
        bytes32 digest = exchange.batchDigest(0, 1, draft.commitment, keccak256(_data(draft)));
        assertEq(digest, _digest(draft), "batch");
        bytes32 structHash =
            keccak256(abi.encode(keccak256("Revert(uint64 epoch,uint64 from,bytes32 digest)"), 0, 1, digest));
        assertEq(exchange.revertDigest(0, 1, digest), _typedHash(structHash), "revert");
    }

    function test_everyQuorumOfTheSetWillDo() public {
        bytes32 digest = _next();
        bytes[] memory signatures = new bytes[](3);
        for (uint256 i = 0; i < 3; i++) {
            signatures[i] = _signature(keys[i + 1], digest);
        }
        Draft memory draft = _draft(noWords, 1);
        exchange.commitBatch(_data(draft), draft.commitment, signatures);
        draft = _draft(noWords, 2);
        exchange.commitBatch(_data(draft), draft.commitment, _sign(_digest(draft), 4));
    }

    function test_refusesLessThanAQuorum() public {
        _expectSignatureRefusal(
            _sign(_next(), 2), abi.encodeWithSelector(IExchangeErrors.TooFewSignatures.selector, 2, 3)
        );
    }

    function test_refusesASignerTwice() public {
        bytes[] memory signatures = _sign(_next(), 3);
        signatures[2] = signatures[1];
        _expectSignatureRefusal(
            signatures, abi.encodeWithSelector(IExchangeErrors.SignersNotAscending.selector, 2)
        );
    }

    function test_refusesUnsortedSignatures() public {
        bytes[] memory signatures = _sign(_next(), 3);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        _expectSignatureRefusal(
            signatures, abi.encodeWithSelector(IExchangeErrors.SignersNotAscending.selector, 1)
        );
    }

    function test_refusesAStrangersSignature(uint256 key) public {
        key = bound(key, 1, N - 1);
        address stranger = vm.addr(key);
        vm.assume(!validatorSet.isValidator(0, stranger));
        bytes[] memory signatures = _sign(_next(), 3);
        // Somewhere in order, so that only its being a stranger's is wrong.
        uint256 place = 0;
        while (place < 2 && vm.addr(keys[place + 1]) < stranger) place++;
        if (place < 2 && vm.addr(keys[place]) < stranger) place++;
        signatures[place] = _signature(key, _next());
        vm.assume(place == 0 || stranger > vm.addr(keys[place - 1]));
        _expectSignatureRefusal(
            signatures, abi.encodeWithSelector(IExchangeErrors.NotAValidator.selector, stranger)
        );
    }

    /// @dev Signatures of other data recover to addresses of nobody.
    function test_refusesSignaturesOfOtherWords() public {
        bytes[] memory signatures = _sign(_next(), 3);
        Draft memory draft = _draft(_list(_place(1)), 1);
        bytes memory data = _data(draft);
        try exchange.commitBatch(data, draft.commitment, signatures) {
            assertTrue(false, "committed");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == IExchangeErrors.NotAValidator.selector
                    || selector == IExchangeErrors.SignersNotAscending.selector,
                "refused as nobody's"
            );
        }
    }

    function test_refusesSignaturesOfAnotherCommitment() public {
        Draft memory draft = _draft(noWords, 1);
        bytes memory data = _data(draft);
        bytes[] memory signatures = _sign(_digest(draft), 3);
        try exchange.commitBatch(data, draft.commitment ^ 1, signatures) {
            assertTrue(false, "committed");
        } catch {}
        exchange.commitBatch(data, draft.commitment, signatures);
    }

    /// @dev The other s of the same signature, with v flipped, recovers to the same signer.
    function test_refusesAMalleatedSignature() public {
        bytes32 digest = _next();
        bytes[] memory signatures = _sign(digest, 3);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[1], digest);
        bytes32 high = bytes32(N - uint256(s));
        assertEq(ecrecover(digest, v == 27 ? 28 : 27, r, high), vm.addr(keys[1]), "same signer");
        signatures[1] = abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27));
        _expectSignatureRefusal(
            signatures, abi.encodeWithSelector(IExchangeErrors.InvalidSignature.selector, 1)
        );
    }

    function test_refusesWhatIsNoSignature() public {
        bytes32 digest = _next();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest);
        bytes[4] memory bad = [
            bytes(""),
            abi.encodePacked(r, s),
            abi.encodePacked(r, s, v - 27),
            abi.encodePacked(r, s, v, uint8(0))
        ];
        for (uint256 i = 0; i < 4; i++) {
            bytes[] memory signatures = _sign(digest, 3);
            signatures[0] = bad[i];
            _expectSignatureRefusal(
                signatures, abi.encodeWithSelector(IExchangeErrors.InvalidSignature.selector, 0)
            );
        }
    }

    function test_quorumIsAllButAThird() public {
        uint256[8] memory quorums = [uint256(0), 1, 2, 3, 3, 4, 5, 5];
        for (uint160 n = 1; n < 8; n++) {
            address[] memory members = new address[](n);
            for (uint160 i = 0; i < n; i++) {
                members[i] = address(i + 1);
            }
            assertEq(new FixedValidatorSet(members).quorum(0), quorums[n], "quorum");
        }
    }

    function test_aSetIsAscendingAndNotEmpty() public {
        address[] memory members = new address[](0);
        vm.expectRevert(FixedValidatorSet.NoMembers.selector);
        new FixedValidatorSet(members);
        members = new address[](2);
        vm.expectRevert(abi.encodeWithSelector(FixedValidatorSet.MembersNotAscending.selector, 0));
        new FixedValidatorSet(members);
        (members[0], members[1]) = (alice, alice);
        vm.expectRevert(abi.encodeWithSelector(FixedValidatorSet.MembersNotAscending.selector, 1));
        new FixedValidatorSet(members);
    }

    function test_onlyEpochZeroHasAQuorum() public {
        vm.expectRevert(abi.encodeWithSelector(FixedValidatorSet.UnknownEpoch.selector, uint64(1)));
        validatorSet.quorum(1);
        assertTrue(!validatorSet.isValidator(1, vm.addr(keys[0])), "nobody");
    }
}
