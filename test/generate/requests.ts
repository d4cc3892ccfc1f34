/**
 * Seeded random request histories. The generator runs the exchange itself, so it knows what it aims at; a
 * history is a function of seed, shape and keys alone.
 */
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { isSigned } from "../../sequencer/exchange/decide.ts";
import { type Exchange, genesisExchange, readAccount } from "../../sequencer/exchange/exchange.ts";
import { decodeWord, isL1, payloadOf, typeOf, WordType } from "../../sequencer/exchange/word.ts";
import type { Aim, Draft, HistoryShape, Intent } from "./aim.ts";
import { testGenesis } from "./genesis.ts";
import { type KeyHashes, type KeyName, numberedKeys } from "./keys.ts";
import {
  depositMoney,
  registerAccount,
  setTradingKey,
  setTradingKeyByTradingKey,
  transferMoney,
  withdrawAllAndAsk,
  withdrawBeyondCustody,
  withdrawMoney,
} from "./money-requests.ts";
import {
  cancelAllOrders,
  cancelOrder,
  closeAtStalePrice,
  closeExactly,
  expireOrder,
  overreach,
  placeOrder,
  placeReduceOnly,
  placeWrongly,
  quoteWithStalePosition,
} from "./order-requests.ts";
import { Random } from "./random.ts";
import { runWord } from "./run.ts";
import { noise, tickClock, tickWithoutPrice, tickWrongly, unknownWord } from "./system-requests.ts";

/** A word as the log has it, outcome bits zero. */
export interface GeneratedWord {
  readonly word: bigint;
  /** Whose key signs; null for words that nobody signs, and for signed types without a signature. */
  readonly signer: KeyName | null;
  /** All words under the signature, payloads first, this word last; empty without a signer. */
  readonly signs: readonly bigint[];
  /** Whether the signer's key is the account's selected key and signs the payload that the machine holds. */
  readonly authentic: boolean;
}

export interface HistoryOptions {
  readonly seed: number;
  readonly shape: HistoryShape;
  readonly keys?: KeyHashes;
}

/** For trees of full size, of which a history uses a few accounts and slots. */
export const historyShape = (
  markets: number,
  accounts: number,
  slots: number,
  magnitude = 0,
): HistoryShape => ({
  genesis: testGenesis(markets, magnitude),
  magnitude,
  accounts,
  slots,
  accountLimit: 2 ** 20,
  slotLimit: 256,
});

/** For a circuit of small trees: no word names an account or a slot that they cannot open. */
export const smallShape = (markets: number, accountDepth: number, orderDepth: number): HistoryShape => ({
  genesis: testGenesis(markets),
  magnitude: 0,
  accounts: Math.min(6, 4 ** accountDepth - 1),
  slots: Math.min(8, 4 ** orderDepth),
  accountLimit: 4 ** accountDepth,
  slotLimit: 4 ** orderDepth,
});

/** How often each kind of request is made, relative to the others. */
const INTENTS: readonly (readonly [weight: number, intent: Intent])[] = [
  [44, placeOrder],
  [7, placeReduceOnly],
  [1, closeExactly],
  [1, closeAtStalePrice],
  [1, quoteWithStalePosition],
  [1, overreach],
  [4, placeWrongly],
  [12, cancelOrder],
  [1, cancelAllOrders],
  [2, expireOrder],
  [3, withdrawMoney],
  [1, withdrawAllAndAsk],
  [1, withdrawBeyondCustody],
  [3, transferMoney],
  [2, setTradingKey],
  [1, setTradingKeyByTradingKey],
  [2, registerAccount],
  [4, depositMoney],
  [10, tickClock],
  [1, tickWithoutPrice],
  [2, tickWrongly],
  [1, unknownWord],
  [1, noise],
];

/** Signed requests that may be sent a second time. */
const REMEMBERED = 100;

export class HistoryGenerator {
  /** The exchange after all words made so far. */
  readonly exchange: Exchange;
  private readonly aim: Aim;
  private readonly queue: Draft[] = [];
  private readonly remembered: Draft[] = [];

  constructor({ seed, shape, keys = numberedKeys }: HistoryOptions) {
    this.exchange = genesisExchange(shape.genesis, new LiveIndex());
    this.aim = { exchange: this.exchange, random: new Random(seed), shape, keys };
  }

  next(): GeneratedWord {
    while (this.queue.length === 0) this.queue.push(...this.request());
    const draft = this.queue.shift()!;
    const generated = { ...draft, authentic: this.isAuthentic(draft) };
    runWord(this.exchange, generated);
    return generated;
  }

  take(count: number): GeneratedWord[] {
    return Array.from({ length: count }, () => this.next());
  }

  private request(): Draft[] {
    const { random, shape } = this.aim;
    const someFirst = Math.min(3, shape.accounts);
    if (this.exchange.machine.nextAccount <= someFirst) return registerAccount(this.aim);
    if (this.remembered.length > 0 && random.chance(0.015)) return again(random.pick(this.remembered));
    const drafts = random.weighted(INTENTS)(this.aim);
    const last = drafts.at(-1);
    if (last !== undefined && last.signer !== null) this.remember(last);
    return drafts;
  }

  private remember(draft: Draft): void {
    if (this.remembered.length === REMEMBERED) this.remembered.shift();
    this.remembered.push(draft);
  }

  private isAuthentic({ word, signer, signs }: Draft): boolean {
    if (signer === null || isL1(word) || !isSigned(typeOf(word))) return false;
    const { account, keySelector } = decodeWord(word);
    const { ownerKey, tradingKey } = readAccount(this.exchange, account);
    if (this.aim.keys.hashOf(signer) !== (keySelector === 1 ? tradingKey : ownerKey)) return false;
    if (typeOf(word) !== WordType.setTradingKey) return true;
    const { payloadHigh, payloadLow } = this.exchange.machine;
    return payloadOf(signs[0]!) === payloadHigh && payloadOf(signs[1]!) === payloadLow;
  }
}

/** The same words once more, payloads included. */
const again = (draft: Draft): Draft[] => [
  ...draft.signs.slice(0, -1).map((word) => ({ word, signer: null, signs: [] })),
  draft,
];

export const generateHistory = (options: HistoryOptions, words: number): GeneratedWord[] =>
  new HistoryGenerator(options).take(words);
