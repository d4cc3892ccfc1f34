/** A node's disk: a log whose end can be lost in a crash, and a database of final blocks. */
import type { Block, Certificate, Hash, Header } from "../../sequencer/consensus/messages.ts";
import type { LogRecord } from "../../sequencer/consensus/ports.ts";
import type { Random } from "../generate/random.ts";
import { hashHeader, stateRootAfter } from "./keys.ts";

export interface FinalBlock {
  readonly hash: Hash;
  readonly block: Block;
  readonly finalView: number;
  readonly finalization: Certificate | null;
  readonly stateRoot: Hash;
  readonly writtenAtMs: number;
}

export const GENESIS: Hash = "0x00000000000000aa";
export const GENESIS_ROOT: Hash = "0x00000000000000bb";

/** A database takes so long to write for good. */
const WRITE_MS = 3;
const isLoose = ({ writtenAtMs }: FinalBlock, nowMs: number): boolean => writtenAtMs > nowMs - WRITE_MS;

export class Disk {
  /** Null once it was lost. */
  log: LogRecord[] | null;
  /** From height 1 on. */
  readonly chain: FinalBlock[] = [];
  /** The epoch that took over, written before anything was signed there; -1 for none. */
  tookOver = -1;
  /** Written, but not synced. */
  private loose: LogRecord[] = [];

  constructor(log: readonly LogRecord[] | null) {
    this.log = log === null ? null : [...log];
  }

  write(records: readonly LogRecord[]): void {
    this.loose.push(...records);
  }

  sync(count: number): readonly LogRecord[] {
    const synced = this.loose.splice(0, count);
    this.log ??= [];
    this.log.push(...synced);
    return synced;
  }

  /** A new log in the place of the old one, at once or not at all. */
  compact(records: readonly LogRecord[]): void {
    this.log = [...records];
    this.loose = [];
  }

  /** What was not synced is there up to some record; the next one is torn, which its checksum tells; then nothing. */
  tear(random: Random, nowMs: number): void {
    if (this.log !== null || this.loose.length > 0) this.sync(random.between(0, this.loose.length));
    this.loose = [];
    while (this.chain.length > 0 && isLoose(this.chain.at(-1)!, nowMs)) this.chain.pop();
  }

  /** Final blocks that a crash may still take from the database: until it cannot, they stay in the log as well. */
  looseBlocks(nowMs: number): readonly LogRecord[] {
    return this.chain.filter((final) => isLoose(final, nowMs)).map(({ block }) => ({ kind: "block", block }));
  }

  loseLog(): void {
    this.log = null;
    this.loose = [];
  }

  get height(): number {
    return this.chain.length;
  }

  get header(): Header | null {
    return this.chain.at(-1)?.block.header ?? null;
  }

  get hash(): Hash {
    return this.chain.at(-1)?.hash ?? GENESIS;
  }

  stateRoot(height: number): Hash {
    return height === 0 ? GENESIS_ROOT : this.chain[height - 1]!.stateRoot;
  }

  append(final: Omit<FinalBlock, "stateRoot">): Hash {
    const { height, parent } = final.block.header;
    if (height !== this.height + 1 || parent !== this.hash || final.hash !== hashHeader(final.block.header))
      throw new Error(`block ${height} does not follow ${this.height}`);
    const stateRoot = stateRootAfter(this.stateRoot(height - 1), final.hash);
    this.chain.push({ ...final, stateRoot });
    return stateRoot;
  }

  /**
   * Final blocks from a height on, ending at one with its own finalization: of one epoch, but for those that are final only by
   * one of an epoch that took over.
   */
  stretch(fromHeight: number, most: number): FinalBlock[] {
    const blocks: FinalBlock[] = [];
    let certified = 0;
    for (let at = fromHeight; at <= this.height; at++) {
      const final = this.chain[at - 1]!;
      const isOfAnother = final.block.header.epoch !== this.chain[fromHeight - 1]!.block.header.epoch;
      if (isOfAnother && certified > 0) break;
      if (blocks.length >= most && certified > 0) break;
      blocks.push(final);
      if (final.finalization !== null) certified = blocks.length;
    }
    return blocks.slice(0, certified);
  }
}
