/**
 * Verifies proofs in a thread of its own: a check takes a tenth of a second, in which requests would wait. One check
 * at a time; an idle thread keeps no process alive.
 */
import { Worker } from "node:worker_threads";
import type { Groth16Proof } from "snarkjs";
import type { VerifyingKey } from "../../prover/keys/verifying-key.ts";
import type { ProofVerifier } from "./ports.ts";
import type { Verdict, VerifyTask } from "./proof-thread.ts";

/** Proofs that wait for the thread; provers hand in one every few seconds at most. */
const MAX_CHECKS = 64;

interface Waiting {
  readonly resolve: (isTrue: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Verifying keys by steps of their tier. */
export function threadVerifier(keys: ReadonlyMap<number, VerifyingKey>): ProofVerifier {
  const waiting: Waiting[] = [];
  let thread: Worker | null = null;

  function start(): Worker {
    const started = new Worker(new URL("./proof-thread-start.mjs", import.meta.url));
    started.on("message", (verdict: Verdict) => {
      const asked = waiting.shift()!;
      if (waiting.length === 0) started.unref();
      if ("isTrue" in verdict) asked.resolve(verdict.isTrue);
      else asked.reject(new Error(`a proof could not be checked: ${verdict.error}`));
    });
    started.on("error", (error) => {
      thread = null;
      for (const { reject } of waiting.splice(0)) reject(error as Error);
    });
    return started;
  }

  return {
    hasTier: (steps) => keys.has(steps),
    verify(steps, publicSignals, proof: Groth16Proof) {
      if (waiting.length >= MAX_CHECKS) return Promise.reject(new Error("too many proofs wait for a check"));
      thread ??= start();
      const task: VerifyTask = { key: keys.get(steps)!, publicSignals: publicSignals.map(String), proof };
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        thread!.ref();
        thread!.postMessage(task);
      });
    },
  };
}
