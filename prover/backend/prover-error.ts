/** Why a batch was not proven. One code per cause; callers and scripts switch on it, never on the message. */
export type ProverErrorCode =
  /** The node cannot be reached, or answers with errors of its own, after all retries. */
  | "apiUnreachable"
  /** The node says that the request is wrong or not allowed; its own code is in `facts.code`. */
  | "apiRefused"
  /** The node answers with something that is no answer, or with more than the limit. */
  | "apiMalformed"
  /** What the node calls a job does not decode. */
  | "malformedJob"
  /** The job decodes, but does not replay to the roots that it claims. */
  | "replayFailed"
  /** Another worker may hold the job by now. */
  | "leaseLost"
  /** There is no circuit or key for this number of steps and these dimensions. */
  | "missingArtefact"
  /** A circuit or key is not what its manifest says; the message names the file. */
  | "corruptArtefact"
  /** The circuit's constraints do not hold for the input: circuit and replay disagree. */
  | "witnessRefused"
  /** The proving process ended without a proof. */
  | "backendFailed"
  /** The proving process was killed, by the system's memory guard for example. */
  | "backendKilled"
  /** The proving process took longer than the limit. */
  | "backendTimeout"
  /** There is no such proving program, or it cannot be executed. */
  | "backendMissing"
  /** The proof does not verify. It was not handed in. */
  | "invalidProof"
  /** The proof is about another statement than the job. It was not handed in. */
  | "wrongStatement"
  /** The node did not take the proof; its own code is in `facts.code`. */
  | "proofRefused"
  /** Asked to stop. */
  | "stopped"
  /** The command line or a setting makes no sense. */
  | "badSetting";

export type Facts = Readonly<Record<string, string | number | boolean | null>>;

export class ProverError extends Error {
  readonly code: ProverErrorCode;
  readonly facts: Facts;

  constructor(code: ProverErrorCode, message: string, facts: Facts = {}, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "ProverError";
    this.code = code;
    this.facts = facts;
  }
}
