/** The registry's values as TypeScript: epochs and times are numbers, stakes bigints. */
import type { Result } from "ethers";

/** What is fixed at deployment; see IValidatorRegistry.sol. */
export interface RegistryTerms {
  readonly minimumStake: bigint;
  /** Share of a slashed stake that its reporter gets, in ten-thousandths. */
  readonly rewardBasisPoints: number;
  readonly minimumMembers: number;
  readonly maximumMembers: number;
  /** From the beginning of an epoch until the next set may be sealed. */
  readonly epochSeconds: number;
  /** From the sealing of a set until the set before it may order nothing more. */
  readonly handoverSeconds: number;
  /** Stake stays slashable this long after its last epoch. */
  readonly unbondingSeconds: number;
  /** A set that commits nothing for so long is silent; as long again, and who did not affirm is left out of the next. */
  readonly silenceSeconds: number;
}

/** In the contract's order: the index is its number there. */
const STATUSES = ["none", "candidate", "leaving", "slashed", "withdrawn"] as const;

export interface ValidatorRecord {
  readonly owner: string;
  readonly stake: bigint;
  readonly peerKey: string;
  /** First epoch that it is a member of; 0 until a set with it is sealed. */
  readonly firstEpoch: number;
  /** Last one; undefined while it is a candidate, 0 when it never was a member. */
  readonly lastEpoch: number | undefined;
  /** Unix seconds; 0 while it is a candidate. */
  readonly leftAt: number;
  readonly status: (typeof STATUSES)[number];
}

export interface EpochRecord {
  /** Unix seconds, 0 for not yet. */
  readonly sealedAt: number;
  readonly beganAt: number;
  /** The epochs before are answered for when this many batches are proven. */
  readonly priorBatches: number;
  /** Sealed after a long silence: nothing is taken of the epochs before any more. */
  readonly takesOver: boolean;
}

/** Which epochs may order batches now. */
export interface OrderingEpochs {
  readonly current: number;
  /** `current`, or the next one once the current set's time is up. */
  readonly earliest: number;
  /** The next one once its set is sealed, else `current`. */
  readonly latest: number;
}

export function readValidator(result: Result): ValidatorRecord {
  const status = STATUSES[Number(result.getValue("status"))];
  if (status === undefined) throw new RangeError("a validator without a status");
  return {
    owner: result.getValue("owner") as string,
    stake: result.getValue("stake") as bigint,
    peerKey: result.getValue("peerKey") as string,
    firstEpoch: Number(result.getValue("firstEpoch")),
    lastEpoch: status === "candidate" ? undefined : Number(result.getValue("lastEpoch")),
    leftAt: Number(result.getValue("leftAt")),
    status,
  };
}

export const readEpochRecord = (result: Result): EpochRecord => ({
  sealedAt: Number(result.getValue("sealedAt")),
  beganAt: Number(result.getValue("beganAt")),
  priorBatches: Number(result.getValue("priorBatches")),
  takesOver: result.getValue("takesOver") as boolean,
});

export const readTerms = (result: Result): RegistryTerms => ({
  minimumStake: result.getValue("minimumStake") as bigint,
  rewardBasisPoints: Number(result.getValue("rewardBasisPoints")),
  minimumMembers: Number(result.getValue("minimumMembers")),
  maximumMembers: Number(result.getValue("maximumMembers")),
  epochSeconds: Number(result.getValue("epochSeconds")),
  handoverSeconds: Number(result.getValue("handoverSeconds")),
  unbondingSeconds: Number(result.getValue("unbondingSeconds")),
  silenceSeconds: Number(result.getValue("silenceSeconds")),
});
