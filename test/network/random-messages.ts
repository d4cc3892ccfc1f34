/** Random messages of every kind, within the bounds of the wire. */
import { MAX_VALIDATORS } from "../../sequencer/consensus/limits.ts";
import type {
  Block,
  Certificate,
  Hash,
  Message,
  Signature,
  Subject,
  Vote,
} from "../../sequencer/consensus/messages.ts";
import type { LogRecord } from "../../sequencer/consensus/ports.ts";
import { hexOf } from "../../sequencer/consensus/vote.ts";
import { MAX_MARKETS, PRICE_BITS } from "../../sequencer/exchange/limits.ts";
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES_PER_PEER } from "../../sequencer/network/limits.ts";
import type { Notice } from "../../sequencer/network/wire/notice.ts";
import type { SignedRequest } from "../../sequencer/signature/request.ts";
import type { Random } from "../generate/random.ts";

export const randomBytes = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => random.below(256));

/** Small ones, and those at the edges of varints and of doubles. */
const randomNumber = (random: Random): number =>
  random.chance(0.5)
    ? random.below(300)
    : Math.min(2 ** random.between(7, 53) + random.between(-1, 1), Number.MAX_SAFE_INTEGER);

const randomHash = (random: Random): Hash => hexOf(randomBytes(random, 32));
const randomSignature = (random: Random): Signature => hexOf(randomBytes(random, 65));
const listOf = <T>(random: Random, max: number, make: () => T): T[] =>
  Array.from({ length: random.between(0, max) }, make);

function randomSubject(random: Random): Subject {
  const kind = random.pick(["notarize", "nullify", "finalize"] as const);
  const block = kind === "nullify" ? null : randomHash(random);
  return { kind, epoch: randomNumber(random), view: randomNumber(random), block };
}

export const randomVote = (random: Random): Vote => ({
  ...randomSubject(random),
  signer: random.below(MAX_VALIDATORS),
  signature: randomSignature(random),
});

export const randomCertificate = (random: Random): Certificate => ({
  ...randomSubject(random),
  signatures: listOf(random, 7, () => ({
    signer: random.below(MAX_VALIDATORS),
    signature: randomSignature(random),
  })),
});

export const randomBlock = (random: Random): Block => ({
  header: {
    epoch: randomNumber(random),
    view: randomNumber(random),
    height: randomNumber(random),
    parent: randomHash(random),
    timeMs: randomNumber(random),
    stateRootHeight: randomNumber(random),
    stateRoot: randomHash(random),
    payloadHash: randomHash(random),
    lastOfEpoch: random.chance(0.5),
  },
  payload: randomBytes(random, random.between(0, 300)),
});

const makers: { readonly [Kind in Message["kind"]]: (random: Random) => Extract<Message, { kind: Kind }> } = {
  vote: (random) => ({ kind: "vote", vote: randomVote(random) }),
  certificate: (random) => ({ kind: "certificate", certificate: randomCertificate(random) }),
  proposal: (random) => ({
    kind: "proposal",
    proposal: {
      epoch: randomNumber(random),
      view: randomNumber(random),
      block: randomBlock(random),
      parentView: randomNumber(random),
      certificates: listOf(random, 3, () => randomCertificate(random)),
      vote: randomVote(random),
    },
  }),
  certificateRequest: (random) => ({
    kind: "certificateRequest",
    epoch: randomNumber(random),
    view: randomNumber(random),
    height: randomNumber(random),
    views: listOf(random, 64, () => randomNumber(random)),
  }),
  certificates: (random) => ({
    kind: "certificates",
    certificates: listOf(random, 5, () => randomCertificate(random)),
  }),
  blockRequest: (random) => ({ kind: "blockRequest", hashes: listOf(random, 8, () => randomHash(random)) }),
  blocks: (random) => ({ kind: "blocks", blocks: listOf(random, 8, () => randomBlock(random)) }),
  chainRequest: (random) => ({
    kind: "chainRequest",
    epoch: randomNumber(random),
    fromHeight: randomNumber(random),
  }),
  chain: (random) => ({
    kind: "chain",
    blocks: listOf(random, 9, () => randomBlock(random)),
    finalization: randomCertificate(random),
  }),
  statusRequest: (random) => ({
    kind: "statusRequest",
    epoch: randomNumber(random),
    nonce: randomNumber(random),
  }),
  status: (random) => ({
    kind: "status",
    epoch: randomNumber(random),
    nonce: randomNumber(random),
    certificate: random.chance(0.5) ? randomCertificate(random) : null,
  }),
};

export const MESSAGE_KINDS = Object.keys(makers) as Message["kind"][];

export const messageOf = (kind: Message["kind"], random: Random): Message => makers[kind](random);
export const randomMessage = (random: Random): Message => messageOf(random.pick(MESSAGE_KINDS), random);

export const randomLogRecord = (random: Random): LogRecord =>
  random.pick<LogRecord>([
    { kind: "begin", epoch: randomNumber(random) },
    { kind: "vote", vote: randomVote(random) },
    { kind: "block", block: randomBlock(random) },
    { kind: "certificate", certificate: randomCertificate(random) },
    { kind: "silent", epoch: randomNumber(random), through: randomNumber(random) },
  ]);

export const randomNotice = (random: Random): Notice =>
  random.chance(0.3)
    ? randomAnnouncement(random)
    : random.chance(0.5)
      ? {
          kind: "report",
          epoch: randomNumber(random),
          report: {
            timeMs: randomNumber(random),
            prices: listOf(random, MAX_MARKETS, () =>
              random.chance(0.2) ? null : random.between(1, 2 ** PRICE_BITS - 1),
            ),
            signer: random.below(MAX_VALIDATORS),
            signature: randomSignature(random),
          },
        }
      : {
          kind: "batchVote",
          vote: {
            epoch: randomNumber(random),
            number: randomNumber(random),
            previousDigest: randomHash(random),
            commitment: BigInt(randomHash(random)),
            dataHash: randomHash(random),
            signature: randomSignature(random),
          },
        };

const PRINTABLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));

const randomAnnouncement = (random: Random): Notice => ({
  kind: "announcement",
  announcement: {
    timeMs: randomNumber(random),
    multiaddrs: listOf(random, MAX_ADDRESSES_PER_PEER, () =>
      Array.from({ length: random.between(1, MAX_ADDRESS_LENGTH) }, () => random.pick(PRINTABLE)).join(""),
    ),
    signature: randomSignature(random),
  },
});

const randomWord = (random: Random): bigint =>
  BigInt(hexOf(randomBytes(random, 32))) >> BigInt(random.pick([0, 0, 8, 200, 255]));

export const randomRequest = (random: Random): SignedRequest => ({
  words: Array.from({ length: random.between(1, 3) }, () => randomWord(random)),
  publicKey: [randomWord(random), randomWord(random)],
  signature: { r8: [randomWord(random), randomWord(random)], s: randomWord(random) },
});
