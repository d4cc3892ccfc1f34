// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Credit} from "../libraries/Credits.sol";
import {Word} from "../libraries/Words.sol";
import {IExchangeErrors} from "./IExchangeErrors.sol";
import {IGroth16Verifier} from "./IGroth16Verifier.sol";
import {IValidatorSet} from "./IValidatorSet.sol";

/// @notice One size of circuit and the verifier of its proofs.
struct Tier {
    uint16 steps;
    IGroth16Verifier verifier;
}

/// @notice What is fixed at deployment.
struct Configuration {
    IERC20 collateral;
    IValidatorSet validators;
    /// State root before the first batch. The state binds chain id and this contract's address.
    uint256 genesisRoot;
    /// Highest account number, at most 2^20 - 1.
    uint32 accountCapacity;
    /// Smallest deposit, at least 1.
    uint64 minimumDeposit;
    /// Quanta that each queued word costs beside the deposit, three for a registration: it is never given back. Not to
    /// be taken for the fee that the machine takes for a trader's request.
    uint64 queueFee;
    /// Who claims these fees, as account 0.
    address feeRecipient;
    /// Seconds that the machine's time may lag behind the chain's at commit. A batch that waits longer for its first
    /// commitment cannot be committed any more, so this must outlast every outage of L1 or of the submitter.
    uint32 maxTimeBehind;
    /// Seconds that the machine's time may be ahead of the chain's at commit.
    uint32 maxTimeAhead;
    /// In ascending order of steps.
    Tier[] tiers;
}

/// @notice A committed batch. The chain keeps its hash; `BatchCommitted` publishes it.
struct BatchRecord {
    uint64 number;
    uint64 epoch;
    uint16 steps;
    uint64 committedAt;
    uint64 time;
    uint64 l1Start;
    uint64 l1End;
    uint256 preRoot;
    uint256 postRoot;
    uint256 commitment;
    uint256 challenge;
    uint256 evaluation;
    bytes32 creditsHash;
    bytes32 digest;
}

/// @notice A Groth16 proof as snarkjs' `exportSolidityCallData` spells it.
struct Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @notice Where the exchange stands.
struct ExchangeState {
    uint64 committedBatches;
    uint64 provenBatches;
    uint64 committedRequests;
    uint64 provenRequests;
    uint64 queuedRequests;
    /// When a batch was committed, and when one was proven, the last time; at first the time of deployment.
    uint64 lastCommitAt;
    uint64 lastProofAt;
    uint32 accounts;
    uint256 committedRoot;
    uint256 provenRoot;
    bytes32 committedDigest;
    uint256 totalDeposited;
    uint256 totalPaid;
    uint64 totalClaimable;
}

/// @title The settlement contract of a Proofbook exchange.
/// @notice Holds the collateral, queues what L1 asks of the machine, takes batches of requests whose order a quorum
/// signed, and moves its state root only by a proof that exactly these words lead to it.
interface IExchange is IExchangeErrors {
    /// @notice An account was numbered. Its three words start at `firstRequest` of the queue.
    event Registered(
        uint32 indexed account, address indexed owner, uint256 keyHash, uint64 amount, uint64 firstRequest
    );
    /// @notice Collateral came in, the queue's word `request`.
    event Deposited(uint32 indexed account, uint64 amount, uint64 request);
    /// @notice A quorum fixed the order of a batch. The request words are in the input of the call of `commitBatch`: the
    /// transaction's own where it calls this contract, and where it calls another one, which anybody may put between, only
    /// a trace of the transaction shows them.
    event BatchCommitted(uint64 indexed number, BatchRecord record);
    /// @notice The batch is final; its credits are claimable.
    event BatchProven(uint64 indexed number, uint256 root);
    /// @notice The batches `from` to `to` are no longer committed. `digest` is the one that the next batch names.
    event BatchesReverted(uint64 indexed from, uint64 to, bytes32 digest);
    /// @notice A proven withdrawal or refused deposit became claimable.
    event Credited(uint32 indexed account, uint64 amount, uint64 indexed batch);
    /// @notice A claim was paid.
    event Claimed(uint32 indexed account, address indexed to, uint64 amount);

    /// @notice Opens an account with its first deposit, owned by the caller on L1 and by the key behind `keyHash` in
    /// the machine. Queues payloadHigh, payloadLow and register, in this order.
    /// @param amount quanta of the token, taken from the caller with the fee for three words
    /// @param keyHash Poseidon hash of the owner's public key, below the scalar field's order
    function register(uint64 amount, uint256 keyHash) external returns (uint32 account);

    /// @notice Adds collateral to anybody's account, for the fee of one word. A deposit that the machine refuses goes to
    /// the account's owner, the fee does not.
    function deposit(uint32 account, uint64 amount) external;

    /// @notice Fixes the next batch. Anybody may bring it: the quorum's signatures are what counts.
    /// @param data nine header words, then request words with their outcomes, 31 bytes each
    /// @param commitment Poseidon sponge over the words; the chain cannot check it, the signers and the proof do
    /// @param signatures over `batchDigest`, ascending by signer
    function commitBatch(bytes calldata data, uint256 commitment, bytes[] calldata signatures) external;

    /// @notice Moves the proven root over the next committed batch, and makes its credits claimable. By anybody.
    /// @param record as `BatchCommitted` published it
    /// @param credits of the batch's words, in their order
    function proveBatch(BatchRecord calldata record, Proof calldata proof, Credit[] calldata credits) external;

    /// @notice Takes back an unproven batch and everything after it, when a quorum asks for it: of the earliest epoch
    /// that may still commit (`IValidatorSet.orderingEpochs`). As many batches may then be committed with machine times
    /// from that batch's on, however long ago that is: its words come again, and end when they ended.
    /// @param record of the first batch to revert
    /// @param signatures over `revertDigest`, ascending by signer
    function revertBatches(BatchRecord calldata record, bytes[] calldata signatures) external;

    /// @notice Pays what is claimable to the account's owner. By anybody.
    function claim(uint32 account) external;

    /// @notice Pays what is claimable to `to`, anybody but this contract. By the account's owner.
    function claim(uint32 account, address to) external;

    /// @notice Counters, roots and totals at once.
    function state() external view returns (ExchangeState memory);

    /// @notice Words of the queue from index `from` up to, not including, `to`.
    function requests(uint64 from, uint64 to) external view returns (Word[] memory words);

    /// @notice When a word of the queue came in.
    function requestedAt(uint64 index) external view returns (uint48);

    /// @notice The L1 owner of an account and what is claimable for it.
    function accountOf(uint32 account) external view returns (address owner, uint64 claimable);

    /// @notice Hash of the record that is committed under a number; zero when none is.
    function recordHash(uint64 number) external view returns (bytes32);

    /// @notice The verifier of a tier; zero when there is none.
    function verifierOf(uint16 steps) external view returns (IGroth16Verifier);

    /// @notice The digest to sign for the next batch.
    function batchDigest(uint64 epoch, uint64 number, uint256 commitment, bytes32 dataHash)
        external
        view
        returns (bytes32);

    /// @notice The digest to sign to revert the batch with this digest and everything after it.
    function revertDigest(uint64 epoch, uint64 from, bytes32 digest) external view returns (bytes32);
}
