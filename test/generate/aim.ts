/** What a generated request aims at: the exchange as it is now, and the means to name accounts, slots and keys. */
import { type Exchange, readAccount } from "../../sequencer/exchange/exchange.ts";
import { marginOf, SCALE } from "../../sequencer/exchange/margin.ts";
import { nextNonce, noncesOf } from "../../sequencer/exchange/nonce.ts";
import type { Account, Genesis, OrderName } from "../../sequencer/exchange/state.ts";
import { encodeWord, type WordFields } from "../../sequencer/exchange/word.ts";
import type { KeyHashes, KeyName } from "./keys.ts";
import type { Random } from "./random.ts";

/** How wide a history is. */
export interface HistoryShape {
  readonly genesis: Genesis;
  /** Bits by which prices and sizes are larger than a few thousand and a few, see testGenesis. */
  readonly magnitude: number;
  /** Accounts that get registered, from 1 on. */
  readonly accounts: number;
  /** Slots that each account uses. */
  readonly slots: number;
  /** Accounts and slots that a word may name at all: what the trees of a circuit can open. */
  readonly accountLimit: number;
  readonly slotLimit: number;
}

/** A word to be emitted, before it is known whether its signature is good at its turn. */
export interface Draft {
  readonly word: bigint;
  readonly signer: KeyName | null;
  /** All words under the signature: payloads first, the word itself last. */
  readonly signs: readonly bigint[];
}

export interface Aim {
  readonly exchange: Exchange;
  readonly random: Random;
  readonly shape: HistoryShape;
  readonly keys: KeyHashes;
}

/** Makes the drafts of one request. */
export type Intent = (aim: Aim) => Draft[];

export const unsigned = (word: bigint): Draft => ({ word, signer: null, signs: [] });

/** An account that is registered; now and then one that is not. */
export function someAccount({ exchange, random, shape }: Aim): number {
  const { nextAccount } = exchange.machine;
  if (nextAccount === 1 || random.chance(0.005)) return random.below(shape.accountLimit);
  return random.between(1, nextAccount - 1);
}

/** An account for which something holds, or any. */
export function accountWith(aim: Aim, wanted: (account: Account, index: number) => boolean): number {
  for (let tries = 0; tries < 12; tries++) {
    const index = someAccount(aim);
    if (wanted(readAccount(aim.exchange, index), index)) return index;
  }
  return someAccount(aim);
}

/** An open order for which something holds, if one is found quickly. */
export function orderWith(aim: Aim, wanted: (name: OrderName) => boolean): OrderName | undefined {
  for (let tries = 0; tries < 12; tries++) {
    const account = someAccount(aim);
    const slots = [...readAccount(aim.exchange, account).orders.keys()];
    if (slots.length === 0) continue;
    const name = { account, slot: aim.random.pick(slots) };
    if (wanted(name)) return name;
  }
  return undefined;
}

/** Quanta that the account could lose and still cover what it holds; at least 0. */
export function spare(aim: Aim, index: number): bigint {
  const account = readAccount(aim.exchange, index);
  const { equity, initial } = marginOf(account, aim.exchange.markets);
  const left = equity - aim.exchange.machine.requestFee - (initial + account.reserved + SCALE - 1n) / SCALE;
  return left < 0n ? 0n : left;
}

/** Mostly the next nonce; sometimes a gap, a look back into the windows, or a jump ahead. */
function someNonce({ exchange, random }: Aim, index: number, keySelector: number): number {
  const next = nextNonce(noncesOf(readAccount(exchange, index), keySelector));
  const nonce = random.weighted<number>([
    [80, next],
    [10, next + random.between(1, 3)],
    [7, next - random.between(1, 80)],
    [3, next + random.between(30, 200)],
  ]);
  return Math.max(0, nonce);
}

/** The trading key where there is one, half of the time; less once it has expired. */
function someSelector({ exchange, random }: Aim, index: number): 0 | 1 {
  const { tradingKey, keyExpiry } = readAccount(exchange, index);
  const expired = keyExpiry !== 0 && keyExpiry <= exchange.machine.time;
  return tradingKey !== 0n && random.chance(expired ? 0.1 : 0.5) ? 1 : 0;
}

/** A request of an account, signed with its owner key or its trading key, seldom with the wrong one. */
export function signed(
  aim: Aim,
  fields: Partial<WordFields> & { type: number; account: number },
  payload: readonly bigint[] = [],
): Draft {
  const { exchange, random } = aim;
  const { keyVersion } = readAccount(exchange, fields.account);
  const keySelector = fields.keySelector ?? someSelector(aim, fields.account);
  const current = keySelector === 1 ? keyVersion : 0;
  const named = random.chance(0.02) ? current + random.pick([-1, 1]) : current;
  const version = Math.min(2 ** 16 - 1, Math.max(0, named));
  const word = encodeWord({
    nonce: someNonce(aim, fields.account, keySelector),
    ...fields,
    keySelector,
    keyVersion: version,
  });
  const right: KeyName = {
    account: fields.account,
    key: keySelector === 1 ? "trading" : "owner",
    version: current,
  };
  return { word, signer: random.chance(0.02) ? wrongKey(aim, right) : right, signs: [...payload, word] };
}

/** No signature at all, an older trading key, or the key of somebody else. */
function wrongKey(aim: Aim, right: KeyName): KeyName | null {
  const { random } = aim;
  if (random.chance(0.3)) return null;
  if (right.version > 1 && random.chance(0.7)) return { ...right, version: right.version - 1 };
  return { account: someAccount(aim), key: "owner", version: 0 };
}
