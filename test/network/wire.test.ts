/** Encodings: pinned, bijective, bounded. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  MAX_ANSWERED_CERTIFICATES,
  MAX_CARRIED_CERTIFICATES,
  MAX_REQUESTED_BLOCKS,
  MAX_REQUESTED_VIEWS,
  MAX_VALIDATORS,
} from "../../sequencer/consensus/limits.ts";
import type { Block, Certificate, Message, Vote } from "../../sequencer/consensus/messages.ts";
import { hexOf } from "../../sequencer/consensus/vote.ts";
import { MAX_MARKETS, PRICE_BITS } from "../../sequencer/exchange/limits.ts";
import { LANES, laneOf, NOTICES_LANE, REQUESTS_LANE } from "../../sequencer/network/lanes.ts";
import {
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES_PER_PEER,
  MAX_REQUESTS_PER_FRAME,
} from "../../sequencer/network/limits.ts";
import {
  decodeBlock,
  decodeLogRecord,
  encodeBlock,
  encodeLogRecord,
} from "../../sequencer/network/wire/log-record.ts";
import { decodeMessage, encodeMessage } from "../../sequencer/network/wire/message.ts";
import { decodeNotice, encodeNotice, type Notice } from "../../sequencer/network/wire/notice.ts";
import { decodeRequests, encodeRequests } from "../../sequencer/network/wire/requests.ts";
import { WireError } from "../../sequencer/network/wire/wire-error.ts";
import { MAX_REQUEST_WORDS } from "../../sequencer/ordering/limits.ts";
import { MAX_PAYLOAD_BYTES } from "../../sequencer/ordering/payload-layout.ts";
import { Random } from "../generate/random.ts";
import {
  MESSAGE_KINDS,
  messageOf,
  randomBlock,
  randomBytes,
  randomLogRecord,
  randomMessage,
  randomNotice,
  randomRequest,
} from "./random-messages.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);

const fingerprint = (parts: readonly Uint8Array[]): string =>
  hexOf(keccak_256(concatBytes(...parts))).slice(0, 18);

/** Hashes of encodings that were right once. Who changes one breaks every log and every older node. */
const FIXTURES: Record<string, string> = {
  vote: "0x7bd82e80e5248eae",
  certificate: "0x7d06215dc6ce3e04",
  proposal: "0x942fc6e468f35f3c",
  certificateRequest: "0x77e5e2143304eb78",
  certificates: "0x49a4d1d2408f522a",
  blockRequest: "0x786d987c2824894c",
  blocks: "0x4bb1236afbb4cad8",
  chainRequest: "0x4a18d760ac36b930",
  chain: "0xb68e64f5c1d5e831",
  statusRequest: "0x88cea30d4ee92c9e",
  status: "0xb5060c8c13b5fa6d",
  logRecord: "0x64014898763288d8",
  block: "0xc6f2eb912bd9d95b",
  requests: "0xcc03eaa3fde5a241",
  notices: "0xc9dd2f41b66a3683",
};

test("encodings are what they were", () => {
  const found: Record<string, string> = {};
  for (const kind of MESSAGE_KINDS) {
    const random = new Random(20_250_101);
    found[kind] = fingerprint(Array.from({ length: 20 }, () => encodeMessage(messageOf(kind, random))));
  }
  const random = new Random(20_250_102);
  found.logRecord = fingerprint(Array.from({ length: 50 }, () => encodeLogRecord(randomLogRecord(random))));
  found.block = fingerprint(Array.from({ length: 20 }, () => encodeBlock(randomBlock(random))));
  found.requests = fingerprint([encodeRequests(Array.from({ length: 20 }, () => randomRequest(random)))]);
  found.notices = fingerprint(Array.from({ length: 20 }, () => encodeNotice(randomNotice(random))));
  assert.equal(found, FIXTURES);
});

test("a small message, byte by byte, is what any protobuf library would write", () => {
  const request: Message = { kind: "chainRequest", epoch: 300, fromHeight: 0 };
  // Field 8, five bytes: field 1 is 300, field 2 is 0.
  assert.is(hexOf(encodeMessage(request)), "0x420508ac021000");
});

test("whatever is encoded is decoded to the same", () => {
  const random = new Random(seed);
  for (let i = 0; i < 500; i++) {
    const message = randomMessage(random);
    assert.equal(decodeMessage(encodeMessage(message)), message, `SEED=${seed}`);
    const record = randomLogRecord(random);
    assert.equal(decodeLogRecord(encodeLogRecord(record)), record, `SEED=${seed}`);
    const block = randomBlock(random);
    assert.equal(decodeBlock(encodeBlock(block)), block, `SEED=${seed}`);
    const notice = randomNotice(random);
    assert.equal(decodeNotice(encodeNotice(notice)), notice, `SEED=${seed}`);
  }
  const requests = Array.from({ length: 50 }, () => randomRequest(random));
  assert.equal(decodeRequests(encodeRequests(requests)), requests, `SEED=${seed}`);
});

/** What a decoded value weighs, roughly as V8 would have it. */
function weight(value: unknown): number {
  if (value instanceof Uint8Array) return 100 + value.length;
  if (typeof value === "string") return 16 + value.length;
  if (typeof value === "bigint") return 48;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum: number, member) => sum + 8 + weight(member), 40);
}

/** Decodes to something whose only encoding these bytes are, or throws a `WireError`. */
function isHandled<T>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array,
): boolean {
  let value: T;
  try {
    value = decode(bytes);
  } catch (error) {
    assert.instance(error, WireError, `SEED=${seed} ${hexOf(bytes)}: ${error}`);
    return false;
  }
  assert.is(hexOf(encode(value)), hexOf(bytes), `SEED=${seed}`);
  assert.ok(weight(value) <= 512 + 40 * bytes.length, `SEED=${seed} ${hexOf(bytes)}`);
  return true;
}

const allHandle = (bytes: Uint8Array): boolean =>
  [
    isHandled(bytes, decodeMessage, encodeMessage),
    isHandled(bytes, decodeLogRecord, encodeLogRecord),
    isHandled(bytes, decodeBlock, encodeBlock),
    isHandled(bytes, decodeRequests, encodeRequests),
    isHandled(bytes, decodeNotice, encodeNotice),
  ].some((decoded) => decoded);

test("random bytes are refused by name or have one meaning", () => {
  const random = new Random(seed);
  for (let i = 0; i < 3000; i++) allHandle(randomBytes(random, random.between(0, 80)));
});

function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const to = random.between(at, bytes.length);
  const changed = bytes.slice();
  switch (random.below(7)) {
    case 0:
      changed[Math.min(at, bytes.length - 1)]! ^= 1 << random.below(8);
      return changed;
    case 1:
      return bytes.slice(0, at);
    case 2:
      return concatBytes(bytes.slice(0, at), randomBytes(random, random.between(1, 9)), bytes.slice(at));
    case 3:
      return concatBytes(bytes.slice(0, to), bytes.slice(at));
    case 4:
      return concatBytes(bytes.slice(0, at), bytes.slice(to));
    case 5:
      // A varint made longer than it has to be, or far too large.
      changed[Math.min(at, bytes.length - 1)]! |= 0x80;
      return concatBytes(
        changed.slice(0, at + 1),
        Uint8Array.of(random.pick([0, 0xff])),
        changed.slice(at + 1),
      );
    default:
      return concatBytes(bytes, bytes.slice(at, to));
  }
}

test("mutated encodings are refused by name or have one meaning", () => {
  const random = new Random(seed);
  let decoded = 0;
  for (let i = 0; i < 3000; i++) {
    const bytes = random.weighted<() => Uint8Array>([
      [6, () => encodeMessage(randomMessage(random))],
      [2, () => encodeLogRecord(randomLogRecord(random))],
      [1, () => encodeBlock(randomBlock(random))],
      [1, () => encodeRequests([randomRequest(random), randomRequest(random)])],
      [2, () => encodeNotice(randomNotice(random))],
    ])();
    let mutant = mutate(random, bytes);
    while (random.chance(0.3) && mutant.length > 0) mutant = mutate(random, mutant);
    if (allHandle(mutant)) decoded += 1;
  }
  assert.ok(decoded > 0, "mutations never survived: they are too coarse to reach the inner checks");
});

const codeOf = (bytes: Uint8Array): string => {
  try {
    decodeMessage(bytes);
  } catch (error) {
    assert.instance(error, WireError);
    return (error as WireError).code;
  }
  return "decoded";
};
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("each way to write a message differently is refused", () => {
  assert.is(codeOf(hex("42 05 08 ac02 10 00")), "decoded");
  const cases: [why: string, bytes: string, code: string][] = [
    ["nothing at all", "", "malformed"],
    ["an unknown message", "62 00", "malformed"],
    ["an unknown field", "42 07 08 ac02 10 00 18 00", "malformed"],
    ["a field twice", "42 07 08 ac02 10 00 10 00", "malformed"],
    ["fields out of order", "42 05 10 00 08 ac02", "malformed"],
    ["a zero left out", "42 03 08 ac02", "malformed"],
    ["a longer varint", "42 06 08 ac8200 10 00", "malformed"],
    ["a longer tag", "c200 05 08 ac02 10 00", "malformed"],
    ["a longer length", "42 8500 08 ac02 10 00", "malformed"],
    ["another wire type", "42 06 0a 02 0102 10 00", "malformed"],
    ["a second message behind it", "42 05 08 ac02 10 00 42 05 08 ac02 10 00", "malformed"],
    ["a length beyond the end", "42 06 08 ac02 10 00", "malformed"],
    ["a length of 4 GiB", "3a ffffffff0f 00", "malformed"],
    ["a length of 2^53 - 1", "3a ffffffffffffff0f 00", "malformed"],
    ["an integer of 2^53", "42 0b 08 8080808080808010 10 00", "malformed"],
    ["an integer cut off", "42 02 08 ac", "malformed"],
    ["a hash of 31 bytes", `32 21 0a 1f ${"ab".repeat(31)}`, "outOfRange"],
  ];
  for (const [why, bytes, code] of cases) assert.is(codeOf(hex(bytes)), code, why);
});

const vote: Vote = {
  kind: "notarize",
  epoch: 1,
  view: 2,
  block: `0x${"11".repeat(32)}`,
  signer: 3,
  signature: `0x${"22".repeat(65)}`,
};

test("a vote that no digest exists for is refused", () => {
  const bytes = encodeMessage({ kind: "vote", vote });
  const withKind = (kind: number): Uint8Array => {
    const changed = bytes.slice();
    assert.equal([...changed.subarray(4, 7)], [0x08, 1, 0x10]);
    changed[5] = kind;
    return changed;
  };
  assert.is(codeOf(withKind(3)), "decoded");
  assert.is(codeOf(withKind(2)), "inconsistent", "a nullify vote with a block");
  assert.is(codeOf(withKind(4)), "outOfRange");
  assert.throws(() => encodeMessage({ kind: "vote", vote: { ...vote, block: null } }), /contradict/);
});

test("one more than each bound is refused on both sides", () => {
  const request = (count: number): Message => ({
    kind: "certificateRequest",
    epoch: 0,
    view: 0,
    height: 0,
    views: Array.from({ length: count }, () => 1),
  });
  assert.is(codeOf(encodeMessage(request(MAX_REQUESTED_VIEWS))), "decoded");
  assert.throws(() => encodeMessage(request(MAX_REQUESTED_VIEWS + 1)), /list of at most/);
  const views = "20 01".repeat(MAX_REQUESTED_VIEWS + 1);
  assert.is(
    codeOf(hex(`22 ${(6 + 2 * (MAX_REQUESTED_VIEWS + 1)).toString(16)}01 080010001800 ${views}`)),
    "outOfRange",
  );
  assert.throws(
    () => encodeMessage({ kind: "vote", vote: { ...vote, signer: MAX_VALIDATORS } }),
    /no integer/,
  );
  const block = randomBlock(new Random(1));
  encodeBlock({ ...block, payload: new Uint8Array(MAX_PAYLOAD_BYTES) });
  assert.throws(
    () => encodeBlock({ ...block, payload: new Uint8Array(MAX_PAYLOAD_BYTES + 1) }),
    /bytes, not/,
  );
});

test("the largest message of each kind fits its lane", () => {
  const largest: Certificate = {
    ...vote,
    epoch: Number.MAX_SAFE_INTEGER,
    view: Number.MAX_SAFE_INTEGER,
    signatures: Array.from({ length: MAX_VALIDATORS }, (_, signer) => ({
      signer,
      signature: vote.signature,
    })),
  };
  const block: Block = { ...randomBlock(new Random(1)), payload: new Uint8Array(MAX_PAYLOAD_BYTES) };
  const certificates = (count: number): Certificate[] => Array.from({ length: count }, () => largest);
  const messages: Message[] = [
    { kind: "vote", vote },
    { kind: "certificate", certificate: largest },
    {
      kind: "proposal",
      proposal: {
        epoch: 1,
        view: 2,
        block,
        parentView: 1,
        certificates: certificates(MAX_CARRIED_CERTIFICATES + 1),
        vote,
      },
    },
    { kind: "certificates", certificates: certificates(MAX_ANSWERED_CERTIFICATES) },
    { kind: "blocks", blocks: Array.from({ length: MAX_REQUESTED_BLOCKS }, () => block) },
    { kind: "status", epoch: 1, nonce: 1, certificate: largest },
  ];
  for (const message of messages) {
    const { name, maxFrameBytes } = LANES[laneOf(message.kind)];
    const { length } = encodeMessage(message);
    assert.ok(length <= maxFrameBytes, `${message.kind}: ${length} in lane ${name}`);
  }
  const widest = 2n ** 256n - 1n;
  const [number, hash] = [Number.MAX_SAFE_INTEGER, block.header.parent];
  const place = { epoch: number, number, previousDigest: hash, commitment: widest, dataHash: hash };
  const notices: Notice[] = [
    { kind: "batchVote", vote: { ...place, signature: vote.signature } },
    {
      kind: "announcement",
      announcement: {
        timeMs: number,
        multiaddrs: Array.from({ length: MAX_ADDRESSES_PER_PEER }, () => "/".repeat(MAX_ADDRESS_LENGTH)),
        signature: vote.signature,
      },
    },
    {
      kind: "report",
      epoch: number,
      report: {
        timeMs: number,
        prices: Array.from({ length: MAX_MARKETS }, () => 2 ** PRICE_BITS - 1),
        signer: MAX_VALIDATORS - 1,
        signature: vote.signature,
      },
    },
  ];
  for (const notice of notices) {
    const { length } = encodeNotice(notice);
    assert.ok(length <= LANES[NOTICES_LANE].maxFrameBytes, `${notice.kind}: ${length}`);
  }
  const request = {
    words: Array.from({ length: MAX_REQUEST_WORDS }, () => widest),
    publicKey: [widest, widest] as const,
    signature: { r8: [widest, widest] as const, s: widest },
  };
  const full = encodeRequests(Array.from({ length: MAX_REQUESTS_PER_FRAME }, () => request));
  assert.ok(full.length <= LANES[REQUESTS_LANE].maxFrameBytes, `${full.length}`);
});

test.run();
