/** Prices for the sequencer's oracle: the middle of the replayed book, in a file that it reads at every tick. */
import { renameSync, writeFileSync } from "node:fs";
import type { Levels } from "./level-reading.ts";

/** Between best bid and best ask, in ticks; undefined while a side is empty. */
export function midOf({ buy, sell }: Levels): number | undefined {
  if (buy.size === 0 || sell.size === 0) return undefined;
  const bid = [...buy.keys()].reduce((a, b) => Math.max(a, b));
  const ask = [...sell.keys()].reduce((a, b) => Math.min(a, b));
  return Math.floor((bid + ask) / 2);
}

export class OracleFile {
  readonly path: string;
  private last = "";

  constructor(path: string) {
    this.path = path;
  }

  /** Replaces the file, so that no reader sees half of it. */
  write(prices: readonly (number | null)[]): void {
    const text = JSON.stringify(prices);
    if (text === this.last) return;
    writeFileSync(`${this.path}.new`, text);
    renameSync(`${this.path}.new`, this.path);
    this.last = text;
  }
}
