import type { ProverBackend } from "./backend.ts";
import { runWorker } from "./worker-process.ts";

export interface SnarkjsBackendOptions {
  /** Told of every proving process that is started. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/**
 * The default: snarkjs, in a process of its own. The parent's thread stays free to renew the lease, and a crash
 * or the system's memory guard takes the child only.
 */
export const snarkjsBackend = (options: SnarkjsBackendOptions = {}): ProverBackend => ({
  name: "snarkjs",
  prove: async ({ wasm, zkey, input }, control = {}) => {
    const task = { wasm, input, zkey, witnessPath: null };
    const result = await runWorker(task, { ...control, onStart: options.onStart });
    const { publicSignals, witnessSeconds, proofSeconds, peakMemoryMiB } = result;
    const seconds = witnessSeconds + proofSeconds;
    return { proof: result.proof!, publicSignals, seconds, witnessSeconds, peakMemoryMiB };
  },
});
