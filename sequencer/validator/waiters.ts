/** Who waits for a request to be executed, by its command word. Several may wait for the same one. */
import type { Refusal } from "../node/refusal.ts";
import type { Receipt } from "../node/view.ts";

interface Waiter {
  readonly done: (answer: Receipt | Refusal) => void;
  readonly failed: (error: Error) => void;
}

/** Waiting at a time, far above what the mempool holds; the API's own limits are below it. */
const MAX_WAITERS = 65_536;

export class Waiters {
  private readonly byCommand = new Map<bigint, Waiter[]>();
  private count = 0;
  /** Nothing is answered any more, and why. */
  private ended: Error | null = null;

  get hasRoom(): boolean {
    return this.count < MAX_WAITERS;
  }

  wait(command: bigint): Promise<Receipt | Refusal> {
    if (this.ended !== null) return Promise.reject(this.ended);
    return new Promise((done, failed) => {
      const waiters = this.byCommand.get(command) ?? [];
      waiters.push({ done, failed });
      this.byCommand.set(command, waiters);
      this.count += 1;
    });
  }

  answer(command: bigint, answer: Receipt | Refusal): void {
    for (const { done } of this.take(command)) done(answer);
  }

  fail(command: bigint, error: Error): void {
    for (const { failed } of this.take(command)) failed(error);
  }

  /** For good: who comes later fails as well. */
  failAll(error: Error): void {
    this.ended ??= error;
    for (const command of [...this.byCommand.keys()]) this.fail(command, error);
  }

  private take(command: bigint): readonly Waiter[] {
    const waiters = this.byCommand.get(command) ?? [];
    this.byCommand.delete(command);
    this.count -= waiters.length;
    return waiters;
  }
}
