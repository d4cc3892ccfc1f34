/**
 * One batch job: lease the oldest job that nobody proves, replay it, prove it, verify the proof, hand it in.
 *
 * Nothing is kept between runs, so nothing is lost when one dies: the lease runs out and the next worker starts over.
 * A job is a value and proving it twice gives the same statement, so the worst that two workers at one job can do is
 * waste the time of one of them.
 */
import type { BatchJob } from "../../sequencer/batch/job.ts";
import type { ProofResult, ProverBackend } from "../backend/backend.ts";
import { ProverError } from "../backend/prover-error.ts";
import { verifyProof } from "../backend/verify-proof.ts";
import type { ArtefactSource, TierArtefacts } from "./artefacts.ts";
import type { Clock } from "./clock.ts";
import type { ProverOutcome, Report, Stage } from "./events.ts";
import type { JobClient } from "./job-client.ts";
import { underLease } from "./lease.ts";
import { LEASE_SECONDS } from "./limits.ts";
import type { Statement, StatementMaker } from "./statement.ts";

export interface ProverSetting {
  readonly client: JobClient;
  readonly artefacts: ArtefactSource;
  readonly backend: ProverBackend;
  readonly makeStatement: StatementMaker;
  readonly clock: Clock;
  readonly report: Report;
  readonly leaseSeconds?: number | undefined;
  /** Gives up the job and its lease. */
  readonly signal?: AbortSignal | undefined;
}

/** Throws `ProverError`; a job that was leased and not proven has been given back, as far as the node could be told. */
export async function runOnce(setting: ProverSetting): Promise<ProverOutcome> {
  const seconds = setting.leaseSeconds ?? LEASE_SECONDS;
  const job = await setting.client.lease(seconds, setting.signal);
  if (job === null) return finish(setting, { event: "noJob" });
  const { number, steps, wordCount } = job.header;
  setting.report({ event: "leased", job: number, steps, words: wordCount });
  try {
    return finish(setting, await proveUnderLease(setting, job, seconds));
  } catch (error) {
    if (!(error instanceof ProverError && error.code === "leaseLost")) await giveBack(setting, number);
    throw error;
  }
}

function finish({ report }: ProverSetting, outcome: ProverOutcome): ProverOutcome {
  report(outcome);
  return outcome;
}

async function giveBack({ client, report }: ProverSetting, number: number): Promise<void> {
  try {
    await client.release(number);
    report({ event: "released", job: number });
  } catch (error) {
    if (!(error instanceof ProverError)) throw error;
    report({ event: "notReleased", job: number, message: error.message });
  }
}

async function proveUnderLease(
  setting: ProverSetting,
  job: BatchJob,
  seconds: number,
): Promise<ProverOutcome> {
  const { client, clock, signal, report } = setting;
  const { number, steps } = job.header;
  const onRenewal = (state: string) => {
    if (state === "unreachable") report({ event: "renewalFailed", job: number });
  };
  const result = await underLease({ client, number, seconds, clock, signal, onRenewal }, async (working) => {
    const proven = await proveJob(setting, job, working);
    enter(setting, number, "handIn");
    const answer = await client.handIn(number, proven.proof, proven.publicSignals, signal);
    return answer === "taken" ? proven : answer;
  });
  if (result === "alreadyProven") return { event: "alreadyProven", job: number };
  if (result === "lost") throw new ProverError("leaseLost", `job ${number} was given to another worker`);
  const { seconds: spent, witnessSeconds, peakMemoryMiB } = result;
  return { event: "proven", job: number, steps, seconds: spent, witnessSeconds, peakMemoryMiB };
}

const enter = ({ report }: ProverSetting, job: number, stage: Stage, fraction = 0): void =>
  report({ event: "stage", job, stage, fraction });

/** The proof of a job, verified, about the statement that the job leads to. */
async function proveJob(setting: ProverSetting, job: BatchJob, signal: AbortSignal): Promise<ProofResult> {
  const { number, steps } = job.header;
  enter(setting, number, "artefacts");
  const artefacts = await setting.artefacts({ ...job.dimensions, steps });
  enter(setting, number, "replay");
  const statement = await replay(setting, job);
  const { wasm, zkey } = artefacts;
  const onStage = (stage: Stage, fraction: number) => enter(setting, number, stage, fraction);
  const result = await setting.backend.prove({ wasm, zkey, input: statement.input }, { onStage, signal });
  enter(setting, number, "verify");
  check(number, statement, result, artefacts);
  return result;
}

async function replay({ makeStatement }: ProverSetting, job: BatchJob): Promise<Statement> {
  try {
    return await makeStatement(job);
  } catch (error) {
    if (error instanceof ProverError) throw error;
    const { number } = job.header;
    const message = `job ${number} does not replay: ${error instanceof Error ? error.message : error}`;
    throw new ProverError("replayFailed", message, { job: number }, error);
  }
}

function check(
  job: number,
  statement: Statement,
  result: ProofResult,
  { verifyingKey }: TierArtefacts,
): void {
  const expected = statement.publicSignals.map(String);
  const { publicSignals, proof } = result;
  const same =
    publicSignals.length === expected.length && publicSignals.every((signal, i) => signal === expected[i]);
  if (!same)
    throw new ProverError("wrongStatement", `the proof of job ${job} is about other public signals`, { job });
  if (!verifyProof(verifyingKey, publicSignals, proof))
    throw new ProverError("invalidProof", `the proof of job ${job} does not verify`, { job });
}
