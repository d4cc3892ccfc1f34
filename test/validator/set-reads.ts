/**
 * A client of the whole set that asks any node that is awake, and checks that nothing goes back in time: what a node has
 * acknowledged it has, and no later read from it is older than an earlier one. A node that was killed may have shown
 * what was not on its disk yet, so from a new life only what was acknowledged is demanded. And a read through any other
 * node, which demands what was seen until then, shows that at least, or the node says that it is behind.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "../../trader/sdk/client.ts";
import { Horizon } from "../../trader/sdk/horizon.ts";
import { getBook, getReceipt } from "../../trader/sdk/reads.ts";
import type { Receipt } from "../../trader/sdk/replies.ts";
import { TraderError, type TraderErrorCode } from "../../trader/sdk/trader-error.ts";
import type { Random } from "../generate/random.ts";
import type { NodeSet, SetNode } from "./node-set.ts";

const LOST: readonly TraderErrorCode[] = ["TIMEOUT", "UNREACHABLE", "LOST_ANSWER", "BUSY"];

/** What a client may run into while nodes die; anything else is a mistake. */
export const isLost = (error: unknown): boolean => error instanceof TraderError && LOST.includes(error.code);

/** Before it is tried again when nobody is there. */
const ALONE_MS = 100;
/** For the answer to a read, which may wait for what it demands. */
const READ_MS = 5_000;
/**
 * For an answer of a node that may be stopped or killed at any moment: it waits for finality, which waits for a leader that
 * is down. One that is lost is asked for again.
 */
const ANSWER_MS = 3_000;

export class SetReads implements Client {
  readonly url = "any node of the set";
  readonly receiptWaitMs = ANSWER_MS;
  /** Sequence of every acknowledged request. */
  readonly acknowledged = new Map<string, number>();
  /** Reads that another node answered than the one that acknowledged. */
  answeredElsewhere = 0;
  /** What went back in time. */
  readonly mistakes: string[] = [];
  private readonly set: NodeSet;
  private readonly random: Random;
  /** By node: the highest place in the log that it acknowledged. */
  private readonly told: number[];
  /** Of all that was acknowledged or read, through whichever node. */
  private readonly horizon = new Horizon();
  /** By node. */
  private readonly askers: readonly Client[];
  /** By node; they demand what any of them has seen. */
  private readonly clients: readonly Client[];
  /** By node: the newest that was read from this life of it. */
  private readonly seen = new WeakMap<object, number>();

  constructor(set: NodeSet, random: Random) {
    this.set = set;
    this.random = random;
    this.told = set.nodes.map(() => 0);
    this.askers = set.nodes.map(({ client: { url } }) =>
      createClient({ url, timeoutMs: ANSWER_MS, retries: 0 }),
    );
    const { horizon } = this;
    this.clients = set.nodes.map(({ client: { url } }) =>
      createClient({ url, timeoutMs: READ_MS, retries: 0, horizon }),
    );
  }

  async request<T>(call: Parameters<Client["request"]>[0]): Promise<T> {
    const node = await this.anyNode();
    const reply = await this.askers[node.index]!.request<T>(call);
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
    throw new TraderError("UNREACHABLE", { message: "no node is awake", facts: { connected: false } });
  }

  private async acknowledge(node: SetNode, { id, sequence }: Receipt): Promise<void> {
    const before = this.acknowledged.get(id);
    if (before !== undefined && before !== sequence)
      this.mistakes.push(`${id} was acknowledged at ${before} and at ${sequence}`);
    this.acknowledged.set(id, sequence);
    this.told[node.index] = Math.max(this.told[node.index]!, sequence);
    this.horizon.reached(this.clients[node.index]!.url, sequence);
    try {
      await this.read(node, id, sequence);
      await this.readElsewhere();
    } catch (error) {
      if (error instanceof TraderError && error.reason === "noSuchReceipt")
        this.mistakes.push(`node ${node.index} acknowledged ${id} at ${sequence} and has no receipt`);
      else if (!isLost(error)) throw error;
    }
  }

  /** What was acknowledged is there, whichever node is asked. */
  private async readElsewhere(): Promise<void> {
    const { index } = await this.anyNode();
    const { sequence: least } = this.horizon;
    const book = await getBook(this.clients[index]!, { market: 0 });
    this.answeredElsewhere += 1;
    if (book.sequence < least)
      this.mistakes.push(`node ${index} showed a book of ${book.sequence} to who had seen ${least}`);
  }

  private async read(node: SetNode, id: string, sequence: number): Promise<void> {
    const life = node.process;
    if (life === null) return;
    const receipt = await getReceipt(this.askers[node.index]!, { id });
    if (receipt.sequence !== sequence)
      this.mistakes.push(`node ${node.index}: ${id} stood at ${sequence} and stands at ${receipt.sequence}`);
    const least = Math.max(this.told[node.index]!, this.seen.get(life) ?? 0);
    const book = await getBook(this.askers[node.index]!, { market: 0 });
    if (book.sequence < least)
      this.mistakes.push(`node ${node.index} was at ${least} and showed a book of ${book.sequence}`);
    this.seen.set(life, Math.max(this.seen.get(life) ?? 0, book.sequence));
  }
}
