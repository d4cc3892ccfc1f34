/** What `npm start` and `npm run replay` have in common: a display, Ctrl-C, and how errors are told. */

import type { DevnetError } from "./devnet-error.ts";
import { createDisplay, type DisplayMode } from "./display.ts";
import type { Report } from "./progress.ts";

export interface SessionSurroundings {
  readonly report: Report;
  /** Fires at the first Ctrl-C; a second one ends the process at once. */
  readonly signal: AbortSignal;
}

/** Runs to the end and returns the exit status: 0 done, 1 broke, 2 wrong options. */
export async function runSession(
  mode: DisplayMode,
  work: (surroundings: SessionSurroundings) => Promise<void>,
): Promise<number> {
  const display = createDisplay(mode, { out: process.stdout, error: process.stderr });
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    await work({ report: display.report, signal: stop.signal });
    return 0;
  } catch (error) {
    display.stop();
    return tell(error, mode);
  } finally {
    display.stop();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function tell(error: unknown, mode: DisplayMode): number {
  const { code = "UNEXPECTED", message, whatToDo } = error as Partial<DevnetError> & Error;
  if (mode === "json")
    process.stdout.write(`${JSON.stringify({ event: "failed", code, message, whatToDo })}\n`);
  else process.stderr.write(`${code}: ${message}\n${whatToDo === undefined ? "" : `${whatToDo}\n`}`);
  if (code === "UNEXPECTED") process.stderr.write(`${(error as Error).stack}\n`);
  return code === "BAD_OPTION" ? 2 : 1;
}
