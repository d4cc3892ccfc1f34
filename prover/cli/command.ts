/** `proofbook prove`: see prover/README.md. */
import { Command } from "commander";
import { allowUnreadOutput } from "../../sequencer/programs/unread-output.ts";
import { ProverError } from "../backend/prover-error.ts";
import type { ArtefactSource } from "../job/artefacts.ts";
import { batchStatement } from "../job/batch-statement.ts";
import { cachedArtefacts } from "../job/cached-artefacts.ts";
import { systemClock } from "../job/clock.ts";
import type { Report } from "../job/events.ts";
import { createJobClient } from "../job/job-client.ts";
import { LEASE_SECONDS } from "../job/limits.ts";
import { packedArtefacts } from "../job/packed-artefacts.ts";
import { type ProverSetting, runOnce } from "../job/run-once.ts";
import type { StatementMaker } from "../job/statement.ts";
import { watch } from "../job/watch.ts";
import { type Display, jsonDisplay, textDisplay } from "./display.ts";
import { EXIT, exitStatusOf } from "./exit-status.ts";
import { apisOf, backendOf, leaseSecondsOf, modeOf, type ProveOptions, workerOf } from "./settings.ts";

const DEFAULT_API = "http://127.0.0.1:8080";

/** What the command is made of beside the command line. */
export interface ProveParts {
  /** Replays a job into the circuit's input. */
  readonly makeStatement: StatementMaker;
}

export function proveCommand(parts: ProveParts = { makeStatement: batchStatement }): Command {
  const env = process.env;
  return new Command("prove")
    .description("prove batches: lease a job, replay it, prove it, verify the proof, hand it in")
    .option("--once", "prove one job and exit; without a job, exit with status 0")
    .option("--watch", "stay and prove job after job")
    .option(
      "--api <url>",
      "a node's HTTP API; repeated, those of others that are asked when it does not answer (PROOFBOOK_API, commas between)",
      (url: string, urls: readonly string[] = []) => [...urls, url],
    )
    .option("--token <token>", "what the node wants to see; better given as PROOFBOOK_JOBS_TOKEN")
    .option("--artefacts <directory>", "packed circuits and keys; default: the cache, with development keys")
    .option("--backend <name>", "snarkjs, or external", "snarkjs")
    .option(
      "--prover-program <path>",
      "for external: a program with rapidsnark's four arguments (PROOFBOOK_PROVER_PROGRAM)",
    )
    .option("--worker <name>", "tells this worker from all others; default: host, process and chance")
    .option("--lease-seconds <n>", "after which a dead worker's job is free again", String(LEASE_SECONDS))
    .option("--json", "one JSON object a line on stdout instead of text")
    .action(async (_, command: Command) => {
      // A parent command may take --api or --json for itself; they mean the same there.
      const options = command.optsWithGlobals<GivenOptions>();
      process.exitCode = await prove(parts, withEnvironment(options, env));
    });
}

type GivenOptions = Omit<ProveOptions, "api"> & Partial<Pick<ProveOptions, "api">>;

function withEnvironment(options: GivenOptions, env: NodeJS.ProcessEnv): ProveOptions {
  const token = options.token ?? env.PROOFBOOK_JOBS_TOKEN;
  const foreign = options.backend === "external" ? env.PROOFBOOK_PROVER_PROGRAM : undefined;
  const proverProgram = options.proverProgram ?? foreign;
  return {
    ...options,
    api: options.api ?? env.PROOFBOOK_API?.split(",") ?? [DEFAULT_API],
    ...(token === undefined ? {} : { token }),
    ...(proverProgram === undefined ? {} : { proverProgram }),
  };
}

async function prove(parts: ProveParts, options: ProveOptions): Promise<number> {
  const output = { out: process.stdout, error: process.stderr };
  const display = options.json === true ? jsonDisplay(output) : textDisplay(output);
  const stop = new AbortController();
  const onSignal = () => {
    // Asked a second time, nothing is given back: the lease runs out by itself.
    if (stop.signal.aborted) process.exit(EXIT.unfinished);
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  allowUnreadOutput(() => stop.abort());
  try {
    return await run(parts, options, display, stop.signal);
  } catch (error) {
    const code = error instanceof ProverError ? error.code : "unexpected";
    const message = error instanceof Error ? error.message : String(error);
    display.report({ event: "failed", code, message });
    if (code === "unexpected" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitStatusOf(error);
  } finally {
    display.stop();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

async function run(
  { makeStatement }: ProveParts,
  options: ProveOptions,
  { report }: Display,
  signal: AbortSignal,
): Promise<number> {
  const mode = modeOf(options);
  const [api, ...others] = apisOf(options);
  const client = createJobClient({
    api,
    others,
    token: options.token,
    worker: workerOf(options),
    clock: systemClock,
    onRetry: ({ message }, pauseMs) => report({ event: "retry", message, pauseMs }),
  });
  const setting: ProverSetting & { signal: AbortSignal } = {
    client,
    artefacts: artefactsOf(options, report),
    backend: backendOf(options),
    makeStatement,
    clock: systemClock,
    report,
    leaseSeconds: leaseSecondsOf(options),
    signal,
  };
  if (mode === "once") await runOnce(setting);
  else await watch(setting);
  return EXIT.done;
}

function artefactsOf({ artefacts }: ProveOptions, report: Report): ArtefactSource {
  if (artefacts !== undefined) return packedArtefacts(artefacts);
  return cachedArtefacts({
    onProgress: (progress) => report({ event: "building", ...progress }),
    onCorrupt: ({ message }) => report({ event: "corrupt", message }),
  });
}
