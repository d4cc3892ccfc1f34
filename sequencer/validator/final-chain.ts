/** The final blocks on disk: what a validator starts from, and what it hands to those who are behind. */
import { MAX_CHAIN_BLOCKS, ROOTS_KEPT } from "../consensus/limits.ts";
import type { Block, Certificate, Hash } from "../consensus/messages.ts";
import type { Floor } from "../consensus/state.ts";
import { MAX_CHAIN_BLOCKS_READ } from "../network/limits.ts";
import type { BlockEnd } from "../node/block-runner.ts";
import { type ChainPoint, pointAfter } from "../ordering/payload.ts";
import type { Database } from "../store/database.ts";
import { type Operation, put } from "../store/space.ts";
import { openPayload } from "./payloads.ts";
import { EMPTY_DIGEST } from "./state-digest.ts";
import { type FinalBlock, validatorTables } from "./tables.ts";

/** The parent of the first block, and the seed before it: bound to what the exchange begins with. */
export const genesisHash = (genesisRoot: bigint): Hash => `0x${genesisRoot.toString(16).padStart(64, "0")}`;

/** Bytes of payloads in one stretch: it has to fit a message. */
const MAX_STRETCH_BYTES = 2 ** 20;

/** Where the last life ended. */
export interface ChainEnd {
  readonly floor: Floor;
  readonly finalView: number;
  readonly finalization: Certificate | null;
  /** State digests by height, the newest ones. */
  readonly digests: ReadonlyMap<number, Hash>;
  readonly stateDigest: Hash;
  /** What the next payload builds on. */
  readonly point: ChainPoint;
}

export interface Stretch {
  readonly blocks: readonly Block[];
  readonly finalization: Certificate;
}

export class FinalChain {
  private readonly database: Database;
  private readonly genesis: Hash;

  constructor(database: Database, genesis: Hash) {
    this.database = database;
    this.genesis = genesis;
  }

  /** `height` is that of the state beside it: both were written together. */
  async end(height: number): Promise<ChainEnd> {
    const from = Math.max(1, height - ROOTS_KEPT + 1);
    const rows = await this.database.list(validatorTables.finalBlock, [], { from, limit: ROOTS_KEPT });
    const digests = new Map(rows.map(({ value }) => [value.block.header.height, value.stateDigest]));
    if (from === 1) digests.set(0, EMPTY_DIGEST);
    if (height === 0) {
      const floor = { hash: this.genesis, height: 0, header: null };
      const point = { seed: this.genesis, l1Next: 0 };
      return { floor, finalView: 0, finalization: null, digests, stateDigest: EMPTY_DIGEST, point };
    }
    const last = await this.database.demand(validatorTables.finalBlock, height);
    const { hash, block, finalView, finalization, stateDigest } = last;
    const floor = { hash, height, header: block.header };
    const point = pointAfter(openPayload(block.payload));
    return { floor, finalView, finalization, digests, stateDigest, point };
  }

  operations(final: FinalBlock, end: BlockEnd): Operation[] {
    const { height } = final.block.header;
    return [
      put(validatorTables.finalBlock, [height], final),
      put(validatorTables.finalHeight, [final.hash], height),
      put(validatorTables.blockEnd, [height], end),
      ...end.borders.map(({ batch }) => put(validatorTables.borderHeight, [batch], height)),
    ];
  }

  /** Blocks from a height on up to one with a finalization of its own; null if there are none. */
  async stretch(fromHeight: number): Promise<Stretch | null> {
    const blocks: Block[] = [];
    let found: Stretch | null = null;
    let bytes = 0;
    for (let from = fromHeight; blocks.length < MAX_CHAIN_BLOCKS_READ; from += MAX_CHAIN_BLOCKS) {
      const rows = await this.database.list(validatorTables.finalBlock, [], {
        from,
        limit: MAX_CHAIN_BLOCKS,
      });
      // A node that joined by a snapshot has no blocks from before.
      if (rows.length > 0 && rows[0]!.value.block.header.height !== from) return found;
      for (const { value } of rows) {
        // A block that is final only by one of an epoch that took over goes with that.
        if (found !== null && value.block.header.epoch !== blocks[0]!.header.epoch) return found;
        blocks.push(value.block);
        bytes += value.block.payload.length;
        if (found !== null && (blocks.length > MAX_CHAIN_BLOCKS || bytes > MAX_STRETCH_BYTES)) return found;
        const { finalization } = value;
        if (finalization !== null) found = { blocks: [...blocks], finalization };
      }
      if (rows.length < MAX_CHAIN_BLOCKS || found !== null) return found;
    }
    return found;
  }

  async blocks(hashes: readonly Hash[]): Promise<Block[]> {
    const found: Block[] = [];
    for (const hash of hashes) {
      const height = await this.database.get(validatorTables.finalHeight, hash);
      if (height === undefined) continue;
      found.push((await this.database.demand(validatorTables.finalBlock, height)).block);
    }
    return found;
  }
}
