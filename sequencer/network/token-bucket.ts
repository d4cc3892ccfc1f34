/** A budget that refills with time. */
import type { Clock } from "../node/settings.ts";

export class TokenBucket {
  private readonly capacity: number;
  private readonly perSecond: number;
  private readonly clock: Clock;
  private tokens: number;
  private atMs: number;

  constructor(capacity: number, perSecond: number, clock: Clock) {
    this.capacity = capacity;
    this.perSecond = perSecond;
    this.clock = clock;
    this.tokens = capacity;
    this.atMs = clock.nowMs();
  }

  /** Takes all or nothing. */
  take(amount: number): boolean {
    const nowMs = this.clock.nowMs();
    // A clock that was set back refills nothing.
    const elapsedMs = Math.max(0, nowMs - this.atMs);
    this.tokens = Math.min(this.capacity, this.tokens + (elapsedMs / 1000) * this.perSecond);
    this.atMs = nowMs;
    if (amount > this.tokens) return false;
    this.tokens -= amount;
    return true;
  }
}
