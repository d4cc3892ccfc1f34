/** Jobs of random histories: the sequencer's own cutter over generated and signed words. */
import { BatchCutter, type Cut } from "../../sequencer/batch/cutter.ts";
import { OpenBatch } from "../../sequencer/batch/open-batch.ts";
import { apply } from "../../sequencer/exchange/apply.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { type Dimensions, StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { HistoryGenerator, historyShape, smallShape } from "../generate/requests.ts";
import { SigningKeys } from "../generate/signing.ts";

/** Depths of three and two, two markets: circuits of these compile in half a minute. */
export const SMALL: Dimensions = { accountDepth: 3, orderDepth: 2, markets: 2 };

export interface HistoryOptions {
  readonly seed: number;
  readonly words: number;
  readonly dimensions: Dimensions;
  readonly tiers: readonly number[];
}

export function historyJobs(poseidon: Poseidon, options: HistoryOptions): Cut[] {
  const { seed, words, dimensions, tiers } = options;
  const { accountDepth, orderDepth, markets } = dimensions;
  const shape =
    accountDepth < 10 ? smallShape(markets, accountDepth, orderDepth) : historyShape(markets, 8, 8);
  const keys = new SigningKeys(poseidon, shape.genesis.domain, seed);
  const history = new HistoryGenerator({ seed, shape, keys });
  const exchange = genesisExchange(shape.genesis, new LiveIndex());
  const tree = new StateTree(dimensions, poseidon.hash);
  const rules = { tiers, maxBatchSeconds: 1_000_000, epoch: 1 };
  const open = new OpenBatch(1, tree.stateRoot(exchange), exchange);
  const cutter = new BatchCutter(exchange, tree, poseidon.hash, rules, open);
  for (let i = 0; i < words; i++) {
    const generated = history.next();
    const authority = generated.authentic ? (keys.sign(generated) ?? null) : null;
    let word: bigint | undefined = generated.word;
    do {
      const step = decide(exchange, word, generated.authentic);
      cutter.before(step, word === undefined ? null : authority);
      apply(exchange, step);
      cutter.after();
      word = undefined;
    } while (exchange.machine.taker !== null);
  }
  cutter.flush();
  return cutter.takeCuts();
}
