/** A hash over everything that happened, in its order: equal hashes, equal runs. */
import type { Message } from "../../sequencer/consensus/messages.ts";
import { Mixer } from "./keys.ts";

export class Audit {
  private readonly mixer = new Mixer(4);
  events = 0;

  note(what: string, nowMs: number, ...numbers: readonly number[]): void {
    this.events += 1;
    this.mixer.text(what).number(nowMs);
    for (const number of numbers) this.mixer.number(number);
  }

  heard(nowMs: number, from: number, to: number, message: Message): void {
    this.note(message.kind, nowMs, from, to);
    if (message.kind === "vote") this.mixer.text(message.vote.signature);
    if (message.kind === "proposal") this.mixer.text(message.proposal.vote.signature);
  }

  delivered(nowMs: number, node: number, height: number, hash: string): void {
    this.note("deliver", nowMs, node, height);
    this.mixer.text(hash);
  }

  digest(): string {
    return this.mixer.digest();
  }
}
