/** The bench's node as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programArguments } from "../../../sequencer/programs/arguments.ts";

export class MeasuredNode {
  readonly port: number;
  private readonly child: ChildProcess;
  private readonly folder: string;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.child = child;
    this.folder = folder;
    this.port = port;
  }

  /** With an empty database and circuits of so many steps. */
  static async start(tiers: readonly number[]): Promise<MeasuredNode> {
    const folder = await mkdtemp(join(tmpdir(), "proofbook-bench-"));
    const child = spawn(
      process.execPath,
      [...programArguments("test/bench/node/server.ts"), join(folder, "data"), tiers.join()],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    const ended = once(child, "exit").then(() => Promise.reject(new Error("the node did not start")));
    const [port] = (await Promise.race([once(child, "message"), ended])) as [number];
    ended.catch(() => undefined);
    return new MeasuredNode(child, folder, port);
  }

  /** Microseconds of all cores that the process has used so far. */
  async cpuUs(): Promise<number> {
    const answer = once(this.child, "message");
    this.child.send("cpu");
    const [us] = (await answer) as [number];
    return us;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
