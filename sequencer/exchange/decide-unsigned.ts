/** Words that nobody signs: ticks, payloads, expiry of dead orders, and what the L1 queue brings. */
import { type Exchange, readAccount, readOrder } from "./exchange.ts";
import { keyFromHalves } from "./field.ts";
import { PRICE_BITS } from "./limits.ts";
import { withinCollateral, withinCustody } from "./margin.ts";
import { deathOf } from "./order.ts";
import type { RefusalCode } from "./refusal.ts";
import type { OrderName } from "./state.ts";
import { type Action, NO_OP, type Step } from "./step.ts";
import { amountOf, decodeTick, isL1, Outcome, payloadOf, type WordFields, WordType } from "./word.ts";

export function decideUnsigned(exchange: Exchange, word: bigint, fields: WordFields): Step {
  const refuse = (code: RefusalCode, active: OrderName | null = null): Step => ({
    ...NO_OP,
    word,
    outcome: Outcome.refused,
    code,
    active,
  });
  const l1 = isL1(word);
  const active = { account: fields.account, slot: fields.slot };
  const settle = (ruling: RefusalCode | Action, counterparty: OrderName | null = null): Step =>
    typeof ruling === "string"
      ? refuse(ruling, active)
      : { ...NO_OP, word, action: ruling, active, counterparty };
  switch (fields.type) {
    case WordType.payloadHigh:
    case WordType.payloadLow: {
      const half = fields.type === WordType.payloadHigh ? "high" : "low";
      return { ...NO_OP, word, action: { kind: "payload", half, l1, data: payloadOf(word) } };
    }
    case WordType.tick:
      if (!l1) {
        const ruling = ruleTick(exchange, word);
        return typeof ruling === "string" ? refuse(ruling) : { ...NO_OP, word, action: ruling };
      }
      break;
    case WordType.expire:
      if (!l1) return settle(ruleExpire(exchange, fields), exchange.index.predecessorOf(active));
      break;
    case WordType.deposit:
      if (l1) return settle(ruleDeposit(exchange, fields.account, amountOf(word)));
      break;
    case WordType.register:
      if (l1) return settle(ruleRegister(exchange, fields.account, amountOf(word)));
      break;
  }
  return refuse("unknownRequest");
}

function ruleTick(exchange: Exchange, word: bigint): RefusalCode | Action {
  const { time, fresh, deltas } = decodeTick(word);
  const elapsed = time - exchange.machine.time;
  if (elapsed <= 0) return "clockNotAdvanced";
  for (let m = 0; m < exchange.markets.length; m++) {
    const { parameters, oraclePrice } = exchange.markets[m]!;
    const delta = deltas[m]!;
    const allowed = fresh[m] ? BigInt(elapsed) * BigInt(parameters.maxMovePerSecond) : 0n;
    if (BigInt(Math.abs(delta)) > allowed) return "moveTooLarge";
    const price = oraclePrice + delta;
    if (price <= 0 || price >= 2 ** PRICE_BITS) return "priceOutOfRange";
  }
  return { kind: "tick", time, fresh, deltas };
}

function ruleExpire(exchange: Exchange, name: OrderName): RefusalCode | Action {
  const order = readOrder(exchange, name);
  if (order === undefined) return "noSuchOrder";
  if (deathOf(order, readAccount(exchange, name.account), exchange.machine.time) === null) return "notDead";
  return { kind: "unlink" };
}

function ruleDeposit(exchange: Exchange, index: number, amount: bigint): RefusalCode | Action {
  if (index === 0 || index >= exchange.machine.nextAccount) return "unknownAccount";
  if (!withinCollateral(readAccount(exchange, index).collateral + amount)) return "collateralLimit";
  if (!withinCustody(exchange.machine.custody + amount)) return "custodyLimit";
  return { kind: "deposit", amount };
}

function ruleRegister(exchange: Exchange, index: number, amount: bigint): RefusalCode | Action {
  const { nextAccount, l1PayloadHigh, l1PayloadLow } = exchange.machine;
  if (index !== nextAccount) return "outOfTurn";
  return { kind: "register", ownerKey: keyFromHalves(l1PayloadHigh, l1PayloadLow), amount };
}
