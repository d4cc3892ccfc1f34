/** What it takes to run snarkjs inside a longer program: its logger and its threads. */
import type { Logger } from "snarkjs";
import type { OnProgress } from "../../circuits/compile/progress.ts";

/** A logger that turns "…: 3/10" into progress and keeps what snarkjs complains about. */
export class SnarkjsLog implements Logger {
  readonly complaints: string[] = [];
  readonly #phase: string;
  readonly #onProgress: OnProgress | undefined;

  constructor(phase: string, onProgress: OnProgress | undefined) {
    this.#phase = phase;
    this.#onProgress = onProgress;
  }

  debug(message: string): void {
    const match = /^(.*?):?\s+(\d+)\/(\d+)/.exec(message);
    if (match === null) return;
    this.#onProgress?.({
      phase: `${this.#phase}: ${match[1]}`,
      done: Number(match[2]),
      total: Number(match[3]),
      unit: "steps",
    });
  }

  info(_message: string): void {}

  warn(message: string): void {
    this.complaints.push(message);
  }

  error(message: string): void {
    this.complaints.push(message);
  }
}

/** Ends the threads that snarkjs starts on first use and that would keep the process from ending. */
export async function releaseSnarkjs(): Promise<void> {
  const holder = globalThis as { curve_bn128?: { terminate(): Promise<void> } | null };
  await holder.curve_bn128?.terminate();
}
