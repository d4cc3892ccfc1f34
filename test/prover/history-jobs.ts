/** Jobs of random histories: the sequencer's own cutter over generated and signed words. */
import { BatchCutter } from "../../sequencer/batch/cutter.ts";
import { OpenBatch } from "../../sequencer/batch/open-batch.ts";
import type { Cut } from "../../sequencer/batch/seal.ts";
import { apply } from "../../sequencer/exchange/apply.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { type Dimensions, StateTree } from "../../sequencer/state-tree/state-tree.ts";
import { goOn } from "../generate/go-on.ts";
import { HistoryGenerator, historyShape, smallShape } from "../generate/requests.ts";
import { SigningKeys } from "../generate/signing.ts";

/** Depths of three and two, two markets: circuits of these compile in half a minute. */
export const SMALL: Dimensions = { accountDepth: 3, orderDepth: 2, markets: 2 };

export interface HistoryOptions {
  readonly seed: number;
  /** At least so many; the history goes on until it has the batch that is asked for. */
  readonly words: number;
  readonly dimensions: Dimensions;
  readonly tiers: readonly number[];
  readonly until?: { readonly name: string; readonly has: (cut: Cut) => boolean };
}

/** Of the batches that tests ask for none takes a tenth of it to come, whatever the seed. */
const MOST_WORDS = 10_000;

/** Asks for a batch in which somebody trades. */
export const TRADED = { name: "a batch with fills", has: ({ batch }: Cut): boolean => batch.fills > 0 };

export function historyJobs(poseidon: Poseidon, options: HistoryOptions): Cut[] {
  const { seed, words, dimensions, tiers, until } = options;
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
  const cuts: Cut[] = [];
  const lacking = () => (until === undefined || cuts.some(until.has) ? [] : [until.name]);
  for (const _ of goOn({ atLeast: words, atMost: MOST_WORDS }, lacking)) {
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
    cuts.push(...cutter.takeCuts());
  }
  cutter.flush();
  cuts.push(...cutter.takeCuts());
  return cuts;
}
