/** A set of four in one process whose traders are busy, for snapshots to be taken from. */
import { Side, WordType } from "../../sequencer/exchange/word.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import type { ProvenBatch } from "../../sequencer/snapshot/check-head.ts";
import type { ValidatorSequencer } from "../../sequencer/validator/validator-sequencer.ts";
import type { Random } from "../generate/random.ts";
import { registration, Trader } from "../node/exchange-fixture.ts";
import type { LocalSet } from "../validator/local-set.ts";

const TRADERS = 4;
/** For anything that has to happen. */
const LIMIT_MS = 60_000;

export async function until(set: LocalSet, what: string, holds: () => boolean): Promise<void> {
  const startedMs = Date.now();
  while (!holds()) {
    if (set.faults.length > 0) throw set.faults[0]!;
    if (Date.now() - startedMs > LIMIT_MS)
      throw new Error(`${what}: ${JSON.stringify(set.running.map((member) => member.consensus()))}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts all, and gives accounts to some traders. */
export async function tradersOf(set: LocalSet): Promise<Trader[]> {
  await Promise.all(set.members.map((_, i) => set.start(i, true)));
  const words = Array.from({ length: TRADERS }, (_, i) => registration(i + 1, 1_000_000n)).flat();
  await Promise.all(set.running.map((member) => member.submitL1(words, member.nextL1Index())));
  await until(set, "accounts", () =>
    set.running.every(({ exchange }) => exchange.machine.nextAccount > TRADERS),
  );
  return Array.from({ length: TRADERS }, (_, i) => new Trader(i + 1));
}

/** Several at a time, so that blocks hold several requests and batches end in the middle of them. */
export async function trade(set: LocalSet, traders: Trader[], random: Random, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const requests = Array.from({ length: 8 }, () => {
      const trader = random.pick(traders);
      const side = random.pick([Side.buy, Side.sell]);
      return random.chance(0.15)
        ? trader.request({ type: WordType.cancel, slot: random.below(16) })
        : trader.place(random.below(16), side, random.between(1990, 2010), random.between(2, 12));
    });
    // The same key's nonces may overtake each other on the way to a block: then one is of no use any more.
    for (const answer of await Promise.all(requests.map((request) => set.running[0]!.submit(request))))
      if (isRefusal(answer) && answer.refused !== "usedNonce")
        throw new Error(`turned away: ${answer.refused}`);
  }
}

export const provenAt = async (member: ValidatorSequencer, batch: number): Promise<ProvenBatch> => ({
  batch,
  root: (await member.batch(batch))!.header.postRoot,
});

/** Blocks enough that some header names what everything until now led to, and is final. */
export async function later(set: LocalSet): Promise<void> {
  const heights = set.running.map((member) => member.consensus().height);
  await until(set, "some blocks more", () =>
    set.running.every((member, i) => member.consensus().height >= heights[i]! + 12),
  );
}

/** All are as far as anybody is. */
export async function level(set: LocalSet): Promise<void> {
  const highest = Math.max(...set.running.map((member) => member.consensus().height));
  await until(set, "all as far as anybody", () =>
    set.running.every((member) => {
      const { height, executing } = member.consensus();
      return height - executing >= highest;
    }),
  );
}
