/**
 * A client of the whole set that asks any node that is awake, and checks that nothing goes back in time: what a node has
 * acknowledged it has, and no later read from it is older than an earlier one. A node that was killed may have shown
 * what was not on its disk yet, so from a new life only what was acknowledged is demanded.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../../trader/sdk/client.ts";
import { getBook, getReceipt } from "../../trader/sdk/reads.ts";
import type { Receipt } from "../../trader/sdk/replies.ts";
import { TraderError } from "../../trader/sdk/trader-error.ts";
import type { Random } from "../generate/random.ts";
import type { NodeSet, SetNode } from "./node-set.ts";

/** What a client may run into while nodes die; anything else is a mistake. */
export const isLost = (error: unknown): boolean =>
  error instanceof TraderError &&
  (error.code === "TIMEOUT" || error.code === "UNREACHABLE" || error.code === "BUSY");

/** Before it is tried again when nobody is there. */
const ALONE_MS = 100;

export class SetReads implements Client {
  readonly url = "any node of the set";
  /** Sequence of every acknowledged request. */
  readonly acknowledged = new Map<string, number>();
  /** What went back in time. */
  readonly mistakes: string[] = [];
  private readonly set: NodeSet;
  private readonly random: Random;
  /** By node: the highest place in the log that it acknowledged. */
  private readonly told: number[];
  /** By node: the newest that was read from this life of it. */
  private readonly seen = new WeakMap<object, number>();

  constructor(set: NodeSet, random: Random) {
    this.set = set;
    this.random = random;
    this.told = set.nodes.map(() => 0);
  }

  async request<T>(call: Parameters<Client["request"]>[0]): Promise<T> {
    const node = await this.anyNode();
    const reply = await node.client.request<T>(call);
    if (call.path === "/v1/requests") await this.acknowledge(node, reply as Receipt);
    return reply;
  }

  /** A node lost its disk: what it acknowledged is with the others. */
  forget(index: number): void {
    this.told[index] = 0;
  }

  private async anyNode(): Promise<SetNode> {
    const { awake } = this.set;
    if (awake.length > 0) return this.random.pick(awake);
    await sleep(ALONE_MS);
    throw new TraderError("UNREACHABLE", { message: "no node is awake" });
  }

  private async acknowledge(node: SetNode, { id, sequence }: Receipt): Promise<void> {
    const before = this.acknowledged.get(id);
    if (before !== undefined && before !== sequence)
      this.mistakes.push(`${id} was acknowledged at ${before} and at ${sequence}`);
    this.acknowledged.set(id, sequence);
    this.told[node.index] = Math.max(this.told[node.index]!, sequence);
    try {
      await this.read(node, id, sequence);
    } catch (error) {
      if (error instanceof TraderError && error.reason === "noSuchReceipt")
        this.mistakes.push(`node ${node.index} acknowledged ${id} at ${sequence} and has no receipt`);
      else if (!isLost(error)) throw error;
    }
  }

  private async read(node: SetNode, id: string, sequence: number): Promise<void> {
    const life = node.process;
    if (life === null) return;
    const receipt = await getReceipt(node.client, { id });
    if (receipt.sequence !== sequence)
      this.mistakes.push(`node ${node.index}: ${id} stood at ${sequence} and stands at ${receipt.sequence}`);
    const least = Math.max(this.told[node.index]!, this.seen.get(life) ?? 0);
    const book = await getBook(node.client, { market: 0 });
    if (book.sequence < least)
      this.mistakes.push(`node ${node.index} was at ${least} and showed a book of ${book.sequence}`);
    this.seen.set(life, Math.max(this.seen.get(life) ?? 0, book.sequence));
  }
}
