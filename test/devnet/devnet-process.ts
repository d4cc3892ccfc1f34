/** `npm start` as a process, at small dimensions, read by its JSON lines. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { programArguments } from "../../sequencer/programs/arguments.ts";

const MAIN = programArguments("trader/devnet/main.ts");

/**
 * Two accounts that trade; the third order takes, so that the first fills come with the third batch, which is cut before
 * a proof has to be waited for. A circuit of four steps fits the domain of 2^16 only at these dimensions, and each proof of
 * a larger one costs half as much again.
 */
const SMALL = [
  "--account-depth",
  "2",
  "--order-depth",
  "1",
  "--markets",
  "1",
  "--tiers",
  "4",
  "--traders",
  "2",
  "--seed",
  "8",
];
/** The last of the traders: its orders take, and none of them stays in a slot. */
export const TAKER = 1;
/** Anything that a test waits for comes sooner, also while everything else is tested on the same machine. */
const WAIT_MS = 6 * 60_000;
const LOCAL = ["--port", "0", "--rpc-port", "0", "--json", "--time-limit", "600"];

export interface DevnetEventLine {
  readonly event: string;
  readonly [fact: string]: unknown;
}

export class DevnetProcess {
  readonly events: DevnetEventLine[] = [];
  readonly ended: Promise<number | null>;
  /** No event comes any more. */
  isOver = false;
  private readonly child: ChildProcess;
  private readonly data: string;
  private waiting: (() => void)[] = [];
  private complaints = "";

  constructor(data: string, ...more: string[]) {
    this.data = data;
    const args = [...MAIN, "--data", data, ...SMALL, ...LOCAL, ...more];
    this.child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      this.events.push(JSON.parse(line) as DevnetEventLine);
      this.wake();
    });
    this.child.stderr!.on("data", (chunk: Buffer) => {
      this.complaints += chunk.toString();
    });
    this.ended = new Promise((resolve) =>
      this.child.once("close", (status) => {
        this.isOver = true;
        this.wake();
        resolve(status);
      }),
    );
  }

  /** The first event that is wanted, from `from` on; throws when the process ends without it, or it does not come. */
  async until(wanted: (event: DevnetEventLine) => boolean, from = 0): Promise<DevnetEventLine> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.wake();
    }, WAIT_MS);
    try {
      for (let at = from; ; ) {
        for (; at < this.events.length; at++) if (wanted(this.events[at]!)) return this.events[at]!;
        if (this.isOver) throw new Error(`ended early\n${this.tail()}`);
        if (isLate) throw new Error(`${WAIT_MS / 1000} s without ${wanted}\n${this.tail()}`);
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Kills a child without warning. */
  kill9(name: string): void {
    const children = JSON.parse(readFileSync(join(this.data, "children.json"), "utf8")) as {
      name: string;
      pid: number;
    }[];
    process.kill(children.find((child) => child.name === name)!.pid, "SIGKILL");
  }

  /** The same, if it runs at all at this moment. */
  kill9IfThere(name: string): void {
    try {
      this.kill9(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** Ctrl-C, or the devnet itself without warning. */
  signal(signal: "SIGINT" | "SIGKILL"): void {
    this.child.kill(signal);
  }

  tail(): string {
    return [...this.events.slice(-20).map((event) => JSON.stringify(event)), this.complaints].join("\n");
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
