/**
 * A small exchange with real keys, in which a test sets up a book and takes honest steps or cheats.
 *
 * A cheat is taken in a liar's copy of the world: the machine decides and applies there, from a state that the cheat
 * pretends, and what it arrives at is claimed as the result in the true world. So all of a cheat's inputs - paths,
 * roots, commitment, evaluation - fit each other, and only the rule that it breaks stands in its way.
 */
import { batchGlobals, batchInput, type CircuitInput } from "../../prover/witness/circuit-input.ts";
import { type StepInput, witnessStep } from "../../prover/witness/step-witness.ts";
import { cloneAccount, cloneMachine, cloneMarkets, cloneOrder } from "../../sequencer/batch/clone.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { accountInputs, positionsInputs } from "../../sequencer/exchange/encode.ts";
import { type Exchange, genesisExchange, readAccount } from "../../sequencer/exchange/exchange.ts";
import { nextNonce, noncesOf } from "../../sequencer/exchange/nonce.ts";
import type { Account, Genesis, MarketParameters, OrderName } from "../../sequencer/exchange/state.ts";
import type { Step } from "../../sequencer/exchange/step.ts";
import {
  amountFields,
  decodeWord,
  encodePayload,
  encodeTick,
  encodeWord,
  payloadOf,
  type Side,
  type WordFields,
  WordType,
} from "../../sequencer/exchange/word.ts";
import type { Poseidon } from "../../sequencer/state-tree/poseidon.ts";
import { StateTree } from "../../sequencer/state-tree/state-tree.ts";
import type { KeyName } from "../generate/keys.ts";
import { SigningKeys } from "../generate/signing.ts";
import { type LoggedWord, SMALL } from "./history.ts";

export const PRICE = 1000;
export const FEE = 3n;

/** Oracle price 1000, 10% initial, 5% maintenance, 10% collar. */
const PARAMETERS: MarketParameters = {
  initialFraction: 1000,
  maintenanceFraction: 500,
  collarFraction: 1000,
  maxMovePerSecond: 5,
  maxOracleAge: 60,
  minOrderValue: 2000n,
  openInterestCap: 1000,
};

const GENESIS: Genesis = {
  domain: 0x50726f6f66626f6f6bn,
  requestFee: FEE,
  time: 1_700_000_000,
  markets: Array.from({ length: SMALL.markets }, () => ({ parameters: PARAMETERS, oraclePrice: PRICE })),
};

/** One step cheated: see above. */
export interface Cheat {
  /** The word that is shown and committed to; null while a taker is active, and for a no-op. */
  readonly logged: LoggedWord | null;
  /** What the liar's step consumes, where that is another word. */
  readonly instead?: LoggedWord | null;
  /** What is pretended of the state before the step. */
  readonly pretend?: (exchange: Exchange) => void;
  /** Makes the pretended end state the claimed one; also gets the true state before the step. */
  readonly claim?: (after: Exchange, before: Exchange) => void;
  /** Changes what is shown of the step. */
  readonly show?: (input: StepInput, liar: World) => StepInput;
}

export class World {
  readonly poseidon: Poseidon;
  readonly exchange: Exchange;
  readonly tree: StateTree;
  readonly keys: SigningKeys;

  private constructor(poseidon: Poseidon, exchange: Exchange, keys: SigningKeys) {
    this.poseidon = poseidon;
    this.exchange = exchange;
    this.keys = keys;
    this.tree = new StateTree(SMALL, poseidon.hash);
    this.tree.rebuild(exchange);
  }

  static genesis(poseidon: Poseidon): World {
    const exchange = genesisExchange(GENESIS, new LiveIndex());
    return new World(poseidon, exchange, new SigningKeys(poseidon, GENESIS.domain, 1));
  }

  /** A copy that goes its own way, after a change of its state if there is one. */
  fork(change: (exchange: Exchange) => void = () => {}): World {
    const accounts = new Map<number, Account>();
    for (const [index, account] of this.exchange.accounts) {
      const orders = [...account.orders].map(([slot, order]) => [slot, cloneOrder(order)] as const);
      accounts.set(index, { ...cloneAccount(account), orders: new Map(orders) });
    }
    const markets = cloneMarkets(this.exchange.markets);
    const orderAt = ({ account, slot }: OrderName) => accounts.get(account)?.orders.get(slot);
    const index = LiveIndex.fromState(markets, orderAt);
    const exchange: Exchange = { accounts, markets, machine: cloneMachine(this.exchange.machine), index };
    change(exchange);
    return new World(this.poseidon, exchange, this.keys);
  }

  // --- words ---

  /** A word that nobody signs. */
  plain = (word: bigint): LoggedWord => ({ word, authentic: true, authority: null });

  /** A request with the next nonce and the current key version. */
  command(fields: Partial<WordFields> & { type: number; account: number }): bigint {
    const account = readAccount(this.exchange, fields.account);
    const nonce = nextNonce(noncesOf(account, fields.keySelector ?? 0));
    return encodeWord({ nonce, keyVersion: fields.keySelector === 1 ? account.keyVersion : 0, ...fields });
  }

  /** The same, signed by the key that it names. */
  request(fields: Partial<WordFields> & { type: number; account: number }): LoggedWord {
    const word = this.command(fields);
    return this.signed(word, this.signerOf(word));
  }

  private signerOf(word: bigint): KeyName {
    const { account, keySelector, keyVersion } = decodeWord(word);
    return { account, key: keySelector === 1 ? "trading" : "owner", version: keyVersion };
  }

  signed(word: bigint, signer: KeyName, signs: readonly bigint[] = [word]): LoggedWord {
    const authority = this.keys.sign({ word, signer, signs, authentic: true })!;
    return { word, authentic: true, authority };
  }

  place(account: number, side: Side, size: number, fields: Partial<WordFields> = {}): LoggedWord {
    return this.request({ type: WordType.place, account, side, size, price: PRICE, ...fields });
  }

  withdraw = (account: number, amount: bigint): LoggedWord =>
    this.request({ type: WordType.withdraw, account, ...amountFields(amount) });

  transfer = (account: number, target: number, amount: bigint): LoggedWord =>
    this.request({ type: WordType.transfer, account, expiry: target, ...amountFields(amount) });

  deposit = (account: number, amount: bigint): LoggedWord =>
    this.plain(encodeWord({ type: WordType.deposit, l1: 1, account, ...amountFields(amount) }));

  tick = (elapsed: number, ...deltas: (number | null)[]): LoggedWord =>
    this.plain(encodeTick({ time: this.exchange.machine.time + elapsed, deltas }));

  payload = (type: 11 | 12, data: bigint, l1: boolean): LoggedWord =>
    this.plain(encodePayload(type, data, l1));

  // --- steps ---

  /** Takes a word to its end, without keeping the inputs. */
  run(...words: LoggedWord[]): this {
    for (const logged of words) {
      let next: LoggedWord | null = logged;
      do {
        this.next(next);
        next = null;
      } while (this.exchange.machine.taker !== null);
    }
    return this;
  }

  /** Registers the next account with an owner key and some collateral. */
  register(collateral: number): this {
    const account = this.exchange.machine.nextAccount;
    const key = this.keys.hashOf({ account, key: "owner", version: 0 });
    const word = encodeWord({ type: WordType.register, l1: 1, account, ...amountFields(BigInt(collateral)) });
    return this.run(
      this.payload(WordType.payloadHigh, key >> 128n, true),
      this.payload(WordType.payloadLow, payloadOf(key << 8n), true),
      this.plain(word),
    );
  }

  /** Names a trading key, signed by the owner. */
  setTradingKey(account: number, scope: number, expiry = 0): this {
    const version = readAccount(this.exchange, account).keyVersion + 1;
    const key = this.keys.hashOf({ account, key: "trading", version });
    return this.run(...this.tradingKeyWords(account, scope, key, { expiry }));
  }

  tradingKeyWords(
    account: number,
    scope: number,
    key: bigint,
    fields: Partial<WordFields> = {},
  ): LoggedWord[] {
    const high = this.payload(WordType.payloadHigh, key >> 128n, false);
    const low = this.payload(WordType.payloadLow, payloadOf(key << 8n), false);
    const word = this.command({ type: WordType.setTradingKey, account, slot: scope, ...fields });
    const command = this.signed(word, this.signerOf(word), [high.word, low.word, word]);
    return [high, low, command];
  }

  /** Takes one step honestly and gives it as a batch. */
  next(logged: LoggedWord | null): CircuitInput & { readonly step: Step } {
    const before = this.beginning();
    const { step, input } = this.take(logged);
    return { step, ...this.batch(before, this.tree.stateRoot(this.exchange), input) };
  }

  /** The batch that a cheat would have proven. The world itself stays as it is. */
  cheat(cheat: Cheat): CircuitInput & { readonly step: Step } {
    const { logged, instead = logged, pretend, claim, show } = cheat;
    const liar = this.fork();
    pretend?.(liar.exchange);
    const { step, input } = liar.take(instead);
    let shown: StepInput = { ...input, account: this.truly(input) };
    if (instead !== logged) shown = { ...shown, ...authorityOf(logged), word: logged?.word ?? 0n };
    if (show !== undefined) shown = show(shown, liar);
    claim?.(liar.exchange, this.exchange);
    const after = new World(this.poseidon, liar.exchange, this.keys);
    const root = after.tree.stateRoot(after.exchange);
    return { step, ...this.batch(this.beginning(), root, shown, after.exchange) };
  }

  private take(logged: LoggedWord | null) {
    const { exchange, tree } = this;
    const word = exchange.machine.taker === null ? logged?.word : undefined;
    return witnessStep(exchange, tree, word, logged?.authentic ?? false, logged?.authority ?? null);
  }

  private beginning() {
    const { exchange, tree } = this;
    return {
      globals: batchGlobals(exchange, tree.accountsRoot),
      preRoot: tree.stateRoot(exchange),
      l1Start: exchange.machine.l1Consumed,
    };
  }

  private batch(
    { globals, preRoot, l1Start }: ReturnType<World["beginning"]>,
    postRoot: bigint,
    input: StepInput,
    after: Exchange = this.exchange,
  ): CircuitInput {
    const { time, l1Consumed } = after.machine;
    const counts = { number: 1, epoch: 0, steps: 1, wordCount: input.word === 0n ? 0 : 1 };
    const header = headerWords({
      ...{ preRoot, postRoot, ...counts, time, l1Start, l1End: l1Consumed, signaturesHash: 0n },
    });
    return batchInput(this.poseidon, header, globals, [input]);
  }

  /** The opened accounts as they really are: a pretence about them would not open. */
  private truly(input: StepInput): readonly [bigint[], bigint[]] {
    const [counterparty, active] = input.index;
    // The active account opens after the counterparty's change; of the same account the liar's step knows best.
    const second = counterparty === active ? input.account[1] : this.fieldsOf(active);
    return [this.fieldsOf(counterparty), second];
  }

  private fieldsOf(index: number): bigint[] {
    const account = readAccount(this.exchange, index);
    return [...accountInputs(account, 0n, 0n).slice(0, 7), ...positionsInputs(account)];
  }

  /** Shows another counterparty, with its order and paths as they are before the step. */
  opens(input: StepInput, name: OrderName): StepInput {
    const { tree } = this;
    return {
      ...input,
      index: [name.account, input.index[1]],
      slot: [name.slot, input.slot[1]],
      account: [this.fieldsOf(name.account), input.account[1]],
      order: [tree.leafAt(name), input.order[1]],
      orderPath: [tree.orderPath(name), input.orderPath[1]],
      accountPath: [tree.accountPath(name.account), input.accountPath[1]],
    };
  }
}

const authorityOf = (logged: LoggedWord | null): Partial<StepInput> => {
  if (logged?.authority == null) return {};
  const { publicKey, signature } = logged.authority;
  return { publicKey, r8: signature.r8, s: signature.s };
};
