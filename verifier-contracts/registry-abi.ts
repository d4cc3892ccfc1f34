/** The registry's interface by hand; a test compares every line with what the compiler says. */

export const REGISTRY_ERRORS = [
  "error InvalidTerms(string field)",
  "error StakeTooSmall(uint256 stake, uint256 needed)",
  "error SignerTaken(address signer)",
  "error NoConsent(address signer)",
  "error NoPeerKey()",
  "error NotTheOwner(address signer, address caller)",
  "error NotACandidate(address signer)",
  "error StakeMismatch(uint256 expected, uint256 received)",
  "error InvalidReceiver(address to)",
  "error NothingToWithdraw(address signer)",
  "error EpochNotOver(uint64 epoch)",
  "error BatchesUnproven(uint64 needed, uint64 proven)",
  "error StillUnbonding(uint256 until)",
  "error AlreadySealed(uint64 epoch)",
  "error TooEarlyToSeal(uint256 from)",
  "error TooFewCandidates(uint256 candidates, uint256 needed)",
  "error NothingCommitted(uint256 since)",
  "error NotSilent(uint256 from)",
  "error UnknownEpoch(uint64 epoch)",
  "error NotTheExchange(address caller)",
  "error NoContradiction()",
  "error MalformedEvidence(uint256 index)",
  "error DifferentSigners(address first, address second)",
  "error NotAMember(uint64 epoch, address signer)",
  "error NothingAtStake(address signer)",
] as const;

/** Shared with the exchange. */
const OPENZEPPELIN_ERRORS = [
  "error ReentrancyGuardReentrantCall()",
  "error SafeERC20FailedOperation(address token)",
] as const;

const STATEMENT = "tuple(bytes32 content, uint256 commitment, bytes signature)";
const EVIDENCE = `tuple(uint8 offence, uint64 epoch, uint64 position, bytes32 previousDigest, ${STATEMENT} first, ${STATEMENT} second)`;
const TERMS =
  "tuple(uint96 minimumStake, uint16 rewardBasisPoints, uint8 minimumMembers, uint8 maximumMembers, uint32 epochSeconds, uint32 handoverSeconds, uint32 unbondingSeconds, uint32 silenceSeconds)";
const VALIDATOR =
  "tuple(address owner, uint96 stake, bytes32 peerKey, uint64 firstEpoch, uint64 lastEpoch, uint48 leftAt, uint8 seat, uint8 status)";

const REGISTRY_EVENTS = [
  "event Joined(address indexed signer, address indexed owner, bytes32 peerKey, uint96 stake)",
  "event StakeRaised(address indexed signer, uint96 stake)",
  "event Left(address indexed signer, uint64 lastEpoch)",
  "event Displaced(address indexed signer, address indexed by)",
  "event EpochSealed(uint64 indexed epoch, address[] members)",
  "event EpochBegan(uint64 indexed epoch, uint64 priorBatches)",
  "event Slashed(address indexed signer, uint8 indexed offence, uint64 epoch, uint64 position, address reporter, uint256 reward, uint256 lost)",
  "event Affirmed(address indexed signer)",
  "event StakeWithdrawn(address indexed signer, address indexed to, uint96 stake)",
] as const;

const REGISTRY_FUNCTIONS = [
  "function join(address signer, bytes32 peerKey, uint96 amount, bytes consent)",
  "function raiseStake(address signer, uint96 amount)",
  "function leave(address signer)",
  "function withdrawStake(address signer)",
  "function withdrawStake(address signer, address to)",
  "function sealEpoch() returns (uint64 epoch)",
  "function affirm(address signer)",
  "function silentFrom() view returns (uint256)",
  "function affirmedAt(address signer) view returns (uint64)",
  "function beginEpoch(uint64 epoch, uint64 lastBatch)",
  `function slash(${EVIDENCE} evidence) returns (address signer)`,
  `function evidenceDigests(${EVIDENCE} evidence) view returns (bytes32 first, bytes32 second)`,
  "function joinDigest(address owner, bytes32 peerKey) view returns (bytes32)",
  "function currentEpoch() view returns (uint64)",
  "function orderingEpochs() view returns (uint64 current, uint64 earliest, uint64 latest)",
  "function isValidator(uint64 epoch, address signer) view returns (bool)",
  "function quorum(uint64 epoch) view returns (uint256)",
  "function members(uint64 epoch) view returns (address[])",
  "function candidates() view returns (address[])",
  `function validatorOf(address signer) view returns (${VALIDATOR})`,
  "function epochOf(uint64 epoch) view returns (tuple(uint64 sealedAt, uint64 beganAt, uint64 priorBatches, bool takesOver))",
  `function terms() view returns (${TERMS})`,
  "function token() view returns (address)",
  "function exchange() view returns (address)",
  "function MAX_MEMBERS() view returns (uint8)",
  "function MAX_REWARD_BASIS_POINTS() view returns (uint16)",
  "function OUTBID_DIVISOR() view returns (uint256)",
  "function FRESH_DIVISOR() view returns (uint256)",
] as const;

export const REGISTRY_ABI = [
  ...REGISTRY_FUNCTIONS,
  ...REGISTRY_EVENTS,
  ...REGISTRY_ERRORS,
  ...OPENZEPPELIN_ERRORS,
] as const;
