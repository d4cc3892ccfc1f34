/** Shows what a devnet does: a bar and lines on a terminal, plain lines elsewhere, or one JSON object a line. */
import { SingleBar } from "cli-progress";
import type { Progress } from "../../circuits/compile/progress.ts";
import type { DevnetEvent, Report } from "./progress.ts";

export type DisplayMode = "text" | "quiet" | "json";

export interface Display {
  readonly report: Report;
  /** Leaves the cursor on a fresh line. */
  stop(): void;
}

export interface Streams {
  readonly out: NodeJS.WritableStream;
  readonly error: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Elsewhere than on a terminal a long job says so often how far it is. */
const LINE_EVERY_MS = 10_000;

export function createDisplay(mode: DisplayMode, { out, error }: Streams): Display {
  if (mode === "json")
    return { report: (event) => void out.write(`${JSON.stringify(plain(event))}\n`), stop: () => undefined };
  const progress = error.isTTY === true ? barProgress(error) : lineProgress(error);
  const report: Report = (event) => {
    if (event.event === "progress") {
      if (mode === "text") progress.update(event);
      return;
    }
    const line = sentence(event);
    if (mode === "quiet" && !QUIET.has(event.event)) return;
    progress.stop();
    out.write(`${line}\n`);
  };
  return { report, stop: () => progress.stop() };
}

const QUIET: ReadonlySet<DevnetEvent["event"]> = new Set(["ready", "settled", "replayed"]);

/** A summary in words is for people. */
const plain = (event: DevnetEvent): object =>
  event.event === "replayed" ? { event: event.event, ...event.summary } : event;

const grouped = (value: number): string => value.toLocaleString("en-US");
const plural = (count: number, name: string): string => `${count} ${name}${count === 1 ? "" : "s"}`;
const batch = (number: number, state: string): string =>
  `batch ${String(number).padStart(4)}  ${state.padEnd(9)}`;

function sentence(event: Exclude<DevnetEvent, { event: "progress" }>): string {
  switch (event.event) {
    case "phase":
      return event.detail === undefined ? event.name : `${event.name}: ${event.detail}`;
    case "ready":
      return [
        "ready",
        `  API       ${event.api}  (${event.api}/openapi.json)`,
        ...event.apis.slice(1).map((url) => `            ${url}`),
        `  chain     ${event.rpc}`,
        `  contract  ${event.exchange}`,
      ].join("\n");
    case "cut": {
      const { words, steps, tier, fills, link } = event;
      const what = `${plural(words, "word")}, ${steps} of ${tier} steps, ${plural(fills, "fill")}`;
      return `${batch(event.batch, "cut")}  ${what}  ${link}`;
    }
    case "committed": {
      const perWord = event.words === 0 ? "" : `, ${grouped(Math.round(event.gas / event.words))} a word`;
      return `${batch(event.batch, "committed")}  ${grouped(event.gas)} gas${perWord}`;
    }
    case "proven":
      return `${batch(event.batch, "proven")}  ${event.seconds === null ? "earlier" : `in ${event.seconds.toFixed(1)} s`}`;
    case "settled":
      return `${batch(event.batch, "settled")}  ${grouped(event.gas)} gas, ${plural(event.fills, "fill")} final`;
    case "stopping":
      return `stopping ${event.name}`;
    case "note":
    case "replayed":
      return event.text;
  }
}

interface ProgressView {
  update(progress: Progress): void;
  stop(): void;
}

function barProgress(stream: NodeJS.WritableStream): ProgressView {
  let bar: SingleBar | undefined;
  let phase = "";
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const update = (progress: Progress) => {
    if (bar !== undefined && phase === progress.phase) {
      bar.update(progress.done);
      return;
    }
    stop();
    phase = progress.phase;
    const rest = progress.total === null ? "{value} {unit}" : "[{bar}] {percentage}% {value}/{total} {unit}";
    bar = new SingleBar({ stream, format: `  ${phase.padEnd(14)} ${rest}`, hideCursor: true });
    bar.start(progress.total ?? 0, progress.done, { unit: progress.unit });
  };
  return { update, stop };
}

function lineProgress(stream: NodeJS.WritableStream): ProgressView {
  let phase = "";
  let shownAt = 0;
  const update = (progress: Progress) => {
    const now = performance.now();
    const { done, total, unit } = progress;
    if (progress.phase === phase && done !== total && now - shownAt < LINE_EVERY_MS) return;
    phase = progress.phase;
    shownAt = now;
    stream.write(`  ${phase}: ${done}${total === null ? "" : `/${total}`} ${unit}\n`);
  };
  return { update, stop: () => undefined };
}
