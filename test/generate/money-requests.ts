/** Random registrations, deposits, withdrawals, transfers and trading keys. */
import { readAccount } from "../../sequencer/exchange/exchange.ts";
import { DELTA_BITS, FRACTION_ONE, PRICE_BITS, pow2 } from "../../sequencer/exchange/limits.ts";
import { nextNonce, noncesOf } from "../../sequencer/exchange/nonce.ts";
import {
  amountFields,
  encodePayload,
  encodeTick,
  encodeWord,
  Scope,
  WordType,
} from "../../sequencer/exchange/word.ts";
import {
  type Aim,
  accountWith,
  type Draft,
  type Intent,
  signed,
  someAccount,
  spare,
  unsigned,
} from "./aim.ts";

const half = pow2(128);

const payloadWords = (hash: bigint, l1: boolean): [bigint, bigint] => [
  encodePayload(WordType.payloadHigh, hash / half, l1),
  encodePayload(WordType.payloadLow, hash % half, l1),
];

const deposited = (aim: Aim): bigint =>
  BigInt(
    aim.random.weighted<number>([
      [60, aim.random.between(5_000, 60_000)],
      [30, aim.random.between(200, 5_000)],
      [8, aim.random.below(20)],
      [2, 0],
    ]),
  ) << BigInt(2 * aim.shape.magnitude);

export const registerAccount: Intent = (aim) => {
  const { exchange, random, shape, keys } = aim;
  const { nextAccount } = exchange.machine;
  const full = nextAccount > shape.accounts;
  const outOfTurn = full || random.chance(0.05);
  const account = outOfTurn ? (nextAccount + random.pick([-1, 1])) % shape.accountLimit : nextAccount;
  const disabled = random.chance(0.02);
  const ownerKey = disabled ? 0n : keys.hashOf({ account, key: "owner", version: 0 });
  const word = encodeWord({ type: WordType.register, l1: 1, account, ...amountFields(deposited(aim)) });
  return [...payloadWords(ownerKey, true), word].map(unsigned);
};

export const depositMoney: Intent = (aim) => {
  const { random, shape } = aim;
  const account = random.chance(0.9) ? someAccount(aim) : random.below(shape.accountLimit);
  return [unsigned(encodeWord({ type: WordType.deposit, l1: 1, account, ...amountFields(deposited(aim)) }))];
};

/** Around what may leave the account: the largest allowed amount, one more, less, and absurd ones. */
const leaving = (aim: Aim, account: number): bigint => {
  const most = spare(aim, account);
  const amount = aim.random.weighted<bigint>([
    [10, most],
    [8, most + 1n],
    [40, most / 10n],
    [20, most / 3n],
    [3, pow2(64) - 1n],
    [2, 0n],
  ]);
  return BigInt.asUintN(64, amount);
};

export const withdrawMoney: Intent = (aim) => {
  const account = accountWith(aim, (_, index) => spare(aim, index) > 0n);
  return [signed(aim, { type: WordType.withdraw, account, ...amountFields(leaving(aim, account)) })];
};

/** Whoever holds nothing takes all the money out, and then has none for a fee. */
export const withdrawAllAndAsk: Intent = (aim) => {
  const account = accountWith(
    aim,
    ({ sizes, reserved }) => reserved === 0n && sizes.every((size) => size === 0),
  );
  const owner = { type: WordType.withdraw, account, keySelector: 0 };
  const nonce = nextNonce(noncesOf(readAccount(aim.exchange, account), 0));
  return [
    signed(aim, { ...owner, nonce, ...amountFields(spare(aim, account)) }),
    signed(aim, { ...owner, nonce: nonce + 1, ...amountFields(1n) }),
  ];
};

/** Lots that a price may move in one word. */
const MOST_MOVE = 2 ** DELTA_BITS - 1;

/**
 * A price runs away until the gains of one who is long are more than all that was ever paid in: somebody else is below
 * zero then. All of it is asked for, and a quantum more; then the price comes back. Seldom: hours pass.
 */
export const withdrawBeyondCustody: Intent = (aim) => {
  const { exchange, random } = aim;
  if (random.chance(0.7)) return [];
  const { custody, time, requestFee } = exchange.machine;
  const m = random.below(exchange.markets.length);
  const account = accountWith(aim, ({ sizes }) => sizes[m]! > 0);
  const { oraclePrice, parameters } = exchange.markets[m]!;
  const size = Math.max(1, readAccount(exchange, account).sizes[m]!);
  // What a tick of price leaves free of a lot, in units of 1 / FRACTION_ONE.
  const freed = BigInt(size) * BigInt(Math.max(1, FRACTION_ONE - parameters.initialFraction));
  const wanted = custody + 2n * requestFee + 2n - spare(aim, account);
  const move = (wanted * BigInt(FRACTION_ONE)) / freed + 1n;
  if (wanted <= 0n || move > MOST_MOVE || oraclePrice + Number(move) >= 2 ** PRICE_BITS) return [];
  const elapsed = Math.ceil(Number(move) / parameters.maxMovePerSecond);
  const moved = (at: number, delta: number): Draft =>
    unsigned(encodeTick({ time: at, deltas: exchange.markets.map((_, i) => (i === m ? delta : 0)) }));
  const nonce = nextNonce(noncesOf(readAccount(exchange, account), 0));
  const amounts = random.chance(0.1) ? [custody + 1n, custody] : [custody + 1n];
  const asked = amounts.map((amount, i) => {
    const fields = { type: WordType.withdraw, account, keySelector: 0, nonce: nonce + i };
    return signed(aim, { ...fields, ...amountFields(BigInt.asUintN(64, amount)) });
  });
  return [moved(time + elapsed, Number(move)), ...asked, moved(time + 2 * elapsed, -Number(move))];
};

export const transferMoney: Intent = (aim) => {
  const { random, shape } = aim;
  const account = accountWith(aim, (_, index) => spare(aim, index) > 0n);
  const target = random.chance(0.85) ? someAccount(aim) : random.below(shape.accountLimit);
  const amount = amountFields(leaving(aim, account));
  return [signed(aim, { type: WordType.transfer, account, expiry: target, ...amount })];
};

/** A new trading key, named by the owner key or, in vain, by a trading key. */
function newTradingKey(aim: Aim, account: number, keySelector: 0 | 1): Draft[] {
  const { exchange, random, keys } = aim;
  const version = readAccount(exchange, account).keyVersion + 1;
  const key = random.chance(0.05) ? 0n : keys.hashOf({ account, key: "trading", version });
  const payload = payloadWords(key, false);
  const scope = random.weighted([
    [85, Scope.place | Scope.cancel | Scope.withdraw | Scope.transfer],
    [5, Scope.place | Scope.cancel],
    [5, Scope.cancel],
    [5, Scope.withdraw],
  ]);
  const expiry = random.chance(0.3) ? exchange.machine.time + random.between(1, 300) : 0;
  const fields = { type: WordType.setTradingKey, account, keySelector, slot: scope, expiry };
  return [...payload.map(unsigned), signed(aim, fields, payload)];
}

/** Two payload words and the request that uses them; seldom one of the payload words is lost. */
export const setTradingKey: Intent = (aim) => {
  const drafts = newTradingKey(aim, someAccount(aim), 0);
  if (aim.random.chance(0.05)) drafts.splice(aim.random.below(2), 1);
  return drafts;
};

export const setTradingKeyByTradingKey: Intent = (aim) =>
  newTradingKey(
    aim,
    accountWith(aim, ({ tradingKey }) => tradingKey !== 0n),
    1,
  );
