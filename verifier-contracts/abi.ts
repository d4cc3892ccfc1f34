/**
 * The contracts' interfaces by hand, so that nobody needs a compiler to talk to a deployed exchange. A test compares
 * every line with what the compiler says.
 */

export const EXCHANGE_ERRORS = [
  "error InvalidConfiguration(string field)",
  "error AmountTooSmall(uint64 amount, uint64 minimum)",
  "error VaultFull(uint256 held, uint64 amount)",
  "error TransferMismatch(uint256 expected, uint256 received)",
  "error AccountsExhausted(uint32 capacity)",
  "error NoSuchAccount(uint32 account)",
  "error KeyHashOutOfField(uint256 keyHash)",
  "error NotOwner(uint32 account, address caller)",
  "error InvalidReceiver(address to)",
  "error NothingToClaim(uint32 account)",
  "error MalformedData(uint256 length)",
  "error LimbOverflow(uint256 index)",
  "error RootOutOfField(uint256 root)",
  "error CommitmentOutOfField(uint256 commitment)",
  "error MalformedBatchInfo(uint256 info)",
  "error WrongBatchNumber(uint64 expected, uint64 given)",
  "error WrongEpoch(uint64 earliest, uint64 latest, uint64 given)",
  "error WrongPreRoot(uint256 expected, uint256 given)",
  "error UnknownTier(uint16 steps)",
  "error WrongWordCount(uint256 stated, uint256 given)",
  "error TooManyWords(uint256 words, uint16 steps)",
  "error TimeOutOfRange(uint256 time, uint256 earliest, uint256 latest)",
  "error WrongQueueStart(uint64 expected, uint256 given)",
  "error WrongQueueEnd(uint64 expected, uint256 given)",
  "error MalformedWord(uint256 index)",
  "error NotFromQueue(uint256 index)",
  "error QueueWordDropped(uint256 index)",
  "error QueueExhausted(uint256 index)",
  "error QueueMismatch(uint256 index, uint256 expected)",
  "error SplitRequest()",
  "error TooFewSignatures(uint256 given, uint256 needed)",
  "error InvalidSignature(uint256 index)",
  "error SignersNotAscending(uint256 index)",
  "error NotAValidator(address signer)",
  "error BatchNotCommitted(uint64 number)",
  "error WrongProofOrder(uint64 expected, uint64 given)",
  "error UnknownRecord(uint64 number)",
  "error WrongCredits(uint64 number)",
  "error InvalidProof(uint64 number)",
  "error CreditsExceedVault(uint256 claimable, uint256 held)",
  "error BatchAlreadyProven(uint64 number)",
  "error ReentrancyGuardReentrantCall()",
  "error SafeERC20FailedOperation(address token)",
] as const;

/** What an OpenZeppelin token refuses with; the vault passes it on. */
export const TOKEN_ERRORS = [
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InvalidReceiver(address receiver)",
] as const;

const BATCH_RECORD =
  "tuple(uint64 number, uint64 epoch, uint16 steps, uint64 committedAt, uint64 time, uint64 l1Start, uint64 l1End, uint256 preRoot, uint256 postRoot, uint256 commitment, uint256 challenge, uint256 evaluation, bytes32 creditsHash, bytes32 digest)";

const EXCHANGE_STATE =
  "tuple(uint64 committedBatches, uint64 provenBatches, uint64 committedRequests, uint64 provenRequests, uint64 queuedRequests, uint64 lastCommitAt, uint64 lastProofAt, uint32 accounts, uint256 committedRoot, uint256 provenRoot, bytes32 committedDigest, uint256 totalDeposited, uint256 totalPaid, uint64 totalClaimable)";

const EXCHANGE_EVENTS = [
  "event Registered(uint32 indexed account, address indexed owner, uint256 keyHash, uint64 amount, uint64 firstRequest)",
  "event Deposited(uint32 indexed account, uint64 amount, uint64 request)",
  `event BatchCommitted(uint64 indexed number, ${BATCH_RECORD} record)`,
  "event BatchProven(uint64 indexed number, uint256 root)",
  "event BatchesReverted(uint64 indexed from, uint64 to, bytes32 digest)",
  "event Credited(uint32 indexed account, uint64 amount, uint64 indexed batch)",
  "event Claimed(uint32 indexed account, address indexed to, uint64 amount)",
] as const;

export const EXCHANGE_FUNCTIONS = [
  "function register(uint64 amount, uint256 keyHash) returns (uint32 account)",
  "function deposit(uint32 account, uint64 amount)",
  "function commitBatch(bytes data, uint256 commitment, bytes[] signatures)",
  `function proveBatch(${BATCH_RECORD} record, tuple(uint256[2] a, uint256[2][2] b, uint256[2] c) proof, uint256[] credits)`,
  `function revertBatches(${BATCH_RECORD} record, bytes[] signatures)`,
  "function claim(uint32 account)",
  "function claim(uint32 account, address to)",
  `function state() view returns (${EXCHANGE_STATE})`,
  "function requests(uint64 from, uint64 to) view returns (uint256[] words)",
  "function requestedAt(uint64 index) view returns (uint48)",
  "function accountOf(uint32 account) view returns (address owner, uint64 claimable)",
  "function recordHash(uint64 number) view returns (bytes32)",
  "function verifierOf(uint16 steps) view returns (address)",
  "function batchDigest(uint64 epoch, uint64 number, uint256 commitment, bytes32 dataHash) view returns (bytes32)",
  "function revertDigest(uint64 epoch, uint64 from, bytes32 digest) view returns (bytes32)",
  "function collateral() view returns (address)",
  "function validators() view returns (address)",
  "function genesisRoot() view returns (uint256)",
  "function accountCapacity() view returns (uint32)",
  "function minimumDeposit() view returns (uint64)",
  "function queueFee() view returns (uint64)",
  "function maxTimeBehind() view returns (uint32)",
  "function maxTimeAhead() view returns (uint32)",
  "function MAX_ACCOUNT_CAPACITY() view returns (uint32)",
  "function FEE_ACCOUNT() view returns (uint32)",
  "function VAULT_CAP() view returns (uint64)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
] as const;

export const EXCHANGE_ABI = [
  ...EXCHANGE_FUNCTIONS,
  ...EXCHANGE_EVENTS,
  ...EXCHANGE_ERRORS,
  ...TOKEN_ERRORS,
] as const;

/** The collateral token; `mint` exists on development chains only. */
export const TOKEN_ABI = [
  "function mint(address to, uint256 amount)",
  "function approve(address spender, uint256 value) returns (bool)",
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  ...TOKEN_ERRORS,
] as const;

/** The name in `error Name(...)`. */
export type NameOf<T extends string> = T extends `error ${infer Name}(${string}` ? Name : never;
