/** A clock that stands still until it is moved. */
import type { Clock } from "../../sequencer/node/settings.ts";

export class ManualClock implements Clock {
  private now = 1_000_000;
  private timers: { readonly atMs: number; readonly call: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { atMs: this.now + ms, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Calls what falls due, also what that sets up. */
  advance(ms: number): void {
    const untilMs = this.now + ms;
    for (;;) {
      const due = this.timers.filter(({ atMs }) => atMs <= untilMs);
      const next = due.sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.now = Math.max(this.now, next.atMs);
      next.call();
    }
    this.now = untilMs;
  }
}
