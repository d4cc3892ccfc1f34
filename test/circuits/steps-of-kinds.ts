/** One step of each kind asked for, from a random history that goes on until all have come. */
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../sequencer/exchange/exchange.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { goOn, MOST_WORDS } from "../generate/go-on.ts";
import { HistoryGenerator, smallShape } from "../generate/requests.ts";
import { runWord } from "../generate/run.ts";
import { SigningKeys } from "../generate/signing.ts";
import { type ProvenStep, Prover, SMALL } from "./history.ts";

/** The machine runs ahead and tells which words lead to something new: only those are worth inputs of a circuit. */
export function* stepsOfKinds(
  poseidon: Poseidon,
  seed: number,
  kinds: readonly string[],
  kindOf: (step: Step) => string,
): Generator<readonly [kind: string, proven: ProvenStep]> {
  const shape = smallShape(SMALL.markets, SMALL.accountDepth, SMALL.orderDepth);
  const keys = new SigningKeys(poseidon, shape.genesis.domain, seed);
  const history = new HistoryGenerator({ seed, shape, keys });
  const ahead = genesisExchange(shape.genesis, new LiveIndex());
  const exchange = genesisExchange(shape.genesis, new LiveIndex());
  const lacking = new Set(kinds);
  for (const _ of goOn({ atLeast: 0, atMost: MOST_WORDS }, () => [...lacking])) {
    const word = history.next();
    const coming = runWord(ahead, word).map(kindOf);
    if (!coming.some((kind) => lacking.has(kind))) {
      runWord(exchange, word);
      continue;
    }
    const authority = (word.authentic ? keys.sign(word) : undefined) ?? null;
    const proven = new Prover(poseidon, exchange).run({ ...word, authority });
    for (const [i, kind] of coming.entries()) if (lacking.delete(kind)) yield [kind, proven[i]!];
  }
}
