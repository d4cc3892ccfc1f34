/** Holds a lease while the work lasts, and ends the work when there is nothing left to hold. */
import { ProverError } from "../backend/prover-error.ts";
import type { Clock } from "./clock.ts";
import type { JobClient, LeaseState } from "./job-client.ts";
import { RENEWALS_PER_LEASE } from "./limits.ts";

export interface HeldLease {
  readonly client: JobClient;
  readonly number: number;
  readonly seconds: number;
  readonly clock: Clock;
  /** Stops the work from outside. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each renewal that failed or succeeded. */
  readonly onRenewal?: ((state: LeaseState | "unreachable") => void) | undefined;
}

/** Why the work was ended by the lease: somebody else has the job, or its proof is there. */
export type LeaseEnd = "lost" | "alreadyProven";

/**
 * Runs `work` and renews the lease beside it. The signal that `work` gets fires when the job was proven or given to
 * somebody else, or from outside. An unreachable node ends nothing: a finished proof is good with or without a lease.
 */
export async function underLease<T>(
  lease: HeldLease,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | LeaseEnd> {
  const ended = new AbortController();
  const finished = new AbortController();
  const signal = lease.signal === undefined ? ended.signal : AbortSignal.any([ended.signal, lease.signal]);
  let end: LeaseEnd | undefined;
  const renewing = renew(lease, finished.signal, (state) => {
    end = state;
    ended.abort();
  });
  try {
    return await work(signal);
  } catch (error) {
    if (end !== undefined && error instanceof ProverError && error.code === "stopped") return end;
    throw error;
  } finally {
    finished.abort();
    await renewing;
  }
}

async function renew(lease: HeldLease, finished: AbortSignal, onEnd: (end: LeaseEnd) => void): Promise<void> {
  const { client, number, seconds, clock, onRenewal } = lease;
  for (;;) {
    await clock.sleep((seconds * 1000) / RENEWALS_PER_LEASE, finished);
    if (finished.aborted) return;
    const state = await client.extend(number, seconds).catch((error: unknown) => {
      // A node that refuses, or answers nonsense, may do better next time; only it can say that the lease is gone.
      if (error instanceof ProverError) return "unreachable" as const;
      throw error;
    });
    if (finished.aborted) return;
    onRenewal?.(state);
    if (state !== "lost" && state !== "alreadyProven") continue;
    onEnd(state);
    return;
  }
}
