// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice Every refusal of the exchange contract, with the facts that explain it. Callers switch on the error.
/// An `index` of a word counts request words from 0, after the header.
interface IExchangeErrors {
    // -- deployment

    /// @notice A constructor argument makes no sense.
    error InvalidConfiguration(string field);

    // -- vault

    /// @notice Deposits start at `minimum`, so that the queue cannot be flooded for nothing.
    error AmountTooSmall(uint64 amount, uint64 minimum);
    /// @notice The vault would hold more than 2^64 - 1, which is what amounts in words can say.
    error VaultFull(uint256 held, uint64 amount);
    /// @notice The token moved another amount than it was told to.
    error TransferMismatch(uint256 expected, uint256 received);
    /// @notice Every account number is taken.
    error AccountsExhausted(uint32 capacity);
    /// @notice Nobody registered this account.
    error NoSuchAccount(uint32 account);
    /// @notice A key hash is an element of the scalar field.
    error KeyHashOutOfField(uint256 keyHash);
    /// @notice Only the owner chooses where a claim goes.
    error NotOwner(uint32 account, address caller);
    /// @notice What the vault paid to itself would be nobody's.
    error InvalidReceiver(address to);
    /// @notice The account has nothing to claim now.
    error NothingToClaim(uint32 account);

    // -- batch data

    /// @notice The data is not the header and then whole 31-byte words.
    error MalformedData(uint256 length);
    /// @notice A root's limb, the header word at `index`, is 2^128 or more.
    error LimbOverflow(uint256 index);
    /// @notice A root is not an element of the scalar field.
    error RootOutOfField(uint256 root);
    /// @notice The commitment is not an element of the scalar field.
    error CommitmentOutOfField(uint256 commitment);
    /// @notice Bits without a meaning are set in the batch information.
    error MalformedBatchInfo(uint256 info);
    /// @notice Batches are committed one after the other.
    error WrongBatchNumber(uint64 expected, uint64 given);
    /// @notice Another epoch orders now: the current one, the next once its set is known, or only the next.
    error WrongEpoch(uint64 earliest, uint64 latest, uint64 given);
    /// @notice The batch does not start where the last committed one ended.
    error WrongPreRoot(uint256 expected, uint256 given);
    /// @notice No circuit has this number of steps.
    error UnknownTier(uint16 steps);
    /// @notice The header states another number of request words than the data holds.
    error WrongWordCount(uint256 stated, uint256 given);
    /// @notice A step consumes at most one word.
    error TooManyWords(uint256 words, uint16 steps);
    /// @notice The machine's clock is too far from the chain's.
    error TimeOutOfRange(uint256 time, uint256 earliest, uint256 latest);
    /// @notice The batch's range of L1 requests does not start where the last one ended.
    error WrongQueueStart(uint64 expected, uint256 given);
    /// @notice The batch's range of L1 requests does not end where its words do.
    error WrongQueueEnd(uint64 expected, uint256 given);
    /// @notice No word (zero means that in the circuit), an unknown type, or an outcome without a meaning.
    error MalformedWord(uint256 index);
    /// @notice A deposit or registration that does not claim to come from the queue.
    error NotFromQueue(uint256 index);
    /// @notice What the queue holds is refused or accepted, never dropped.
    error QueueWordDropped(uint256 index);
    /// @notice The word claims to come from the queue, which has no more.
    error QueueExhausted(uint256 index);
    /// @notice The word is not the queue's next.
    error QueueMismatch(uint256 index, uint256 expected);
    /// @notice The batch ends inside a request of several words.
    error SplitRequest();

    // -- quorum

    /// @notice Fewer signatures than the quorum.
    error TooFewSignatures(uint256 given, uint256 needed);
    /// @notice Not 65 bytes, a high s, or no address at all.
    error InvalidSignature(uint256 index);
    /// @notice A signer twice, or signatures out of order.
    error SignersNotAscending(uint256 index);
    /// @notice Somebody signed who is not a validator of this epoch: or the signature is of other data.
    error NotAValidator(address signer);

    // -- proving and reverting

    /// @notice Nothing is committed under this number now.
    error BatchNotCommitted(uint64 number);
    /// @notice Batches are proven one after the other.
    error WrongProofOrder(uint64 expected, uint64 given);
    /// @notice The record is not the one of the committed batch.
    error UnknownRecord(uint64 number);
    /// @notice The credits are not those of the committed batch.
    error WrongCredits(uint64 number);
    /// @notice The proof does not hold for the committed batch.
    error InvalidProof(uint64 number);
    /// @notice The batch credits more than the vault holds beyond what is claimable already.
    error CreditsExceedVault(uint256 claimable, uint256 held);
    /// @notice What is proven stays.
    error BatchAlreadyProven(uint64 number);
}
