/**
 * Hands out snapshots to those who are far behind. A few are open at a time, each a view of the database; who asks for
 * more than there is room for asks somebody else, or later. Answering never waits for execution, nor execution for it.
 */
import type { Peer } from "../consensus/messages.ts";
import { encodeHead, groupBytes } from "../network/wire/snapshot.ts";
import {
  GROUPS_BYTES,
  IDLE_MS,
  MAX_ANSWERED_GROUPS,
  MAX_ANSWERS,
  MAX_HEAD_BYTES,
  MAX_OPEN,
} from "./limits.ts";
import { type Moment, Snapshot } from "./make-snapshot.ts";
import type { AccountGroup, SnapshotAnswer, SnapshotQuestion } from "./snapshot.ts";

export interface SnapshotServerOptions {
  readonly send: (to: Peer, answer: SnapshotAnswer) => void;
  /** The newest batch here. */
  readonly latestBatch: () => number;
  /** Takes a moment as soon as no block is half done. */
  readonly moment: () => Promise<Moment>;
  readonly nowMs: () => number;
  /** The database does not answer. */
  readonly onFault: (error: unknown) => void;
}

interface Open {
  /** Null when this node has no such snapshot. */
  readonly snapshot: Promise<Snapshot | null>;
  askedMs: number;
  /** Answers being read from it. */
  readers: number;
}

export class SnapshotServer {
  private readonly options: SnapshotServerOptions;
  private readonly open = new Map<number, Open>();
  private readonly running = new Set<Promise<void>>();
  private isClosed = false;

  constructor(options: SnapshotServerOptions) {
    this.options = options;
  }

  ask(from: Peer, question: SnapshotQuestion): void {
    if (this.isClosed || this.running.size >= MAX_ANSWERS) return;
    const work = this.answerTo(question)
      .then((answer) => {
        if (answer !== null && !this.isClosed) this.options.send(from, answer);
      }, this.options.onFault)
      .finally(() => this.running.delete(work));
    this.running.add(work);
  }

  /** Resolves when all that was asked until now is answered or dropped. */
  async idle(): Promise<void> {
    await Promise.all(this.running);
  }

  /** Resolves when nothing reads the database any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.idle();
    await Promise.all([...this.open.keys()].map((batch) => this.giveUp(batch)));
  }

  /** Null for a question that finds no room. */
  private async answerTo(question: SnapshotQuestion): Promise<SnapshotAnswer | null> {
    const { batch } = question;
    if (batch > this.options.latestBatch()) return { kind: "noSnapshot", batch };
    const open = this.open.get(batch) ?? (await this.begin(batch));
    if (open === null) return null;
    open.askedMs = this.options.nowMs();
    open.readers += 1;
    try {
      const snapshot = await open.snapshot;
      if (snapshot !== null) return await answerFrom(snapshot, question);
    } finally {
      open.readers -= 1;
    }
    // Later there may be one: what follows the batch may not be final yet.
    this.open.delete(batch);
    return { kind: "noSnapshot", batch };
  }

  private async begin(batch: number): Promise<Open | null> {
    if (!(await this.makeRoom())) return null;
    // Somebody else may have asked meanwhile.
    const begun = this.open.get(batch);
    if (begun !== undefined) return begun;
    const open: Open = { snapshot: this.make(batch), askedMs: this.options.nowMs(), readers: 0 };
    this.open.set(batch, open);
    return open;
  }

  private async make(batch: number): Promise<Snapshot | null> {
    const moment = await this.options.moment();
    const snapshot = await Snapshot.make(moment, batch);
    if (snapshot === null) await moment.view.close();
    else if (encodeHead(snapshot.head).length > MAX_HEAD_BYTES) {
      await snapshot.close();
      return null;
    }
    return snapshot;
  }

  private async makeRoom(): Promise<boolean> {
    if (this.open.size < MAX_OPEN) return true;
    const nowMs = this.options.nowMs();
    const idle = [...this.open].find(
      ([, { askedMs, readers }]) => readers === 0 && nowMs - askedMs >= IDLE_MS,
    );
    if (idle !== undefined) await this.giveUp(idle[0]);
    return this.open.size < MAX_OPEN;
  }

  private async giveUp(batch: number): Promise<void> {
    const open = this.open.get(batch);
    this.open.delete(batch);
    await (await open?.snapshot)?.close();
  }
}

async function answerFrom(snapshot: Snapshot, question: SnapshotQuestion): Promise<SnapshotAnswer> {
  const { head } = snapshot;
  const { batch } = head;
  if (question.kind === "headWanted") return { kind: "head", head };
  const { from } = question;
  if (from >= head.groups.length) return { kind: "noSnapshot", batch };
  return { kind: "groups", batch, from, groups: await groupsFrom(snapshot, from) };
}

async function groupsFrom(snapshot: Snapshot, from: number): Promise<AccountGroup[]> {
  const groups: AccountGroup[] = [];
  const end = Math.min(snapshot.head.groups.length, from + MAX_ANSWERED_GROUPS);
  for (let bytes = 0, number = from; number < end && bytes < GROUPS_BYTES; number++) {
    const group = await snapshot.group(number);
    bytes += groupBytes(group);
    groups.push(group);
  }
  return groups;
}
