/**
 * Random histories on a real EVM node: deposits, batches and proofs among kills, reorganisations and an endpoint
 * that fails. Afterwards, when the weather is fine again, everything is on L1 once and in order.
 */
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { ANVIL_CHAIN_ID } from "../../sequencer/chain/anvil.ts";
import { Random } from "../generate/random.ts";
import { DurableNode } from "./durable-node.ts";
import { FlakyProvider } from "./flaky-provider.ts";
import { type SettledExchange, settledExchange } from "./settled-exchange.ts";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
console.log(`SEED=${SEED}`);

const HISTORIES = 2;
const EVENTS = 60;
/** Retries that any sequence of failures must end within. */
const PATIENCE = 60;

let chain: SettledExchange;
const test = suite("storms");

test.before.each(async () => {
  chain = await settledExchange();
});
test.after.each(async () => await chain.stop());

class Storm {
  readonly node: DurableNode;
  readonly random: Random;
  private isStormy = true;
  private accounts = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.node = new DurableNode(chain);
    this.node.provider = new FlakyProvider(chain.anvil.url, ANVIL_CHAIN_ID, () => {
      if (!this.isStormy || this.random.below(12) !== 0) return "not";
      return this.random.below(2) === 0 ? "before" : "after";
    });
    this.node.restart();
  }

  /** Something of what can happen. */
  async event(): Promise<void> {
    const { node, random } = this;
    const what = random.below(100);
    if (what < 12) await this.request();
    else if (what < 22) await chain.mine(1 + random.below(3));
    else if (what < 30) await chain.reorganise(1 + random.below(2));
    else if (what < 36) node.restart();
    else if (what < 46) await node.cutBatch();
    else if (what < 56) await this.proveNext();
    else if (what < 78) await this.tried(() => node.watcher.look());
    else await this.tried(() => node.submitter.advance());
  }

  async end(): Promise<void> {
    this.isStormy = false;
    await chain.mine(this.node.finalityBlocks);
    for (let i = 0; i < PATIENCE; i++) {
      await this.node.watcher.look();
      await this.node.cutBatch();
      if (this.node.waiting.length === 0 && i > 2) break;
    }
    for (let number = 1; number <= this.node.cut.length; number++)
      if (!this.node.proven.has(number)) await this.node.prove(number);
    for (let i = 0; i < PATIENCE + 4 * this.node.cut.length; i++) {
      this.node.nowMs += 1000;
      await this.node.submitter.advance();
      await chain.mine(1);
      await this.node.watcher.look();
      if (this.node.settlements.get(this.node.cut.length)?.prove) break;
    }
  }

  private async request(): Promise<void> {
    if (this.accounts === 0 || this.random.below(3) === 0) {
      await chain.register(1n + BigInt(this.random.below(9)), 7n);
      this.accounts = (await chain.exchange.state()).accounts;
    } else {
      // A reorganisation may have undone the account.
      this.accounts = (await chain.exchange.state()).accounts;
      if (this.accounts > 0) await chain.deposit(1, 1n + BigInt(this.random.below(9)));
    }
  }

  private async proveNext(): Promise<void> {
    const number = this.node.proven.size + 1;
    if (number <= this.node.cut.length) await this.node.prove(number);
  }

  private async tried(step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      // Only what the weather explains.
      ok(
        /did not get there|was lost|nonce|already (known|imported)|moved while/.test(String(error)),
        String(error),
      );
    }
  }
}

/** One history, and what must hold after it. */
async function weather(seed: number): Promise<void> {
  const storm = new Storm(seed);
  const { node } = storm;
  for (let i = 0; i < EVENTS; i++) await storm.event();
  await storm.end();
  const state = await chain.exchange.state();
  equal(node.consumed, await chain.exchange.requests(0, state.queuedRequests), "the queue, word by word");
  is(state.committedBatches, node.cut.length);
  is(state.provenBatches, node.cut.length);
  for (let number = 1; number <= node.cut.length; number++) {
    const { commit, prove } = node.settlements.get(number)!;
    for (const transaction of [commit!, prove!]) {
      const receipt = await chain.provider.getTransactionReceipt(transaction.hash);
      equal([receipt?.blockHash, receipt?.status], [transaction.blockHash, 1], `batch ${number}`);
    }
  }
}

for (let history = 0; history < HISTORIES; history++)
  test(`everything arrives once and in order, history ${history}`, () => weather(SEED + history));

test.run();
