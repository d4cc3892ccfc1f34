/**
 * Which requests are in blocks that are not final yet. A leader that builds on such a block must not propose them
 * again, while on another branch they still wait.
 */
import type { Hash } from "../consensus/messages.ts";
import { commandOf } from "../ordering/block-order.ts";
import type { SignedRequest } from "../signature/request.ts";

/**
 * Blocks remembered. A branch of more than this many blocks without finality is beyond any use; then the oldest is
 * forgotten, and what it had may be proposed twice, which costs room and nothing else: its nonce is used by then.
 */
const MAX_BLOCKS_IN_FLIGHT = 1024;

interface BlockInFlight {
  readonly parent: Hash;
  readonly height: number;
  readonly commands: ReadonlySet<bigint>;
}

export class InFlight {
  private readonly blocks = new Map<Hash, BlockInFlight>();
  private readonly most: number;

  constructor(most = MAX_BLOCKS_IN_FLIGHT) {
    this.most = most;
  }

  /** A block that was proposed or found valid. */
  add(hash: Hash, parent: Hash, height: number, requests: readonly SignedRequest[]): void {
    this.blocks.set(hash, { parent, height, commands: new Set(requests.map(commandOf)) });
    if (this.blocks.size > this.most) this.blocks.delete(this.blocks.keys().next().value!);
  }

  /** A block of this height is final: what is as high or lower is decided. */
  final(height: number): void {
    for (const [hash, block] of this.blocks) if (block.height <= height) this.blocks.delete(hash);
  }

  /** Commands of a block and those before it that are not final. */
  upTo(hash: Hash): ReadonlySet<bigint> {
    const commands = new Set<bigint>();
    for (let at = this.blocks.get(hash); at !== undefined; at = this.blocks.get(at.parent))
      for (const command of at.commands) commands.add(command);
    return commands;
  }

  /** Commands of all blocks that may still become final. */
  all(): ReadonlySet<bigint> {
    const commands = new Set<bigint>();
    for (const block of this.blocks.values()) for (const command of block.commands) commands.add(command);
    return commands;
  }

  get size(): number {
    return this.blocks.size;
  }
}
