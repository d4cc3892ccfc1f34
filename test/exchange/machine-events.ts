/** The machine's steps told as events, to be compared with another reading of the rules. */
import { apply } from "../../sequencer/exchange/apply.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { type Exchange, liveOrder } from "../../sequencer/exchange/exchange.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import { Outcome, typeOf } from "../../sequencer/exchange/word.ts";
import { type Event, orderName } from "./naive/events.ts";

/** One word to its very end. A place reports its acceptance first, like every other request. */
export function machineEvents(exchange: Exchange, word: bigint, authentic: boolean): Event[] {
  const events: Event[] = [];
  let next: bigint | undefined = word;
  do {
    const step = decide(exchange, next, authentic);
    if (step.word !== 0n && step.outcome === Outcome.accepted)
      events.push({ is: "accepted", type: String(typeOf(step.word)) });
    const event = eventOf(exchange, step);
    if (event !== null) events.push(event);
    apply(exchange, step);
    next = undefined;
  } while (exchange.machine.taker !== null);
  return events;
}

/** Read before the step is applied: a filled maker may be gone afterwards. */
function eventOf(exchange: Exchange, { outcome, code, action, counterparty }: Step): Event | null {
  if (outcome === Outcome.dropped) return { is: "dropped" };
  if (code !== null) return { is: "refused", code };
  switch (action.kind) {
    case "fill": {
      const maker = orderName(counterparty!);
      const price = BigInt(liveOrder(exchange, counterparty!).price);
      return { is: "fill", maker, taker: orderName(action.taker), lots: BigInt(action.lots), price };
    }
    case "removeMaker":
      return { is: "removed", maker: orderName(counterparty!), reason: action.reason };
    case "stopTaker":
      return { is: "stopped", reason: action.reason };
    case "dropTaker":
      return { is: "ended", reason: action.reason };
    case "rest":
      return { is: "rests", order: orderName(action.taker), lots: BigInt(action.taker.remaining) };
    default:
      return null;
  }
}
