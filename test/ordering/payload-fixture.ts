/** Payloads for tests: four validators with real keys, requests with invented signatures unless given. */
import { leaderOf, makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Hash } from "../../sequencer/consensus/messages.ts";
import { addressOf } from "../../sequencer/consensus/secp256k1.ts";
import { domainSeparator } from "../../sequencer/consensus/vote.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { amountFields, encodePayload, encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { type SignedReport, signReport } from "../../sequencer/oracle/report.ts";
import { inSeededOrder } from "../../sequencer/ordering/block-order.ts";
import { composePayload } from "../../sequencer/ordering/compose-payload.ts";
import type { BlockLimits } from "../../sequencer/ordering/limits.ts";
import type { ChainPoint, Payload } from "../../sequencer/ordering/payload.ts";
import type { PayloadContext } from "../../sequencer/ordering/payload-rule.ts";
import { hashOf, type Reveal, revealOf } from "../../sequencer/ordering/seed.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import type { Random } from "../generate/random.ts";

export const MARKETS = 2;
const keys = [1, 2, 3, 4].map((number) => new Uint8Array(32).fill(number));
export const epoch = makeEpoch(
  5,
  keys.map((key) => addressOf(key)),
);
export const separator = domainSeparator({
  chainId: 31337n,
  verifyingContract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
});

export const smallLimits: BlockLimits = {
  maxRequests: 12,
  reservedForRelief: 4,
  maxReliefPerAccount: 3,
  maxPerAccount: 5,
  maxL1Words: 8,
};

export const parent: ChainPoint = { seed: hashOf(new Uint8Array(32).fill(9)), l1Next: 2 };
export const VIEW = 6;
export const TIME_MS = 1_700_000_000_000;

/** The finalized L1 queue of tests: a deposit, a deposit, a registration of three words, two deposits. */
export const l1Queue: readonly bigint[] = [
  ...[1, 2].map((account) => encodeWord({ type: WordType.deposit, l1: 1, account, ...amountFields(5n) })),
  encodePayload(WordType.payloadHigh, 77n, true),
  encodePayload(WordType.payloadLow, 78n, true),
  encodeWord({ type: WordType.register, l1: 1, account: 3 }),
  ...[3, 1].map((account) => encodeWord({ type: WordType.deposit, l1: 1, account, ...amountFields(6n) })),
];

export const l1Words = (start: number, count: number): readonly bigint[] =>
  l1Queue.slice(start, start + count);

export const contextOf = (changed: Partial<PayloadContext> = {}): PayloadContext => ({
  parent,
  view: VIEW,
  timeMs: TIME_MS,
  lastOfEpoch: false,
  epoch,
  separator,
  markets: MARKETS,
  slots: 16,
  limits: smallLimits,
  l1Words,
  sealedSet: () => "unseen",
  ...changed,
});

export const report = (
  signer: number,
  prices: readonly (number | null)[] = [2000, 3000],
  timeMs = TIME_MS - 1000,
  under = separator,
): SignedReport =>
  signReport({ separator: under, epoch: epoch.number, signer, secretKey: keys[signer]! }, { timeMs, prices });

/** What the leader of a view reveals, or another validator in its place, or in another epoch. */
export const revealAt = (view: number, validator = leaderOf(epoch, view), number = epoch.number): Reveal =>
  revealOf(keys[validator]!, { separator, epoch: number, view });

/** A valid payload of these requests, in block order. */
export const payloadOf = (
  requests: readonly SignedRequest[],
  changed: {
    reports?: readonly SignedReport[];
    view?: number;
    parent?: ChainPoint;
    next?: readonly string[];
  } = {},
): Payload =>
  composePayload({
    parent: changed.parent ?? parent,
    reveal: revealAt(changed.view ?? VIEW),
    limits: smallLimits,
    l1Words,
    reports: changed.reports ?? [0, 1, 3].map((signer) => report(signer)),
    takeRequests: (seed: Hash) => inSeededOrder(seed, requests),
    next: changed.next ?? null,
  });

const number = (random: Random): bigint => random.bigint(256) % FIELD_MODULUS;

/** A request whose signature nobody made, under a key of the account's own. */
export const unsigned = (
  words: readonly bigint[],
  random: Random,
  key = BigInt((words.at(-1)! >> 8n) & 0xfffffn),
): SignedRequest => ({
  words,
  publicKey: [key, key + 1n],
  signature: { r8: [number(random), number(random)], s: number(random) },
});

/** Requests of some accounts with rising nonces, in order of arrival, within the small limits. */
export function someRequests(random: Random, count: number): SignedRequest[] {
  const nonces = new Map<number, number>();
  return Array.from({ length: count }, () => {
    const account = random.between(1, 6);
    const nonce = (nonces.get(account) ?? 0) + random.between(1, 3);
    nonces.set(account, nonce);
    const common = { account, nonce, slot: random.below(16) };
    const order = { ...common, type: WordType.place, price: random.between(1, 9), size: 1 };
    return unsigned(
      random.pick([
        () => [encodeWord(order)],
        () => [encodeWord({ ...order, postOnly: 1 })],
        () => [encodeWord({ ...order, reduceOnly: 1 })],
        () => [encodeWord({ ...common, type: WordType.cancel })],
        () => [
          encodePayload(WordType.payloadHigh, random.bigint(128), false),
          encodePayload(WordType.payloadLow, random.bigint(128), false),
          encodeWord({ ...common, type: WordType.setTradingKey }),
        ],
      ])(),
      random,
    );
  });
}
