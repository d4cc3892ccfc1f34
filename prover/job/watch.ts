/** A worker that stays: job after job, with pauses when there is none or when one failed. */
import { ProverError, type ProverErrorCode } from "../backend/prover-error.ts";
import { pauseMs } from "./backoff.ts";
import { IDLE_PAUSE_MS, LONGEST_FAILURE_PAUSE_MS } from "./limits.ts";
import { type ProverSetting, runOnce } from "./run-once.ts";

/** What no waiting mends: the operator has to act. */
const LASTING: ReadonlySet<ProverErrorCode> = new Set([
  "apiRefused",
  "corruptArtefact",
  "missingArtefact",
  "backendMissing",
  "badSetting",
]);

/**
 * Proves until the signal fires, then returns how many jobs it proved. Throws what the operator has to mend; other
 * failures are reported and the worker goes on, more and more slowly while they last.
 */
export async function watch(setting: ProverSetting & { readonly signal: AbortSignal }): Promise<number> {
  const { signal, clock, report } = setting;
  let proven = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const { event } = await runOnce(setting);
      failures = 0;
      if (event === "proven") proven++;
      if (event === "noJob") await clock.sleep(IDLE_PAUSE_MS * (0.5 + clock.random()), signal);
    } catch (error) {
      if (!(error instanceof ProverError) || LASTING.has(error.code)) throw error;
      if (error.code === "stopped") break;
      report({ event: "failed", code: error.code, message: error.message });
      await clock.sleep(pauseMs(failures++, clock.random(), LONGEST_FAILURE_PAUSE_MS), signal);
    }
  }
  return proven;
}
