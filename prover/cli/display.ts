/** Shows what a worker does: JSON lines, or a bar on a terminal, or plain lines elsewhere. */
import { SingleBar } from "cli-progress";
import type { ProverEvent, Report, Stage } from "../job/events.ts";

export interface Output {
  /** Results: stdout. */
  readonly out: NodeJS.WritableStream;
  /** Progress and complaints: stderr. */
  readonly error: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export interface Display {
  readonly report: Report;
  /** Leaves the cursor on a fresh line. */
  stop(): void;
}

export function jsonDisplay({ out }: Output): Display {
  return { report: (event) => void out.write(`${JSON.stringify(event)}\n`), stop: () => undefined };
}

/** Where each stage begins and ends in a bar from 0 to 1; by far the most time goes into the proof. */
const SPANS: Readonly<Record<Stage, readonly [from: number, to: number]>> = {
  artefacts: [0, 0.02],
  replay: [0.02, 0.05],
  witness: [0.05, 0.2],
  proof: [0.2, 0.97],
  verify: [0.97, 0.98],
  handIn: [0.98, 1],
};

const STAGE_TEXT: Readonly<Record<Stage, string>> = {
  artefacts: "checking circuit and keys",
  replay: "replaying the batch",
  witness: "calculating the witness",
  proof: "proving",
  verify: "verifying the proof",
  handIn: "handing in the proof",
};

function sentence(event: ProverEvent): string | undefined {
  switch (event.event) {
    case "leased":
      return `job ${event.job}: leased, ${event.words} words in ${event.steps} steps`;
    case "building":
      return `building ${event.phase}: ${event.done}${event.total === null ? "" : `/${event.total}`} ${event.unit}`;
    case "retry":
      return `${event.message}; trying again in ${(event.pauseMs / 1000).toFixed(1)} s`;
    case "renewalFailed":
      return `job ${event.job}: the lease could not be renewed; going on`;
    case "released":
      return `job ${event.job}: given back`;
    case "notReleased":
      return `job ${event.job}: could not be given back, its lease will run out: ${event.message}`;
    case "corrupt":
      return `${event.message}; making it anew`;
    case "failed":
      return `${event.code}: ${event.message}`;
    default:
      return undefined;
  }
}

function result(event: ProverEvent): string | undefined {
  switch (event.event) {
    case "noJob":
      return "no job";
    case "alreadyProven":
      return `job ${event.job}: already proven`;
    case "proven": {
      const { job, steps, seconds, witnessSeconds, peakMemoryMiB } = event;
      const time = `${seconds.toFixed(1)} s (witness ${witnessSeconds.toFixed(1)} s)`;
      return `job ${job}: proven, ${steps} steps in ${time}, ${peakMemoryMiB} MiB`;
    }
    default:
      return undefined;
  }
}

/** An idle worker that watches would say so every two seconds; building says how far it is every second. */
const isRepetition = (event: ProverEvent, last: ProverEvent | undefined): boolean =>
  (event.event === "noJob" && last?.event === "noJob") ||
  (event.event === "building" && last?.event === "building" && event.phase === last.phase);

export function textDisplay(output: Output): Display {
  const progress = output.error.isTTY === true ? barProgress(output.error) : lineProgress(output.error);
  let last: ProverEvent | undefined;
  const report = (event: ProverEvent) => {
    if (event.event === "stage") progress.stage(event.job, event.stage, event.fraction);
    else if (!isRepetition(event, last)) {
      const [said, done] = [sentence(event), result(event)];
      if (said !== undefined || done !== undefined) progress.stop();
      if (said !== undefined) output.error.write(`${said}\n`);
      if (done !== undefined) output.out.write(`${done}\n`);
    }
    last = event;
  };
  return { report, stop: () => progress.stop() };
}

interface StageProgress {
  stage(job: number, stage: Stage, fraction: number): void;
  stop(): void;
}

function barProgress(stream: NodeJS.WritableStream): StageProgress {
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stop,
    stage: (job, stage, fraction) => {
      const [from, to] = SPANS[stage];
      const percent = Math.round(100 * (from + (to - from) * fraction));
      const text = STAGE_TEXT[stage];
      if (bar === undefined) {
        const format = "job {job} [{bar}] {percentage}% {text}";
        bar = new SingleBar({ stream, format, hideCursor: true });
        bar.start(100, percent, { job, text });
      } else bar.update(percent, { job, text });
    },
  };
}

function lineProgress(stream: NodeJS.WritableStream): StageProgress {
  let shown = "";
  return {
    stop: () => undefined,
    stage: (job, stage) => {
      const line = `job ${job}: ${STAGE_TEXT[stage]}`;
      if (line !== shown) stream.write(`${line}\n`);
      shown = line;
    },
  };
}
