import type { ChildProcess } from "node:child_process";
import { PROOF_LIMIT_MS } from "./limits.ts";
import { ProverError } from "./prover-error.ts";

export interface ProcessControl {
  /** Kills the process. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the process once it runs. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

export interface ChildName {
  /** In messages. */
  readonly name: string;
  /** It was started `detached`: what it starts in turn, as a script does, is in its group and ends with it. */
  readonly leadsGroup: boolean;
}

/** ESRCH: all of them have ended. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Waits until a process that was just spawned has ended and closed its pipes; returns its exit status.
 *
 * It dies with this process, when told to stop, and when it takes longer than any proof. Those, and a process that
 * could not start or was killed by somebody else, are `ProverError`s. What it leaves behind in its group when it ends, for
 * whatever reason, dies as well: it would hold the pipes open, and prove for nobody.
 */
export async function processEnd(
  child: ChildProcess,
  { name, leadsGroup }: ChildName,
  { signal, onStart }: ProcessControl,
): Promise<number> {
  let late = false;
  const kill = () => {
    if (leadsGroup && child.pid !== undefined) killGroup(child.pid);
    else child.kill("SIGKILL");
  };
  const limit = setTimeout(() => {
    late = true;
    kill();
  }, PROOF_LIMIT_MS);
  signal?.addEventListener("abort", kill, { once: true });
  process.once("exit", kill);
  try {
    const [status, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.once("error", (error) =>
          reject(new ProverError("backendMissing", `cannot run ${name}: ${error.message}`, {}, error)),
        );
        child.once("spawn", () => onStart?.(child.pid!));
        if (leadsGroup) child.once("exit", kill);
        child.once("close", (...how) => resolve(how));
      },
    );
    if (status !== null) return status;
    if (signal?.aborted === true) throw new ProverError("stopped", "stopped while proving");
    if (late) throw new ProverError("backendTimeout", `no proof after ${PROOF_LIMIT_MS / 1000} seconds`);
    throw new ProverError("backendKilled", `${name} was killed by ${killedBy}`, { signal: killedBy });
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", kill);
    process.removeListener("exit", kill);
  }
}

export function checkNotStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ProverError("stopped", "stopped before the proof began");
}
