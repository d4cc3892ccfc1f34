/**
 * The exchange a second time, written from the design's text alone and as simply as it can be: arrays and
 * sums, no linked list, no registers, no shortcuts. Slow, and that is its point. It shares with the machine
 * only the layout of words.
 */
import { pow2 } from "../../../sequencer/exchange/limits.ts";
import type { Genesis } from "../../../sequencer/exchange/state.ts";
import {
  amountOf,
  decodeTick,
  decodeWord,
  payloadOf,
  targetOf,
  type WordFields,
} from "../../../sequencer/exchange/word.ts";
import {
  abs,
  equityOf,
  fits,
  type NaiveAccount,
  type NaiveMarket,
  newAccount,
  requirementOf,
  reservedOf,
} from "./account.ts";
import { NaiveBook, type NaiveOrder } from "./book.ts";
import type { Event } from "./events.ts";
import { type Incoming, match } from "./match.ts";

const MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export class NaiveExchange {
  readonly accounts = new Map<number, NaiveAccount>();
  readonly markets: NaiveMarket[];
  readonly book: NaiveBook;
  readonly fee: bigint;
  time: number;
  registered = 0;
  l1Words = 0;
  fees = 0n;
  /** Brought in and not taken out again. */
  paidIn = 0n;
  paidOut = 0n;
  signedPayload = { high: 0n, low: 0n };
  l1Payload = { high: 0n, low: 0n };

  constructor(genesis: Genesis) {
    this.fee = genesis.requestFee;
    this.time = genesis.time;
    this.book = new NaiveBook(genesis.markets.length);
    this.markets = genesis.markets.map(({ oraclePrice, parameters }) => ({
      oracle: BigInt(oraclePrice),
      oracleTime: genesis.time,
      fundingIndex: 0n,
      fundingClearing: 0n,
      initialFraction: BigInt(parameters.initialFraction),
      maintenanceFraction: BigInt(parameters.maintenanceFraction),
      collarFraction: BigInt(parameters.collarFraction),
      maxMovePerSecond: BigInt(parameters.maxMovePerSecond),
      maxOracleAge: parameters.maxOracleAge,
      minOrderValue: parameters.minOrderValue,
      openInterestCap: BigInt(parameters.openInterestCap),
    }));
  }

  account(index: number): NaiveAccount {
    let account = this.accounts.get(index);
    if (account === undefined) {
      account = newAccount(this.markets.length);
      this.accounts.set(index, account);
    }
    return account;
  }

  ordersOf(index: number): NaiveOrder[] {
    return this.book.all().filter((order) => order.account === index);
  }

  reserved(index: number): bigint {
    return reservedOf(this.account(index).generation, this.ordersOf(index));
  }

  longLots(market: number): bigint {
    return [...this.accounts.values()]
      .map(({ positions }) => positions[market]!.size)
      .reduce((total, size) => (size > 0n ? total + size : total), 0n);
  }

  isDead(order: NaiveOrder): "dead" | "expired" | null {
    if (order.generation < this.account(order.account).generation) return "dead";
    return order.expiry > 0 && this.time >= order.expiry ? "expired" : null;
  }

  isStale(market: number): boolean {
    const { oracleTime, maxOracleAge } = this.markets[market]!;
    return this.time > oracleTime + maxOracleAge;
  }

  holdsStale(index: number): boolean {
    return this.account(index).positions.some(({ size }, market) => size !== 0n && this.isStale(market));
  }

  /** Whether the account could lose the amount, in quanta times ten thousand, and still cover everything. */
  covers(index: number, amount: bigint): boolean {
    const account = this.account(index);
    const needed = requirementOf(account, this.markets, "initialFraction") + this.reserved(index) + amount;
    return equityOf(account, this.markets) * 10_000n >= needed;
  }

  /** One word to its very end. */
  submit(word: bigint, authentic: boolean): Event[] {
    const fields = decodeWord(word);
    if (fields.l1 === 1) this.l1Words += 1;
    if (fields.type < 2 || fields.type > 7 || fields.l1 === 1) {
      const code = this.unsigned(word, fields);
      return [code === null ? { is: "accepted", type: String(fields.type) } : { is: "refused", code }];
    }
    if (!authentic) return [{ is: "dropped" }];
    const code = this.authority(fields) ?? this.command(word, fields);
    if (typeof code !== "string") return [{ is: "accepted", type: String(fields.type) }, ...code];
    return [{ is: "refused", code }];
  }

  private unsigned(word: bigint, fields: WordFields): string | null {
    if (fields.type === 11 || fields.type === 12) {
      const payload = fields.l1 === 1 ? this.l1Payload : this.signedPayload;
      payload[fields.type === 11 ? "high" : "low"] = payloadOf(word);
      return null;
    }
    if (fields.type === 1 && fields.l1 === 0) return this.tick(word);
    if (fields.type === 8 && fields.l1 === 0) return this.expire(fields);
    if (fields.type === 9 && fields.l1 === 1) return this.deposit(fields.account, amountOf(word));
    if (fields.type === 10 && fields.l1 === 1) return this.register(fields.account, amountOf(word));
    return "unknownRequest";
  }

  private tick(word: bigint): string | null {
    const { time, fresh, deltas } = decodeTick(word);
    if (time <= this.time) return "clockNotAdvanced";
    const prices: bigint[] = [];
    for (const [m, market] of this.markets.entries()) {
      const delta = BigInt(deltas[m]!);
      const most = BigInt(time - this.time) * market.maxMovePerSecond;
      if (fresh[m] ? abs(delta) > most : delta !== 0n) return "moveTooLarge";
      const price = market.oracle + delta;
      if (price < 1n || price >= pow2(32)) return "priceOutOfRange";
      prices.push(price);
    }
    this.time = time;
    for (const [m, market] of this.markets.entries()) {
      market.oracle = prices[m]!;
      if (fresh[m]) market.oracleTime = time;
    }
    return null;
  }

  private expire({ account, slot }: WordFields): string | null {
    const order = this.book.find(account, slot);
    if (order === undefined) return "noSuchOrder";
    if (this.isDead(order) === null) return "notDead";
    this.book.remove(order);
    return null;
  }

  private deposit(index: number, amount: bigint): string | null {
    if (index < 1 || index > this.registered) return "unknownAccount";
    if (!fits(this.account(index).collateral + amount)) return "collateralLimit";
    if (this.paidIn - this.paidOut + amount >= pow2(96)) return "custodyLimit";
    this.account(index).collateral += amount;
    this.paidIn += amount;
    return null;
  }

  private register(index: number, amount: bigint): string | null {
    if (index !== this.registered + 1) return "outOfTurn";
    this.registered = index;
    const account = this.account(index);
    account.ownerKey = (this.l1Payload.high * pow2(128) + this.l1Payload.low) % MODULUS;
    account.collateral = amount;
    this.paidIn += amount;
    this.l1Payload = { high: 0n, low: 0n };
    return null;
  }

  /** Key version, what a trading key may do, nonce, fee; takes nonce and fee once they are due. */
  private authority(fields: WordFields): string | null {
    const account = this.account(fields.account);
    const current = fields.keySelector === 1 ? account.keyVersion : 0;
    if (fields.keyVersion !== current) return "staleKey";
    if (fields.keySelector === 1) {
      if (account.keyExpiry > 0 && this.time >= account.keyExpiry) return "keyExpired";
      if (fields.type === 7) return "ownerKeyOnly";
      const needed = ({ 2: 1, 3: 2, 4: 2, 5: 4, 6: 8 } as Record<number, number>)[fields.type]!;
      if ((account.scope & needed) === 0) return "outOfScope";
    }
    const used = fields.keySelector === 1 ? account.tradingNonces : account.ownerNonces;
    const window = (nonce: number) => Math.floor(nonce / 32);
    const newest = [...used].reduce((most, nonce) => Math.max(most, window(nonce)), 0);
    if (window(fields.nonce) < newest - 1 || used.has(fields.nonce)) return "usedNonce";
    used.add(fields.nonce);
    if (equityOf(account, this.markets) < this.fee) return "cannotPay";
    account.collateral -= this.fee;
    this.fees += this.fee;
    return null;
  }

  private command(word: bigint, fields: WordFields): string | Event[] {
    switch (fields.type) {
      case 2:
        return this.place(fields);
      case 3: {
        const order = this.book.find(fields.account, fields.slot);
        if (order === undefined) return "noSuchOrder";
        this.book.remove(order);
        return [];
      }
      case 4:
        if (this.account(fields.account).generation === 2 ** 24 - 1) return "generationExhausted";
        this.account(fields.account).generation += 1;
        return [];
      case 5:
        return this.withdraw(fields.account, amountOf(word));
      case 6:
        return this.transfer(fields.account, targetOf(word), amountOf(word));
      default:
        return this.setTradingKey(fields);
    }
  }

  private withdraw(index: number, amount: bigint): string | Event[] {
    if (!fits(this.account(index).collateral - amount)) return "collateralLimit";
    if (this.holdsStale(index)) return "staleMarket";
    if (!this.covers(index, amount * 10_000n)) return "belowRequirement";
    if (this.paidOut + amount > this.paidIn) return "beyondCustody";
    this.account(index).collateral -= amount;
    this.paidOut += amount;
    return [];
  }

  private transfer(from: number, to: number, amount: bigint): string | Event[] {
    if (to === 0 || to === from || to > this.registered) return "badTarget";
    if (!fits(this.account(from).collateral - amount)) return "collateralLimit";
    if (!fits(this.account(to).collateral + amount)) return "collateralLimit";
    if (this.holdsStale(from)) return "staleMarket";
    if (!this.covers(from, amount * 10_000n)) return "belowRequirement";
    this.account(from).collateral -= amount;
    this.account(to).collateral += amount;
    return [];
  }

  private setTradingKey(fields: WordFields): string | Event[] {
    const account = this.account(fields.account);
    if (account.keyVersion === 2 ** 16 - 1) return "versionExhausted";
    account.tradingKey = (this.signedPayload.high * pow2(128) + this.signedPayload.low) % MODULUS;
    account.keyVersion += 1;
    account.scope = fields.slot;
    account.keyExpiry = fields.expiry;
    account.tradingNonces.clear();
    this.signedPayload = { high: 0n, low: 0n };
    return [];
  }

  private place(fields: WordFields): string | Event[] {
    const market = this.markets[fields.market];
    if (market === undefined) return "unknownMarket";
    if (fields.immediateOrCancel + fields.postOnly === 2) return "badFlags";
    if (fields.price === 0) return "zeroPrice";
    if (fields.size === 0) return "zeroSize";
    if (fields.expiry > 0 && fields.expiry <= this.time) return "expired";
    const taken = this.book.find(fields.account, fields.slot) !== undefined;
    if (taken && fields.immediateOrCancel === 0) return "slotTaken";
    const incoming: Incoming = {
      account: fields.account,
      slot: fields.slot,
      market: fields.market,
      buys: fields.side === 0,
      price: BigInt(fields.price),
      remaining: BigInt(fields.size),
      reduceOnly: fields.reduceOnly === 1,
      immediateOrCancel: fields.immediateOrCancel === 1,
      expiry: fields.expiry,
    };
    const code = this.placeable(incoming, market);
    if (code !== null) return code;
    const best = this.book.side(fields.market, !incoming.buys)[0];
    const crosses =
      best !== undefined && (incoming.buys ? best.price <= incoming.price : best.price >= incoming.price);
    return crosses && fields.postOnly === 1 ? "wouldCross" : match(this, incoming);
  }

  private placeable(incoming: Incoming, market: NaiveMarket): string | null {
    const { price, remaining, reduceOnly, buys, account } = incoming;
    if (!reduceOnly && this.isStale(incoming.market)) return "staleMarket";
    if (!reduceOnly && this.holdsStale(account)) return "staleMarket";
    if (!reduceOnly && price * remaining < market.minOrderValue) return "belowMinimum";
    const reach = buys ? 10_000n + market.collarFraction : 10_000n - market.collarFraction;
    const outside = buys ? price * 10_000n > market.oracle * reach : price * 10_000n < market.oracle * reach;
    if (outside) return "outsideCollar";
    const { size } = this.account(account).positions[incoming.market]!;
    if (reduceOnly) return (buys ? size < 0n : size > 0n) ? null : "nothingToReduce";
    return this.covers(account, price * remaining * market.initialFraction) ? null : "belowRequirement";
  }
}
