/**
 * Any program with rapidsnark's four arguments: `PROGRAM zkey witness proof public`, where it reads the first two
 * files and writes the last two. The witness still comes from circom's generator, in a process of its own.
 */
import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProofControl, ProofResult, ProofTask, ProverBackend } from "./backend.ts";
import { MEMORY_POLL_MS, PROOF_FILE_LIMIT_BYTES } from "./limits.ts";
import { peakMemoryMiB } from "./peak-memory.ts";
import { checkNotStopped, type ProcessControl, processEnd } from "./process-end.ts";
import { keepOutput } from "./program-output.ts";
import { parseProof, parsePublicSignals } from "./proof-format.ts";
import { ProverError } from "./prover-error.ts";
import { withScratch } from "./scratch.ts";
import { runWorker } from "./worker-process.ts";

export interface ExternalBackendOptions {
  /** The program: a path, or a name to be found in PATH. */
  readonly program: string;
  /** Where witnesses lie while they are needed. */
  readonly scratchParent?: string | undefined;
  /** Told of every process that is started. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

export const externalBackend = ({
  program,
  scratchParent,
  onStart,
}: ExternalBackendOptions): ProverBackend => ({
  name: "external",
  prove: (task, control = {}) =>
    withScratch(scratchParent ?? tmpdir(), (directory) =>
      prove(program, directory, task, { ...control, onStart }),
    ),
});

async function prove(
  program: string,
  directory: string,
  { wasm, zkey, input }: ProofTask,
  control: ProofControl & ProcessControl,
): Promise<ProofResult> {
  const at = (name: string) => join(directory, name);
  const witnessPath = at("witness.wtns");
  const witness = await runWorker({ wasm, input, zkey: null, witnessPath }, control);
  const started = performance.now();
  control.onStage?.("proof", 0);
  const args = [zkey, witnessPath, at("proof.json"), at("public.json")];
  const peak = await runProgram(program, args, control);
  return {
    proof: parseProof(await readJson(at("proof.json"))),
    publicSignals: parsePublicSignals(await readJson(at("public.json"))),
    seconds: witness.witnessSeconds + (performance.now() - started) / 1000,
    witnessSeconds: witness.witnessSeconds,
    peakMemoryMiB: Math.max(peak, witness.peakMemoryMiB),
  };
}

/** Runs the program to its end and returns its peak memory, 0 where the system does not tell. */
async function runProgram(program: string, args: string[], control: ProcessControl): Promise<number> {
  checkNotStopped(control.signal);
  // A group of its own: Ctrl-C is for this process, which then decides, and ends all of it.
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const output = keepOutput(child);
  let peak = 0;
  const look = async () => {
    if (child.pid !== undefined) peak = Math.max(peak, (await peakMemoryMiB(child.pid)) ?? 0);
  };
  const poll = setInterval(() => void look(), MEMORY_POLL_MS);
  try {
    const status = await processEnd(child, { name: program, leadsGroup: true }, control);
    if (status === 0) return peak;
    throw new ProverError("backendFailed", `${program} ended with status ${status}\n${output()}`);
  } finally {
    clearInterval(poll);
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > PROOF_FILE_LIMIT_BYTES) throw new Error(`${size} bytes`);
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch (error) {
    throw new ProverError("backendFailed", `no usable ${path}: ${(error as Error).message}`, {}, error);
  }
}
