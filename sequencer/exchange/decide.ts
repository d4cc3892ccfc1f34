/**
 * decide: which step comes next, and what it does. Pure: reads the exchange, changes nothing, never throws on
 * a word. The order of the checks is the order of the codes that a user sees; accepted or not is their
 * conjunction, so the circuit may evaluate them side by side.
 *
 *   an active taker            -> match, rest or drop     (decide-taker.ts)
 *   no active taker, a word    -> the request             (here, decide-place.ts, decide-unsigned.ts)
 *   neither                    -> no-op
 */
import { decidePlace } from "./decide-place.ts";
import { continueTaker } from "./decide-taker.ts";
import { decideUnsigned } from "./decide-unsigned.ts";
import { type Exchange, holdsStale, readAccount } from "./exchange.ts";
import { keyFromHalves } from "./field.ts";
import { GENERATION_BITS, KEY_VERSION_BITS } from "./limits.ts";
import { covers, marginOf, SCALE, withinCollateral } from "./margin.ts";
import { isFreshNonce, noncesOf } from "./nonce.ts";
import type { RefusalCode } from "./refusal.ts";
import type { Account, OrderName, Quanta } from "./state.ts";
import { NO_OP, type Request, type Ruling, type Step } from "./step.ts";
import {
  amountOf,
  decodeWord,
  Outcome,
  Scope,
  targetOf,
  type WordFields,
  WordType,
  withOutcome,
} from "./word.ts";

const MAX_GENERATION = 2 ** GENERATION_BITS - 1;
const MAX_KEY_VERSION = 2 ** KEY_VERSION_BITS - 1;

/**
 * The next step. `authentic` says whether the word's signature is good; only signed requests look at it.
 * While a taker is active the word is not consumed.
 */
export function decide(exchange: Exchange, word: bigint | undefined, authentic: boolean): Step {
  if (exchange.machine.taker !== null) return continueTaker(exchange, exchange.machine.taker);
  if (word === undefined) return NO_OP;
  const plain = withOutcome(word, Outcome.accepted);
  const fields = decodeWord(plain);
  if (!isSigned(fields.type) || fields.l1 === 1) return decideUnsigned(exchange, plain, fields);
  if (!authentic) return { ...NO_OP, word: plain, outcome: Outcome.dropped };
  return decideSigned(exchange, plain, fields);
}

/** Types that a trader signs. */
export const isSigned = (type: number): boolean => type >= WordType.place && type <= WordType.setTradingKey;

function decideSigned(exchange: Exchange, word: bigint, fields: WordFields): Step {
  const active = { account: fields.account, slot: fields.slot };
  const account = readAccount(exchange, fields.account);
  if (fields.keyVersion !== (fields.keySelector === 1 ? account.keyVersion : 0))
    return refused(word, active, "staleKey", false, 0n);
  const barred = fields.keySelector === 1 ? ruleTradingKey(exchange, fields, account) : null;
  if (barred !== null) return refused(word, active, barred, false, 0n);
  if (!isFreshNonce(noncesOf(account, fields.keySelector), fields.nonce))
    return refused(word, active, "usedNonce", false, 0n);
  const before = marginOf(account, exchange.markets);
  const fee = exchange.machine.requestFee;
  if (before.equity < fee) return refused(word, active, "cannotPay", true, 0n);
  const margin = { equity: before.equity - fee, maintenance: before.maintenance, initial: before.initial };
  const ruling = rule(exchange, { word, fields, account, margin, fee });
  // A refused transfer names its receiver too: whether the receiver could take the amount is part of the proof.
  if (typeof ruling === "string")
    return { ...refused(word, active, ruling, true, fee), counterparty: receiverOf(exchange, word, fields) };
  const { action, counterparty } = ruling;
  return { word, outcome: Outcome.accepted, code: null, burnsNonce: true, fee, action, counterparty, active };
}

const refused = (
  word: bigint,
  active: OrderName,
  code: RefusalCode,
  burnsNonce: boolean,
  fee: Quanta,
): Step => ({ ...NO_OP, word, outcome: Outcome.refused, code, burnsNonce, fee, active });

function rule(exchange: Exchange, request: Request): Ruling {
  const { fields, account } = request;
  switch (fields.type) {
    case WordType.place:
      return decidePlace(exchange, request);
    case WordType.cancel:
      return ruleCancel(exchange, request);
    case WordType.cancelAll:
      if (account.generation === MAX_GENERATION) return "generationExhausted";
      return { action: { kind: "cancelAll" }, counterparty: null };
    case WordType.withdraw:
      return ruleWithdraw(exchange, request);
    case WordType.transfer:
      return ruleTransfer(exchange, request);
    default:
      return ruleSetTradingKey(exchange, request);
  }
}

/** What a trading key may not sign. A stolen or expired one can neither burn its account's nonces nor its money. */
function ruleTradingKey({ machine }: Exchange, { type }: WordFields, account: Account): RefusalCode | null {
  if (account.keyExpiry !== 0 && account.keyExpiry <= machine.time) return "keyExpired";
  if (type === WordType.setTradingKey) return "ownerKeyOnly";
  return (account.scope & scopeOf(type)) === 0 ? "outOfScope" : null;
}

function scopeOf(type: number): number {
  if (type === WordType.place) return Scope.place;
  if (type === WordType.withdraw) return Scope.withdraw;
  return type === WordType.transfer ? Scope.transfer : Scope.cancel;
}

function ruleCancel(exchange: Exchange, { fields, account }: Request): Ruling {
  if (!account.orders.has(fields.slot)) return "noSuchOrder";
  return { action: { kind: "unlink" }, counterparty: exchange.index.predecessorOf(fields) };
}

/** The account's own shortcomings first; that all accounts together ask for more than there is comes last. */
function ruleWithdraw(exchange: Exchange, { word, account, margin, fee }: Request): Ruling {
  const amount = amountOf(word);
  if (!withinCollateral(account.collateral - fee - amount)) return "collateralLimit";
  if (holdsStale(exchange, account)) return "staleMarket";
  if (!covers(margin, account.reserved, amount * SCALE)) return "belowRequirement";
  if (amount > exchange.machine.custody) return "beyondCustody";
  return { action: { kind: "withdraw", amount }, counterparty: null };
}

/** The receiving account of a transfer, or null when there is none or it cannot be one. */
function receiverOf(exchange: Exchange, word: bigint, fields: WordFields): OrderName | null {
  if (fields.type !== WordType.transfer) return null;
  const account = targetOf(word);
  const exists = account !== 0 && account < exchange.machine.nextAccount;
  return exists && account !== fields.account ? { account, slot: 0 } : null;
}

function ruleTransfer(exchange: Exchange, { word, fields, account, margin, fee }: Request): Ruling {
  const amount = amountOf(word);
  const counterparty = receiverOf(exchange, word, fields);
  if (counterparty === null) return "badTarget";
  if (!withinCollateral(account.collateral - fee - amount)) return "collateralLimit";
  if (!withinCollateral(readAccount(exchange, counterparty.account).collateral + amount))
    return "collateralLimit";
  if (holdsStale(exchange, account)) return "staleMarket";
  if (!covers(margin, account.reserved, amount * SCALE)) return "belowRequirement";
  return { action: { kind: "transfer", amount }, counterparty };
}

function ruleSetTradingKey(exchange: Exchange, { fields, account }: Request): Ruling {
  if (account.keyVersion === MAX_KEY_VERSION) return "versionExhausted";
  const key = keyFromHalves(exchange.machine.payloadHigh, exchange.machine.payloadLow);
  return {
    action: { kind: "setTradingKey", key, scope: fields.slot, expiry: fields.expiry },
    counterparty: null,
  };
}
