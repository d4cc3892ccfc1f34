/**
 * A set of validators as processes with traders who go on whatever becomes of the nodes, and what every test of such a
 * set asks: that requests are acknowledged, and that nothing of what was acknowledged is lost.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { equal, is, ok } from "uvu/assert";
import type { AccountSession } from "../../trader/sdk/account-session.ts";
import { getHealth, getReceipt } from "../../trader/sdk/reads.ts";
import { Random } from "../generate/random.ts";
import { NodeSet, type NodeSetOptions } from "./node-set.ts";
import { SetReads } from "./set-reads.ts";
import { openAccounts, trade } from "./set-traders.ts";
import { until } from "./until.ts";

/**
 * Longest rest of a trader between two requests. While something is waited for that only requests bring about, hardly any;
 * else enough that some are always on their way: each keeps every node of the set at work.
 */
const REST_MS = { wanted: 40, unwanted: 4_000 };
/** A look at what is in this process costs nothing. */
const GLANCE_MS = 25;
/** Blocks on the chain come this often where one is needed on top of others. */
const BLOCK_MS = 1_000;

export interface BusySetOptions extends NodeSetOptions {
  readonly size: number;
  readonly traders: number;
  readonly seed: number;
}

export class BusySet {
  readonly set: NodeSet;
  readonly reads: SetReads;
  readonly sessions: readonly AccountSession[];
  private readonly seed: number;
  private readonly random: Random;
  private readonly trading: Promise<unknown>;
  private failure: unknown = null;
  private isOver = false;
  private isWanted = false;
  private waking = new AbortController();
  /** Acknowledged requests that were looked for at every node. */
  private checked = 0;
  private minedAtMs = Number.NEGATIVE_INFINITY;

  /** All nodes run, and the traders have accounts and trade. */
  static async start({ size, traders, seed, ...options }: BusySetOptions): Promise<BusySet> {
    const set = await NodeSet.make(size, options);
    try {
      // What a registry has sealed is final.
      await set.mine();
      await Promise.all(set.nodes.map(({ index }) => set.start(index)));
      const reads = new SetReads(set, new Random(seed + 1));
      return new BusySet(set, reads, await openAccounts(set, reads, traders), seed);
    } catch (error) {
      await set.close();
      throw error;
    }
  }

  private constructor(set: NodeSet, reads: SetReads, sessions: readonly AccountSession[], seed: number) {
    this.set = set;
    this.reads = reads;
    this.sessions = sessions;
    this.seed = seed;
    this.random = new Random(seed + 3);
    this.trading = Promise.all(
      sessions.map((session, i) => {
        const random = new Random(seed + 10 + i);
        return trade(session, random, { isOver: () => this.isOver, rest: () => this.rest(random) });
      }),
    ).catch((error: unknown) => {
      this.failure = error;
    });
  }

  /** Waits for what comes by itself. */
  until(what: string, holds: () => boolean | Promise<boolean>, pollMs?: number): Promise<void> {
    const orThrow = async (): Promise<boolean> => {
      if (this.failure !== null) throw this.failure;
      return await holds();
    };
    return until(this.set, what, orThrow, pollMs);
  }

  /** Waits for what comes when blocks come on the chain now and then, as they do on every chain. */
  untilFinal(what: string, holds: () => Promise<boolean>): Promise<void> {
    return this.until(what, async () => {
      if (performance.now() - this.minedAtMs > BLOCK_MS) {
        await this.set.mine();
        this.minedAtMs = performance.now();
      }
      return await holds();
    });
  }

  /** Waits for what comes when traders trade. */
  async tradeUntil(what: string, holds: () => boolean | Promise<boolean>, pollMs?: number): Promise<void> {
    this.isWanted = true;
    this.waking.abort();
    this.waking = new AbortController();
    await this.until(what, holds, pollMs).finally(() => {
      this.isWanted = false;
    });
  }

  /** Waits until so many more requests were acknowledged. */
  more(count: number): Promise<void> {
    const { acknowledged } = this.reads;
    const wanted = acknowledged.size + count;
    return this.tradeUntil(`${count} acknowledged requests`, () => acknowledged.size >= wanted, GLANCE_MS);
  }

  /** Batches on L1. */
  async committed(): Promise<number> {
    return (await this.set.contract.state()).committedBatches;
  }

  /** Until L1 has so many batches. */
  reach(count: number): Promise<void> {
    return this.tradeUntil(`${count} batches on the chain`, async () => (await this.committed()) >= count);
  }

  /** All nodes that are awake have executed what anybody was told of. */
  async caughtUp(): Promise<void> {
    const highest = Math.max(...this.reads.acknowledged.values());
    await this.until(`place ${highest} of the log at every node`, async () => {
      const healths = await Promise.all(this.set.awake.map(({ client }) => getHealth(client)));
      for (const { status, reason } of healths) is(status, "running", reason ?? "");
      return healths.every(({ sequence }) => sequence >= highest);
    });
  }

  /**
   * Every node that is awake has every request that anybody was told of, at the same place: what is new is looked for at all,
   * what was there before at one.
   */
  async nothingLost(): Promise<void> {
    const { set, reads, seed, random } = this;
    // What is acknowledged from now on may still be on its way to other nodes.
    const acknowledged = [...reads.acknowledged];
    await this.caughtUp();
    for (const [place, [id, sequence]] of acknowledged.entries())
      for (const { client, index } of place < this.checked ? [random.pick(set.awake)] : set.awake)
        is((await getReceipt(client, { id })).sequence, sequence, `${id} at node ${index}, SEED=${seed}`);
    this.checked = acknowledged.length;
    equal(reads.mistakes, [], `SEED=${seed}`);
    ok(reads.answeredElsewhere > 0, "no read was answered by another node");
  }

  /** Throws what went wrong with the traders. */
  async endTrading(): Promise<void> {
    this.isOver = true;
    this.waking.abort();
    await this.trading;
    if (this.failure !== null) throw this.failure;
  }

  async close(): Promise<void> {
    this.isOver = true;
    this.waking.abort();
    await this.set.close();
    await this.trading;
  }

  private async rest(random: Random): Promise<void> {
    const { signal } = this.waking;
    const longestMs = this.isWanted ? REST_MS.wanted : REST_MS.unwanted;
    await sleep(random.below(longestMs), undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
