/**
 * Asks the other validators for a snapshot, one question at a time, and believes nothing: the head is checked against L1
 * and a quorum's signatures, each group of accounts against the head. Who answers wrongly is asked no more; who is slow
 * gives way to the next one, who goes on where the last one ended, because all have the same groups.
 */
import type { Peer } from "../consensus/messages.ts";
import type { Clock } from "../node/settings.ts";
import { checkHead, type HeadFault, type HeadRules, type Landing, type ProvenBatch } from "./check-head.ts";
import { isGroup } from "./groups.ts";
import { ANSWER_MS, GIVE_UP_MS, PAUSE_MS } from "./limits.ts";
import {
  type AccountGroup,
  isQuestion,
  type SnapshotAnswer,
  type SnapshotHead,
  type SnapshotMessage,
  type SnapshotQuestion,
} from "./snapshot.ts";

/** What was wrong with an answer. */
export type SnapshotFault = HeadFault | "wrongGroup" | "wrongAnswer";

export interface SnapshotClientOptions {
  readonly rules: HeadRules;
  /** Whom to ask, in the order in which they are tried. */
  readonly peers: readonly Peer[];
  readonly send: (to: Peer, question: SnapshotQuestion) => void;
  readonly clock: Clock;
  readonly onFault: (peer: Peer, fault: SnapshotFault) => void;
}

interface Waiting {
  readonly peer: Peer;
  readonly question: SnapshotQuestion;
  readonly done: (answer: SnapshotAnswer | null) => void;
}

export interface GoodHead {
  readonly head: SnapshotHead;
  readonly landing: Landing;
}

export class SnapshotClient {
  private readonly options: SnapshotClientOptions;
  private readonly peers: Peer[];
  private waiting: Waiting | null = null;

  constructor(options: SnapshotClientOptions) {
    this.options = options;
    this.peers = [...options.peers];
  }

  /** From the network. What nobody waits for is dropped. */
  take(from: Peer, message: SnapshotMessage): void {
    const { waiting } = this;
    if (waiting === null || waiting.peer !== from || isQuestion(message)) return;
    // What was asked before, and comes late, is no answer to this.
    if (!isAnswerTo(waiting.question, message)) return;
    this.waiting = null;
    waiting.done(message);
  }

  /** Null when nobody has one. */
  head(proven: ProvenBatch): Promise<GoodHead | null> {
    const { rules } = this.options;
    return this.ask({ kind: "headWanted", batch: proven.batch }, async (answer) => {
      if (answer.kind !== "head") return "wrongAnswer";
      const landing = await checkHead(answer.head, proven, rules);
      return typeof landing === "string" ? landing : { head: answer.head, landing };
    });
  }

  /** Some groups from a number on, one at least; null when nobody has them any more. */
  groups({ batch, groups, markets }: SnapshotHead, from: number): Promise<readonly AccountGroup[] | null> {
    const { dimensions, hash } = this.options.rules;
    return this.ask({ kind: "groupsWanted", batch, from }, async (answer) => {
      if (answer.kind !== "groups") return "wrongAnswer";
      const { length } = answer.groups;
      if (length === 0 || from + length > groups.length) return "wrongAnswer";
      const isGood = answer.groups.every((group, i) =>
        isGroup(group, from + i, groups[from + i]!, { dimensions, hash, markets }),
      );
      return isGood ? answer.groups : "wrongGroup";
    });
  }

  private async ask<T extends object>(
    question: SnapshotQuestion,
    open: (answer: SnapshotAnswer) => Promise<T | SnapshotFault>,
  ): Promise<T | null> {
    const { clock, onFault } = this.options;
    const giveUpAtMs = clock.nowMs() + GIVE_UP_MS;
    for (let failures = 1; this.peers.length > 0 && clock.nowMs() < giveUpAtMs; failures++) {
      const peer = this.peers[0]!;
      const answer = await this.put(peer, question);
      if (answer !== null && answer.kind !== "noSnapshot") {
        const found = await open(answer);
        if (typeof found !== "string") return found;
        this.peers.shift();
        onFault(peer, found);
        continue;
      }
      // The next one's turn, and a pause when all had theirs.
      this.peers.push(this.peers.shift()!);
      if (failures % this.peers.length === 0) await this.pause();
    }
    return null;
  }

  private put(peer: Peer, question: SnapshotQuestion): Promise<SnapshotAnswer | null> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(ANSWER_MS, () => {
        this.waiting = null;
        resolve(null);
      });
      const done = (answer: SnapshotAnswer | null): void => {
        cancel();
        resolve(answer);
      };
      this.waiting = { peer, question, done };
      this.options.send(peer, question);
    });
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.after(PAUSE_MS, resolve);
    });
  }
}

function isAnswerTo(question: SnapshotQuestion, answer: SnapshotAnswer): boolean {
  if (answer.kind === "noSnapshot") return answer.batch === question.batch;
  if (answer.kind === "head") return question.kind === "headWanted" && answer.head.batch === question.batch;
  return question.kind === "groupsWanted" && answer.batch === question.batch && answer.from === question.from;
}
