/**
 * A process that trades on a sequencer of its own until it is killed: `trading-child.ts FOLDER SEED`. Every
 * acknowledged request is a line "ack WORD SEQUENCE" on stdout, written before the next thing happens.
 */
import { writeSync } from "node:fs";
import { Side, WordType } from "../../sequencer/exchange/word.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import type { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import { Random } from "../generate/random.ts";
import { openAt, registerTraders, settingsOf, Trader } from "./exchange-fixture.ts";

const TRADERS = 4;
const [folder, seed] = process.argv.slice(2) as [string, string];
const random = new Random(Number(seed));
const sequencer = await openAt(folder, settingsOf({ tiers: [4, 8], maxBatchSeconds: 20 }));
if (sequencer.account(TRADERS) === undefined) await registerTraders(sequencer, TRADERS);
writeSync(1, "ready\n");

const traders = Array.from({ length: TRADERS }, (_, i) => {
  const trader = new Trader(i + 1);
  trader.nonce = sequencer.account(trader.account)!.nextNonce;
  return trader;
});
await Promise.all([...traders.map((trader) => trade(sequencer, trader)), tickAndProve(sequencer)]);

async function trade(on: SoloSequencer, trader: Trader): Promise<never> {
  for (;;) {
    const request = someRequest(trader);
    const answer = await on.submit(request);
    if (isRefusal(answer)) throw new Error(`turned away: ${answer.refused}`);
    writeSync(1, `ack ${request.words.at(-1)!.toString(16)} ${answer.sequence}\n`);
  }
}

function someRequest(trader: Trader): SignedRequest {
  const slot = random.below(8);
  if (random.chance(0.2)) return trader.request({ type: WordType.cancel, slot });
  if (random.chance(0.02)) return trader.request({ type: WordType.cancelAll });
  const side = random.pick([Side.buy, Side.sell]);
  const more = random.chance(0.2) ? { immediateOrCancel: 1 } : {};
  return trader.place(slot, side, random.between(1990, 2010), random.between(2, 6), more);
}

async function tickAndProve(on: SoloSequencer): Promise<never> {
  for (;;) {
    await on.submitTick({ time: on.health().machineTime + 1, deltas: [random.between(-1, 1), 0] });
    const leased = await on.jobs.lease(0, "child", 3600);
    if (leased === undefined) continue;
    // What a proof says is not this test's business.
    const proof = { pi_a: [], pi_b: [], pi_c: [], protocol: "groth16", curve: "bn128" } as never;
    const code = await on.jobs.complete(leased.number, "child", { proof, publicSignals: [0n, 0n, 0n] });
    writeSync(1, `proven ${leased.number} ${code}\n`);
  }
}
