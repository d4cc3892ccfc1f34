/** A sequencer over a database of its own, with traders who can sign. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Genesis } from "../../sequencer/exchange/state.ts";
import {
  amountFields,
  encodePayload,
  encodeWord,
  typeOf,
  type WordFields,
  WordType,
} from "../../sequencer/exchange/word.ts";
import { isRefusal } from "../../sequencer/node/refusal.ts";
import {
  type Clock,
  DEFAULT_LIMITS,
  type SequencerLimits,
  type SequencerSettings,
} from "../../sequencer/node/settings.ts";
import { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import type { Receipt } from "../../sequencer/node/view.ts";
import { publicKeyOf, sign } from "../../sequencer/signature/eddsa.ts";
import { keyHash, requestMessage, type SignedRequest } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { Database } from "../../sequencer/store/database.ts";
import { testGenesis } from "../generate/genesis.ts";

export const poseidon = await loadPoseidon();
export const genesis: Genesis = testGenesis(2);

/** A clock that stands until it is moved. Blocks of most tests are due at once and need none. */
export class HandClock implements Clock {
  private now = 0;
  private timers: { at: number; call: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.now + ms, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  advance(ms: number): void {
    this.now += ms;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { call } of due) call();
  }
}

export const settingsOf = (
  changed: Partial<SequencerSettings> = {},
  limits: Partial<SequencerLimits> = {},
) => ({
  genesis,
  dimensions: { accountDepth: 3, orderDepth: 2, markets: 2 },
  tiers: [4, 16],
  maxBatchSeconds: 1000,
  epoch: 1,
  increments: [],
  ...changed,
  limits: { ...DEFAULT_LIMITS, blockMs: 0, ...limits },
});

export const secretOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);
export const ownerHash = (number: number): bigint =>
  keyHash(poseidon.hash, publicKeyOf(poseidon, secretOf(number)));

/** Signs words with the key of a number. */
export function signWords(number: number, words: readonly bigint[], domain = genesis.domain): SignedRequest {
  const secret = secretOf(number);
  return {
    words,
    publicKey: publicKeyOf(poseidon, secret),
    signature: sign(poseidon, secret, messageOf(words, domain)),
  };
}

/** Words that are no request have no message either. */
function messageOf(words: readonly bigint[], domain: bigint): bigint {
  const isWhole = typeOf(words.at(-1)!) !== WordType.setTradingKey || words.length > 2;
  return isWhole ? requestMessage(poseidon.hash, domain, words) : 0n;
}

type Fields = Partial<WordFields> & { type: number };

/** An account whose owner key has the account's number. */
export class Trader {
  readonly account: number;
  nonce = 0;

  constructor(account: number) {
    this.account = account;
  }

  request(fields: Fields): SignedRequest {
    return signWords(this.account, [this.word(fields)]);
  }

  word(fields: Fields): bigint {
    return encodeWord({ account: this.account, nonce: this.nonce++, ...fields });
  }

  place(
    slot: number,
    side: number,
    price: number,
    size: number,
    more: Partial<WordFields> = {},
  ): SignedRequest {
    return this.request({ type: WordType.place, slot, side, price, size, ...more });
  }
}

/** The three words of the L1 queue that open an account. */
export const registration = (account: number, amount: bigint): bigint[] => [
  encodePayload(WordType.payloadHigh, ownerHash(account) >> 128n, true),
  encodePayload(WordType.payloadLow, ownerHash(account) % (1n << 128n), true),
  encodeWord({ type: WordType.register, l1: 1, account, ...amountFields(amount) }),
];

export async function openAt(
  path: string,
  settings: SequencerSettings = settingsOf(),
  clock: Clock = new HandClock(),
): Promise<SoloSequencer> {
  const database = await Database.open(path);
  try {
    return await SoloSequencer.open(database, settings, poseidon, clock);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Runs with a folder that is gone afterwards. */
export async function withFolder(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "proofbook-node-"));
  try {
    await run(join(folder, "data"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs with a new sequencer and some registered traders, numbered from 1. */
export async function withSequencer(
  traders: number,
  run: (sequencer: SoloSequencer, traders: Trader[], path: string) => Promise<void>,
  settings: SequencerSettings = settingsOf(),
  clock: HandClock = new HandClock(),
): Promise<void> {
  await withFolder(async (path) => {
    const sequencer = await openAt(path, settings, clock);
    try {
      const registered = registerTraders(sequencer, traders);
      clock.advance(settings.limits.blockMs);
      await run(sequencer, await registered, path);
    } finally {
      await sequencer.close();
    }
  });
}

export async function registerTraders(sequencer: SoloSequencer, count: number): Promise<Trader[]> {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const words = numbers.flatMap((account) => registration(account, 1_000_000n));
  const held = sequencer.submitL1(words, sequencer.nextL1Index());
  const ticked = sequencer.submitTick({ time: genesis.time + 1, deltas: [0, 0] });
  await Promise.all([held, ticked]);
  return numbers.map((account) => new Trader(account));
}

/** The receipt of a request that must be logged. */
export async function receiptOf(sequencer: SoloSequencer, request: SignedRequest): Promise<Receipt> {
  const answer = await sequencer.submit(request);
  if (isRefusal(answer)) throw new Error(`turned away: ${answer.refused}`);
  return answer;
}
