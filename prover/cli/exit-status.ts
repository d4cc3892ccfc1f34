import { ProverError, type ProverErrorCode } from "../backend/prover-error.ts";

/** What the process says when it ends; prover/README.md lists the same. */
export const EXIT = {
  /** Proven, already proven, or nothing to prove; with --watch also: told to stop. */
  done: 0,
  /** A bug: please report it. */
  unexpected: 1,
  badSetting: 2,
  /** The node is away, or refuses this worker, or answers nonsense. */
  node: 3,
  /** Circuit or keys are missing or damaged. */
  artefacts: 4,
  /** The job could not be proven. */
  proof: 5,
  /** --once was told to stop, or lost its lease, before the job was proven. */
  unfinished: 6,
} as const;

const STATUS: Readonly<Record<ProverErrorCode, number>> = {
  badSetting: EXIT.badSetting,
  apiUnreachable: EXIT.node,
  apiRefused: EXIT.node,
  apiMalformed: EXIT.node,
  malformedJob: EXIT.node,
  missingArtefact: EXIT.artefacts,
  corruptArtefact: EXIT.artefacts,
  replayFailed: EXIT.proof,
  witnessRefused: EXIT.proof,
  backendFailed: EXIT.proof,
  backendKilled: EXIT.proof,
  backendTimeout: EXIT.proof,
  backendMissing: EXIT.badSetting,
  invalidProof: EXIT.proof,
  wrongStatement: EXIT.proof,
  proofRefused: EXIT.proof,
  leaseLost: EXIT.unfinished,
  stopped: EXIT.unfinished,
};

export const exitStatusOf = (error: unknown): number =>
  error instanceof ProverError ? STATUS[error.code] : EXIT.unexpected;
