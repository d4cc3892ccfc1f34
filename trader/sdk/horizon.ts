/**
 * The place of the log that later reads demand, so that no node shows what is older than what was seen at another one.
 *
 * Each answer names a place, and nothing but the node's word stands behind it. A place that more than a third of the nodes
 * have named is *backed*: one of them is honest, so the others get there. A place that fewer have named is demanded as
 * well - it is almost always true - but not for ever: when nodes enough to outvote the rest have said `behind` to it half
 * a minute after the first one did, it is given up, and whoever named it counts no more until others have reached it too.
 */

/** A set that goes on executes what is final within a second; a leader that is down costs some, a restart a few. */
const DOUBT_MS = 30_000;

/** A place that was demanded and that somebody had not reached. */
interface Doubt {
  readonly place: number;
  readonly sinceMs: number;
  /** Who had still not reached it when the doubt was old. */
  readonly late: Set<string>;
}

/**
 * Shared by clients that must not go back in time from one to the next.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { Horizon } from "./horizon.ts";
 *
 * const horizon = new Horizon();
 * horizon.know(["http://a", "http://b"]);
 * horizon.reached("http://a", 7);
 * horizon.reached("http://b", 5);
 * equal(horizon.sequence, 7);
 */
export class Horizon {
  private readonly now: () => number;
  /** By node: the highest place that it named. As many as there are nodes. */
  private readonly named = new Map<string, number>();
  /** Who named a place that was given up, and which. */
  private readonly doubted = new Map<string, number>();
  private doubt: Doubt | null = null;

  /** `now` in milliseconds, of a clock that only goes forward. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** Nodes that may be asked. */
  know(urls: readonly string[]): void {
    for (const url of urls) this.named.set(url, this.named.get(url) ?? 0);
  }

  /** What the next read demands. */
  get sequence(): number {
    const trusted = [...this.named].filter(([url]) => !this.doubted.has(url)).map(([, place]) => place);
    return Math.max(this.backed, ...trusted);
  }

  /** A node of `know` answered, and named this place. */
  reached(url: string, place: number): void {
    this.named.set(url, Math.max(this.named.get(url) ?? 0, place));
    const { backed } = this;
    for (const [liar, given] of this.doubted) if (given <= backed) this.doubted.delete(liar);
    if (this.doubt !== null && this.doubt.place <= backed) this.doubt = null;
  }

  /** A node is not as far as was demanded of it. True if less is demanded from now on. */
  isBehind(url: string, place: number): boolean {
    const { sequence, now } = this;
    if (place >= sequence || sequence <= this.backed) return false;
    this.doubt ??= { place: sequence, sinceMs: now(), late: new Set() };
    const { sinceMs, late } = this.doubt;
    if (place >= this.doubt.place || now() - sinceMs < DOUBT_MS) return false;
    late.add(url);
    if (late.size < this.outvoting) return false;
    this.giveUp(this.doubt.place);
    return true;
  }

  private giveUp(place: number): void {
    for (const [url, named] of this.named) if (named >= place) this.doubted.set(url, named);
    this.doubt = null;
  }

  /** How many of the nodes may lie. */
  private get faulty(): number {
    return Math.floor((this.named.size - 1) / 3);
  }

  /** All but those who may lie; of less than four, all but one. */
  private get outvoting(): number {
    return Math.max(1, this.named.size - Math.max(1, this.faulty));
  }

  /** The highest place that more nodes have named than may lie; two of two or three. */
  private get backed(): number {
    const needed = Math.min(this.named.size, Math.max(2, this.faulty + 1));
    const places = [...this.named.values()].sort((a, b) => b - a);
    return places[needed - 1] ?? 0;
  }
}
