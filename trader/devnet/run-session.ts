/** What `npm start` and `npm run replay` have in common: a display, Ctrl-C, and how errors are told. */

import { CommanderError } from "commander";
import { allowUnreadOutput } from "../../sequencer/programs/unread-output.ts";
import type { DevnetError } from "./devnet-error.ts";
import { createDisplay, type DisplayMode } from "./display.ts";
import type { Report } from "./progress.ts";

export interface SessionSurroundings {
  readonly report: Report;
  /** Fires at the first Ctrl-C; a second one ends the process at once. */
  readonly signal: AbortSignal;
}

const SAME_SIGNAL_MS = 1_000;

/**
 * Parses, runs to the end, and returns the exit status: 0 done, 1 broke, 2 wrong options. `endsWhenAsked`: nothing in
 * particular was to be reached, so that work which Ctrl-C interrupts is done.
 */
export async function runSession<O extends { readonly display: DisplayMode }>(
  parse: () => O,
  work: (options: O, surroundings: SessionSurroundings) => Promise<void>,
  endsWhenAsked: (options: O) => boolean = () => false,
): Promise<number> {
  let options: O;
  try {
    options = parse();
  } catch (error) {
    return tell(error, process.argv.includes("--json") ? "json" : "text");
  }
  const display = createDisplay(options.display, { out: process.stdout, error: process.stderr });
  const stop = new AbortController();
  let firstAt = 0;
  const onSignal = (): void => {
    // npm passes on what the terminal has sent already: one Ctrl-C arrives twice.
    if (stop.signal.aborted && performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1);
    if (!stop.signal.aborted) firstAt = performance.now();
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  // That is a Ctrl-C, too, or the children would stay.
  allowUnreadOutput(() => stop.abort());
  try {
    await work(options, { report: display.report, signal: stop.signal });
    return 0;
  } catch (error) {
    const { code, message } = error as Partial<DevnetError>;
    if (code === "INTERRUPTED" && stop.signal.aborted && endsWhenAsked(options)) {
      display.report({ event: "note", text: String(message) });
      return 0;
    }
    display.stop();
    return tell(error, options.display);
  } finally {
    display.stop();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function tell(error: unknown, mode: DisplayMode): number {
  // The parser has said all that is to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { code = "UNEXPECTED", message, whatToDo } = error as Partial<DevnetError> & Error;
  if (mode === "json")
    process.stdout.write(`${JSON.stringify({ event: "failed", code, message, whatToDo })}\n`);
  else process.stderr.write(`${code}: ${message}\n${whatToDo === undefined ? "" : `${whatToDo}\n`}`);
  if (code === "UNEXPECTED") process.stderr.write(`${(error as Error).stack}\n`);
  return code === "BAD_OPTION" ? 2 : 1;
}
