/**
 * A node's job counter, as a worker sees it: POST /v1/jobs/lease, and /extend, /release, /proof of a job. Of several
 * nodes the next one is asked when one does not answer. A lease is the word of the node that gave it; a proof is good at
 * each of them, lease or not.
 */
import type { Groth16Proof } from "snarkjs";
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { decodeJob } from "../../sequencer/batch/job-codec.ts";
import { MalformedValue } from "../../sequencer/batch/malformed-value.ts";
import { ProverError } from "../backend/prover-error.ts";
import { withRetries } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { type Answer, postJson } from "./http.ts";
import { ASK_ATTEMPTS, HAND_IN_ATTEMPTS, MAX_ANSWER_BYTES, MAX_JOB_BYTES } from "./limits.ts";

export type LeaseState = "held" | "lost" | "alreadyProven";

export interface JobClient {
  /** The oldest job that nobody proves; null when there is none. */
  lease(seconds: number, signal?: AbortSignal): Promise<BatchJob | null>;
  extend(number: number, seconds: number): Promise<LeaseState>;
  /** Gives a job back. Only a courtesy: an unreleased lease runs out by itself. */
  release(number: number): Promise<void>;
  /** Hands in a proof. Whether it, or another one before it, was taken. Stopped, it does not wait for a node that is away. */
  handIn(
    number: number,
    proof: Groth16Proof,
    publicSignals: readonly string[],
    signal?: AbortSignal,
  ): Promise<"taken" | "alreadyProven">;
}

export interface JobClientOptions {
  readonly api: URL;
  /** Other nodes of the same exchange. */
  readonly others?: readonly URL[] | undefined;
  readonly token?: string | undefined;
  /** Tells this worker from all others; the node leases to names. */
  readonly worker: string;
  readonly clock: Clock;
  readonly onRetry?: ((error: ProverError, pauseMs: number) => void) | undefined;
}

export function createJobClient(options: JobClientOptions): JobClient {
  const { token, worker, clock, onRetry } = options;
  const nodes = [options.api, ...(options.others ?? [])].map(baseOf);
  let present = 0;
  let leasedAt = 0;
  const post = (at: number, path: string, body: object, maxBytes = MAX_ANSWER_BYTES, signal?: AbortSignal) =>
    postJson({ url: new URL(`v1/jobs/${path}`, nodes[at]), token, body, maxBytes, signal });
  /** To the node that answers at present; after an answer that did not come the next one is. */
  const postAnywhere = async (ask: (at: number) => Promise<Answer>): Promise<Answer> => {
    const at = present;
    try {
      return await ask(at);
    } catch (error) {
      if (error instanceof ProverError && error.code === "apiUnreachable" && present === at)
        present = (at + 1) % nodes.length;
      throw error;
    }
  };

  return {
    lease: async (seconds, signal) => {
      const attempts = Math.max(ASK_ATTEMPTS, 2 * nodes.length);
      const answer = await withRetries({ attempts, clock, signal, onRetry }, () =>
        postAnywhere((at) => {
          leasedAt = at;
          return post(at, "lease", { worker, seconds }, MAX_JOB_BYTES, signal);
        }),
      );
      if (answer.status === 204) return null;
      if (answer.status !== 200) throw refused(answer, "lease a job");
      return jobOf(answer);
    },
    // Not retried here: whoever holds a lease tries again before it runs out.
    extend: async (number, seconds) => {
      const answer = await post(leasedAt, `${number}/extend`, { worker, seconds });
      if (answer.status === 200) return "held";
      const code = codeOf(answer);
      if (code === "alreadyProven") return "alreadyProven";
      if (answer.status === 404 || answer.status === 409) return "lost";
      throw refused(answer, `extend the lease of job ${number}`);
    },
    release: async (number) => {
      const answer = await post(leasedAt, `${number}/release`, { worker });
      if (answer.status >= 300) throw refused(answer, `release job ${number}`);
    },
    handIn: async (number, proof, publicSignals, signal) => {
      const answer = await withRetries({ attempts: HAND_IN_ATTEMPTS, clock, signal, onRetry }, () =>
        postAnywhere(async (at) => {
          const answer = await post(at, `${number}/proof`, { worker, proof, publicSignals });
          // Another node than the one that leased it may not have cut the batch yet.
          if (answer.status === 404 && at !== leasedAt)
            throw new ProverError("apiUnreachable", `${nodes[at]!.origin} has no job ${number} yet`, {});
          return answer;
        }),
      );
      if (answer.status === 200) return isNew(answer) ? "taken" : "alreadyProven";
      if (codeOf(answer) === "alreadyProven") return "alreadyProven";
      const { code, message } = refused(answer, `hand in the proof of job ${number}`);
      const isAccess = answer.status === 401 || answer.status === 403;
      throw new ProverError(isAccess ? code : "proofRefused", message, {
        job: number,
        status: answer.status,
        code: codeOf(answer),
      });
    },
  };
}

const baseOf = (api: URL): URL => (api.href.endsWith("/") ? api : new URL(`${api.href}/`));

function jobOf({ body }: Answer): BatchJob {
  const { job } = (body ?? {}) as { job?: unknown };
  try {
    return decodeJob(job);
  } catch (error) {
    if (!(error instanceof MalformedValue)) throw error;
    const { path, reason } = error;
    throw new ProverError(
      "malformedJob",
      `the node's job is malformed: ${error.message}`,
      { path, reason },
      error,
    );
  }
}

/** A node thanks for a second proof like for the first, and says that it knew. */
function isNew(answer: Answer): boolean {
  const { isNew } = (answer.body ?? {}) as { isNew?: unknown };
  if (typeof isNew !== "boolean") throw refused(answer, "hand in a proof");
  return isNew;
}

/** The node's own error code: `{ error: { code, message } }`. */
function codeOf({ body }: Answer): string | null {
  const { error } = (body ?? {}) as { error?: { code?: unknown } };
  return typeof error?.code === "string" ? error.code : null;
}

function refused(answer: Answer, doing: string): ProverError {
  const code = codeOf(answer);
  const { status } = answer;
  if (status < 300)
    return new ProverError("apiMalformed", `the node answers ${status} to a request to ${doing}`, { status });
  return new ProverError("apiRefused", `the node refuses to ${doing}: ${code ?? status}`, { status, code });
}
