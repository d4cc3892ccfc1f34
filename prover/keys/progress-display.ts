/** Shows progress on stderr: a bar on a terminal, now and then a line elsewhere. */
import { SingleBar } from "cli-progress";
import type { OnProgress, Progress } from "../../circuits/compile/progress.ts";

export interface ProgressDisplay {
  readonly onProgress: OnProgress;
  /** Leaves the cursor on a fresh line. */
  stop(): void;
}

/** A bar if `stream` is a terminal, lines otherwise. */
export function displayProgress(stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  return stream.isTTY ? barDisplay(stream) : lineDisplay(stream);
}

function barDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  let bar: SingleBar | undefined;
  let phase = "";
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const begin = (progress: Progress) => {
    stop();
    phase = progress.phase;
    const rest = progress.total === null ? "{value} {unit}" : "[{bar}] {percentage}% {value}/{total} {unit}";
    bar = new SingleBar({ stream, format: `${phase.padEnd(12)} ${rest}`, hideCursor: true });
    bar.start(progress.total ?? 0, progress.done, { unit: progress.unit });
  };
  const onProgress = (progress: Progress) => {
    if (bar === undefined || progress.phase !== phase) begin(progress);
    else bar.update(progress.done);
  };
  return { onProgress, stop };
}

const lineEveryMs = 10_000;

function lineDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  let phase = "";
  let shownAt = 0;
  const onProgress = (progress: Progress) => {
    const now = performance.now();
    if (progress.phase === phase && progress.done !== progress.total && now - shownAt < lineEveryMs) return;
    phase = progress.phase;
    shownAt = now;
    const of = progress.total === null ? "" : `/${progress.total}`;
    stream.write(`${progress.phase}: ${progress.done}${of} ${progress.unit}\n`);
  };
  return { onProgress, stop: () => undefined };
}
