/**
 * An account with the key that signs for it: picks nonces and slots, signs, sends; what is asked for at once in one body.
 * Several sessions may share an account, also on different machines: whoever comes second with a nonce takes a newer one.
 */
import type { Quanta } from "../../sequencer/exchange/state.ts";
import { cancelAllWord } from "./cancel-all-word.ts";
import { cancelWord } from "./cancel-word.ts";
import type { Client } from "./client.ts";
import type { RequestKey } from "./derive-key.ts";
import type { MarketUnits } from "./market-units.ts";
import { NonceSource } from "./nonce-source.ts";
import { type OrderTerms, placeWord } from "./place-word.ts";
import { getAccount, getExchange } from "./reads.ts";
import type { AccountInfo, Receipt } from "./replies.ts";
import { RequestGatherer } from "./request-gatherer.ts";
import { signRequest } from "./sign-request.ts";
import type { SignerFields } from "./signer-fields.ts";
import { SlotAllocator } from "./slot-allocator.ts";
import { mayHaveArrived, TraderError } from "./trader-error.ts";
import { type TradingKeyOptions, tradingKeyWords } from "./trading-key-words.ts";
import { transferWord } from "./transfer-word.ts";
import { withdrawWord } from "./withdraw-word.ts";

export interface OpenSessionOptions {
  readonly client: Client;
  readonly account: number;
  /** The account's owner key or its present trading key. */
  readonly key: RequestKey;
  /** Unix milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface PlaceTerms extends OrderTerms {
  readonly units: MarketUnits;
  readonly slot?: number | undefined;
}

export interface Placed {
  readonly receipt: Receipt;
  /** Names the order together with the account. */
  readonly slot: number;
}

/** So often a nonce that another session was quicker with is replaced. */
const NONCE_ATTEMPTS = 5;
/** Each costs a fee, so a book full of dead orders is not dug through. */
const SLOT_ATTEMPTS = 4;

/**
 * Opens a session. Throws `NO_ACCOUNT` or `WRONG_KEY` before anything is signed.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { openSession } from "./account-session.ts";
 *
 * const { client, key, units } = globalThis.exampleExchange;
 * const session = await openSession({ client, account: 1, key });
 * const { receipt, slot } = await session.place({ units, side: "buy", price: "63999.5", size: "0.01" });
 * equal(receipt.outcome, "accepted");
 * equal((await session.cancel({ slot })).outcome, "accepted");
 */
export async function openSession(options: OpenSessionOptions): Promise<AccountSession> {
  const { client, account, key } = options;
  const [exchange, info] = await Promise.all([getExchange(client), findAccount(client, account)]);
  return new AccountSession({
    client,
    key,
    info,
    domain: BigInt(exchange.domain),
    tradingKeyVersion: versionOf(info, key),
    slots: 4 ** exchange.dimensions.orderDepth,
    now: options.now ?? Date.now,
  });
}

async function findAccount(client: Client, account: number): Promise<AccountInfo> {
  try {
    return await getAccount(client, { account });
  } catch (error) {
    if (!(error instanceof TraderError) || error.reason !== "noSuchAccount") throw error;
    throw new TraderError("NO_ACCOUNT", {
      message: `there is no account ${account}`,
      whatToDo: "A registration on L1 appears once its block is final; try again in a moment.",
      cause: error,
    });
  }
}

/** Undefined for the owner's key. */
function versionOf(info: AccountInfo, key: RequestKey): number | undefined {
  if (info.ownerKey === String(key.hash)) return undefined;
  if (info.tradingKey === String(key.hash)) return info.keyVersion;
  throw new TraderError("WRONG_KEY", {
    message: `the key is neither the owner key nor the trading key of account ${info.index}`,
    facts: { account: info.index, keyHash: String(key.hash) },
    whatToDo: "Check wallet, account and exchange; keys differ between exchanges.",
  });
}

interface SessionParts {
  readonly client: Client;
  readonly key: RequestKey;
  readonly info: AccountInfo;
  readonly domain: bigint;
  readonly tradingKeyVersion: number | undefined;
  readonly slots: number;
  readonly now: () => number;
}

export class AccountSession {
  readonly account: number;
  private readonly parts: SessionParts;
  private readonly gatherer: RequestGatherer;
  private readonly nonces: NonceSource;
  private slots: SlotAllocator;
  /** Slots of orders that were sent and are not answered. */
  private readonly sent = new Set<number>();

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.account = parts.info.index;
    this.gatherer = new RequestGatherer(parts.client);
    this.nonces = new NonceSource({ now: parts.now, from: this.nextNonceOf(parts.info) });
    this.slots = this.slotsOf(parts.info);
  }

  /** Places an order, in a free slot unless one is chosen. */
  async place(terms: PlaceTerms): Promise<Placed> {
    if (terms.slot !== undefined) return await this.placeAt(terms, terms.slot);
    for (let attempt = 1; ; attempt++) {
      const placed = await this.placeAt(terms, await this.freeSlot());
      // A dead order that was not cleared yet lies there: the slot stays taken, and the next one is tried.
      const wasTaken = placed.receipt.code === "slotTaken";
      if (wasTaken) this.slots.occupy(placed.slot);
      if (!wasTaken || attempt === SLOT_ATTEMPTS) return placed;
    }
  }

  private async placeAt(terms: PlaceTerms, slot: number): Promise<Placed> {
    this.slots.occupy(slot);
    this.sent.add(slot);
    let rests = true;
    try {
      const receipt = await this.send((signer) => [placeWord({ ...terms, ...signer, slot })]);
      rests = receipt.order === "open";
      return { receipt, slot };
    } catch (error) {
      // Without an answer the order may rest: the slot stays taken until the account says otherwise.
      rests = !(error instanceof TraderError) || mayHaveArrived(error);
      throw error;
    } finally {
      this.sent.delete(slot);
      if (!rests) this.slots.release(slot);
    }
  }

  async cancel({ slot }: { readonly slot: number }): Promise<Receipt> {
    const receipt = await this.send((signer) => [cancelWord({ ...signer, slot })]);
    if (receipt.outcome === "accepted") this.slots.release(slot);
    return receipt;
  }

  /** Kills all open orders at once. Their slots are free when the orders have been cleared from the book. */
  cancelAll(): Promise<Receipt> {
    return this.send((signer) => [cancelAllWord(signer)]);
  }

  withdraw({ quanta }: { readonly quanta: Quanta }): Promise<Receipt> {
    return this.send((signer) => [withdrawWord({ ...signer, quanta })]);
  }

  transfer({ quanta, to }: { readonly quanta: Quanta; readonly to: number }): Promise<Receipt> {
    return this.send((signer) => [transferWord({ ...signer, quanta, to })]);
  }

  /** Names a new trading key; only a session with the owner's key may. */
  setTradingKey(options: Pick<TradingKeyOptions, "keyHash" | "scope" | "expiry">): Promise<Receipt> {
    return this.send(({ account, nonce }) => [...tradingKeyWords({ ...options, account, nonce })]);
  }

  /** Reads the account again: its slots, its nonces. */
  async refresh(): Promise<AccountInfo> {
    const info = await findAccount(this.parts.client, this.account);
    this.nonces.observe(this.nextNonceOf(info));
    this.slots = this.slotsOf(info);
    return info;
  }

  /** Owner and trading key count apart. */
  private nextNonceOf({ nextNonce, nextTradingNonce }: AccountInfo): number {
    return this.parts.tradingKeyVersion === undefined ? nextNonce : nextTradingNonce;
  }

  private slotsOf(info: AccountInfo): SlotAllocator {
    const taken = [...info.orders.map(({ slot }) => slot), ...this.sent];
    return new SlotAllocator({ taken, slots: this.parts.slots });
  }

  private async freeSlot(): Promise<number> {
    try {
      return this.slots.take();
    } catch (error) {
      if (!(error instanceof TraderError)) throw error;
      // Orders that were filled meanwhile have given their slots back.
      await this.refresh();
      return this.slots.take();
    }
  }

  private async send(words: (signer: SignerFields) => bigint[]): Promise<Receipt> {
    const { key, domain, tradingKeyVersion } = this.parts;
    for (let attempt = 1; ; attempt++) {
      const signer = { account: this.account, nonce: this.nonces.next(), tradingKeyVersion };
      const signed = await signRequest({ words: words(signer), key, domain });
      try {
        return await this.gatherer.submit(signed);
      } catch (error) {
        // Said only of what was sent once and answered: of anything else the outcome is not known (`submitRequest`).
        const wasUsed = error instanceof TraderError && error.reason === "usedNonce";
        if (!wasUsed || attempt === NONCE_ATTEMPTS) throw error;
        await this.refresh();
      }
    }
  }
}
