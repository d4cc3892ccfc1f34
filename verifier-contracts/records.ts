/** The contract's values as TypeScript: counters are numbers, amounts and field elements are bigints. */
import type { Result } from "ethers";
import type { Groth16Proof } from "snarkjs";

/** A committed batch as the contract published it; given back to prove or revert it. */
export interface BatchRecord {
  readonly number: number;
  readonly epoch: number;
  readonly steps: number;
  /** Time of the block that holds the commitment, Unix seconds. */
  readonly committedAt: number;
  /** Machine time at the batch's end, Unix seconds. */
  readonly time: number;
  readonly l1Start: number;
  readonly l1End: number;
  readonly preRoot: bigint;
  readonly postRoot: bigint;
  readonly commitment: bigint;
  readonly challenge: bigint;
  readonly evaluation: bigint;
  readonly creditsHash: string;
  /** What the quorum signed; the next batch's statement names it. */
  readonly digest: string;
}

/** Where the contract stands. */
export interface ExchangeState {
  readonly committedBatches: number;
  readonly provenBatches: number;
  /** Words of the L1 queue: consumed by committed batches, by proven ones, and all there are. */
  readonly committedRequests: number;
  readonly provenRequests: number;
  readonly queuedRequests: number;
  /** When a batch was committed, and one proven, the last time; at first the time of deployment. Unix seconds. */
  readonly lastCommitAt: number;
  readonly lastProofAt: number;
  readonly accounts: number;
  readonly committedRoot: bigint;
  readonly provenRoot: bigint;
  readonly committedDigest: string;
  readonly totalDeposited: bigint;
  readonly totalPaid: bigint;
  readonly totalClaimable: bigint;
}

/** A Groth16 proof in the contract's order of coordinates. */
export interface ContractProof {
  readonly a: readonly [bigint, bigint];
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  readonly c: readonly [bigint, bigint];
}

/** The contract's spelling of a proof: the pairing precompile wants the imaginary part first. */
export function contractProof(proof: Groth16Proof): ContractProof {
  const [ax, ay] = proof.pi_a;
  const [[bx0, bx1], [by0, by1]] = proof.pi_b;
  const [cx, cy] = proof.pi_c;
  return {
    a: [BigInt(ax), BigInt(ay)],
    b: [
      [BigInt(bx1), BigInt(bx0)],
      [BigInt(by1), BigInt(by0)],
    ],
    c: [BigInt(cx), BigInt(cy)],
  };
}

export function readBatchRecord(result: Result): BatchRecord {
  const of = (name: keyof BatchRecord): unknown => result.getValue(name);
  return {
    number: Number(of("number")),
    epoch: Number(of("epoch")),
    steps: Number(of("steps")),
    committedAt: Number(of("committedAt")),
    time: Number(of("time")),
    l1Start: Number(of("l1Start")),
    l1End: Number(of("l1End")),
    preRoot: of("preRoot") as bigint,
    postRoot: of("postRoot") as bigint,
    commitment: of("commitment") as bigint,
    challenge: of("challenge") as bigint,
    evaluation: of("evaluation") as bigint,
    creditsHash: of("creditsHash") as string,
    digest: of("digest") as string,
  };
}

export function readExchangeState(result: Result): ExchangeState {
  const of = (name: keyof ExchangeState): unknown => result.getValue(name);
  return {
    committedBatches: Number(of("committedBatches")),
    provenBatches: Number(of("provenBatches")),
    committedRequests: Number(of("committedRequests")),
    provenRequests: Number(of("provenRequests")),
    queuedRequests: Number(of("queuedRequests")),
    lastCommitAt: Number(of("lastCommitAt")),
    lastProofAt: Number(of("lastProofAt")),
    accounts: Number(of("accounts")),
    committedRoot: of("committedRoot") as bigint,
    provenRoot: of("provenRoot") as bigint,
    committedDigest: of("committedDigest") as string,
    totalDeposited: of("totalDeposited") as bigint,
    totalPaid: of("totalPaid") as bigint,
    totalClaimable: of("totalClaimable") as bigint,
  };
}
