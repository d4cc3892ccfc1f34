/**
 * A set of validators as processes on loopback, seen from the one that measures: libp2p, LevelDB with a sync for each
 * vote, threads, API, circuits of full size; no chain. All of them, and the load, share this machine. Whatever
 * happens, none of them outlives the measurement.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Lane } from "../node/flow.ts";
import { sendLanes } from "../node/load.ts";
import type { Seen } from "./answer-parent.ts";
import { planSet, type SetPlan } from "./plan.ts";

const POLL_MS = 50;
/** A member that does not come up, or a set that does not find together, ends the measurement. */
const LIMIT_MS = 60_000;

class Member {
  private readonly child: ChildProcess;

  constructor(script: URL, plan: SetPlan) {
    this.child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(script), JSON.stringify(plan)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
  }

  async ask(): Promise<Seen> {
    if (!this.child.connected) throw new Error(`a member of the set ended with ${this.child.exitCode}`);
    this.child.send("seen");
    return (await this.hear()) as Seen;
  }

  async hear(): Promise<unknown> {
    const over = new AbortController();
    const ended = once(this.child, "exit", { signal: over.signal }).then(([status]) => {
      throw new Error(`a member of the set ended with ${status}`);
    });
    const late = sleep(LIMIT_MS, undefined, { signal: over.signal }).then(() => {
      throw new Error("a member of the set says nothing");
    });
    const heard = once(this.child, "message", { signal: over.signal }).then(
      ([message]) => message as unknown,
    );
    try {
      return await Promise.race([heard, ended, late]);
    } finally {
      over.abort();
      for (const other of [heard, ended, late]) other.catch(() => undefined);
    }
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}

export class MeasuredSet {
  readonly plan: SetPlan;
  private readonly script: URL;
  private readonly members: Member[];

  /** Starts so many processes of that script and waits until each of them can send to all others. */
  static async start(script: URL, size: number, accounts: number): Promise<MeasuredSet> {
    const folder = await mkdtemp(join(tmpdir(), "proofbook-bench-"));
    const set = new MeasuredSet(script, await planSet(folder, size, accounts));
    try {
      await Promise.all(set.members.map((member) => member.hear()));
      await set.until(({ peers }) => peers === size - 1);
      return set;
    } catch (error) {
      await set.close();
      throw error;
    }
  }

  private constructor(script: URL, plan: SetPlan) {
    this.script = script;
    this.plan = plan;
    this.members = plan.meshPorts.map((_, index) => new Member(script, { ...plan, index }));
  }

  /** What each has seen since the last time. */
  seen(): Promise<Seen[]> {
    return Promise.all(this.members.map((member) => member.ask()));
  }

  async until(holds: (seen: Seen) => boolean): Promise<void> {
    for (const endMs = performance.now() + LIMIT_MS; ; await sleep(POLL_MS)) {
      if ((await this.seen()).every(holds)) return;
      if (performance.now() > endMs) throw new Error("the set does not come that far");
    }
  }

  /** With SIGKILL. */
  kill(index: number): Promise<void> {
    return this.members[index]!.kill();
  }

  /** Again, from what it left on disk; resolves when it listens. */
  async restart(index: number): Promise<void> {
    const member = new Member(this.script, { ...this.plan, index, isBorn: false });
    this.members[index] = member;
    await member.hear();
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    await rm(this.plan.folder, { recursive: true, force: true });
  }
}

const VALIDATOR = new URL("member.ts", import.meta.url);

/** A set that has registered so many accounts; it is gone afterwards. */
export async function withSet(
  size: number,
  accounts: number,
  measure: (set: MeasuredSet) => Promise<void>,
): Promise<void> {
  const set = await MeasuredSet.start(VALIDATOR, size, accounts);
  try {
    await set.until(({ ordered }) => ordered >= accounts);
    await measure(set);
  } finally {
    await set.close();
  }
}

/** The next requests of each lane. */
export const takeFrom = (lanes: readonly Lane[], count: number): Lane[] =>
  lanes.map((lane) => lane.splice(0, count));

/** Every lane to one member, the members in turn; milliseconds of each receipt. */
export async function sendAll({ plan }: MeasuredSet, lanes: readonly Lane[]): Promise<number[]> {
  const { apiPorts } = plan;
  const shares = apiPorts.map((port, member) =>
    sendLanes(
      port,
      lanes.filter((_, i) => i % apiPorts.length === member),
    ),
  );
  return (await Promise.all(shares)).flat();
}
