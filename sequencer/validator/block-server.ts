/** Hands final blocks from the database to those who are behind. */
import type { Hash, Message, Peer } from "../consensus/messages.ts";
import type { FinalChain } from "./final-chain.ts";

/**
 * Answers in the making: each may be some MiB. Whoever finds none free asks again, or asks somebody else; and who asks
 * all the time takes the room of readers, never that of votes.
 */
const MAX_ANSWERS = 4;

export interface BlockServerOptions {
  readonly chain: FinalChain;
  readonly send: (to: Peer, message: Message) => void;
  /** The database does not answer. */
  readonly onFault: (error: unknown) => void;
}

export class BlockServer {
  private readonly options: BlockServerOptions;
  private readonly running = new Set<Promise<void>>();
  private isClosed = false;
  /** Questions that found no room. */
  shed = 0;

  constructor(options: BlockServerOptions) {
    this.options = options;
  }

  /** A stretch of the chain from a height on, if there is one. */
  chainFrom(to: Peer, fromHeight: number): void {
    this.answer(to, async () => {
      const stretch = await this.options.chain.stretch(fromHeight);
      return stretch === null ? null : { kind: "chain", ...stretch };
    });
  }

  /** Those of these blocks that are final. */
  blocks(to: Peer, hashes: readonly Hash[]): void {
    this.answer(to, async () => ({ kind: "blocks", blocks: await this.options.chain.blocks(hashes) }));
  }

  /** Resolves when nothing reads the database any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.running);
  }

  private answer(to: Peer, read: () => Promise<Message | null>): void {
    if (this.isClosed) return;
    if (this.running.size >= MAX_ANSWERS) {
      this.shed += 1;
      return;
    }
    const work = read()
      .then((message) => {
        if (message !== null && !this.isClosed) this.options.send(to, message);
      }, this.options.onFault)
      .finally(() => this.running.delete(work));
    this.running.add(work);
  }
}
