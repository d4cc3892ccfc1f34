/** A small exchange for a test to set up by hand, in the words that traders send. */
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { type Exchange, genesisExchange, writeAccount } from "../../sequencer/exchange/exchange.ts";
import type { Account, Genesis, Market, MarketParameters } from "../../sequencer/exchange/state.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import {
  amountFields,
  encodePayload,
  encodeTick,
  encodeWord,
  Side,
  type WordFields,
  WordType,
} from "../../sequencer/exchange/word.ts";
import { runWord } from "../generate/run.ts";

export const START = 1_000_000;
export const FEE = 10n;
export const PRICE = 1000;

/** Oracle price 1000, 10% initial, 5% maintenance, 10% collar. */
const PARAMETERS: MarketParameters = {
  initialFraction: 1000,
  maintenanceFraction: 500,
  collarFraction: 1000,
  maxMovePerSecond: 100,
  maxOracleAge: 60,
  minOrderValue: 2000n,
  openInterestCap: 1_000_000,
};

export interface OrderWish {
  readonly market?: number;
  readonly slot?: number;
  readonly price?: number;
  readonly expiry?: number;
  readonly flags?: Partial<Pick<WordFields, "immediateOrCancel" | "postOnly" | "reduceOnly">>;
}

export class Scenario {
  readonly exchange: Exchange;
  private readonly nonces = new Map<number, number>();
  private readonly slots = new Map<number, number>();

  constructor(parameters: Partial<MarketParameters> = {}, markets = 2) {
    const genesis: Genesis = {
      domain: 1n,
      requestFee: FEE,
      time: START,
      markets: Array.from({ length: markets }, () => ({
        parameters: { ...PARAMETERS, ...parameters },
        oraclePrice: PRICE,
      })),
    };
    this.exchange = genesisExchange(genesis, new LiveIndex());
  }

  /** The market's state, to look at or to bend. */
  market(m = 0): Market {
    return this.exchange.markets[m]!;
  }

  account(index: number): Account {
    return writeAccount(this.exchange, index);
  }

  /** Registers an account with some collateral and an owner key; returns its number. */
  register(collateral: bigint | number): number {
    const account = this.exchange.machine.nextAccount;
    this.run(encodePayload(WordType.payloadLow, BigInt(account + 1000), true));
    this.run(encodeWord({ type: WordType.register, l1: 1, account, ...amountFields(BigInt(collateral)) }));
    return account;
  }

  /** Any word, with a good signature if it needs one. */
  run(word: bigint, authentic = true): Step[] {
    return runWord(this.exchange, { word, authentic });
  }

  /** A signed request with the next nonce. */
  send(fields: Partial<WordFields> & { type: number; account: number }): Step[] {
    const nonce = fields.nonce ?? this.nonces.get(fields.account) ?? 0;
    this.nonces.set(fields.account, nonce + 1);
    return this.run(encodeWord({ nonce, ...fields }));
  }

  withdraw(account: number, amount: bigint): Step[] {
    return this.send({ type: WordType.withdraw, account, ...amountFields(amount) });
  }

  transfer(account: number, target: number, amount: bigint): Step[] {
    return this.send({ type: WordType.transfer, account, expiry: target, ...amountFields(amount) });
  }

  buy = (account: number, size: number, wish: OrderWish = {}): Step[] =>
    this.place(Side.buy, account, size, wish);

  sell = (account: number, size: number, wish: OrderWish = {}): Step[] =>
    this.place(Side.sell, account, size, wish);

  /** Without a slot the next unused one. */
  private place(side: Side, account: number, size: number, wish: OrderWish): Step[] {
    const { market = 0, price = PRICE, expiry = 0, flags = {} } = wish;
    const slot = wish.slot ?? this.slots.get(account) ?? 100;
    if (wish.slot === undefined) this.slots.set(account, slot + 1);
    return this.send({ type: WordType.place, account, slot, market, side, price, size, expiry, ...flags });
  }

  /** Makes a position by a trade at the oracle price with a partner of boundless means. */
  takePosition(account: number, size: number, market = 0): void {
    const partner = this.register(1n << 60n);
    const { oraclePrice: price } = this.market(market);
    const [maker, taker] = size > 0 ? [this.sell, this.buy] : [this.buy, this.sell];
    maker(partner, Math.abs(size), { market, price });
    const last = taker(account, Math.abs(size), { market, price }).at(-1)!;
    if (last.action.kind !== "fill") throw new Error(`no position: ${last.code ?? last.action.kind}`);
  }

  tick(elapsed: number, ...deltas: (number | null)[]): Step[] {
    return this.run(encodeTick({ time: this.exchange.machine.time + elapsed, deltas }));
  }

  /** Names a trading key for the account. */
  setTradingKey(account: number, scope: number, expiry = 0): Step[] {
    this.run(encodePayload(WordType.payloadHigh, 7n, false));
    this.run(encodePayload(WordType.payloadLow, 9n, false));
    return this.send({ type: WordType.setTradingKey, account, slot: scope, expiry });
  }
}
