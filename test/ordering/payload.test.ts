/** The layout of payloads: round trips, pinned bytes, and whatever else comes over the wire. */
import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_VALIDATORS } from "../../sequencer/consensus/limits.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { decodePayload, isDecodeFault } from "../../sequencer/ordering/decode-payload.ts";
import { encodePayload } from "../../sequencer/ordering/encode-payload.ts";
import { BLOCK_LIMITS } from "../../sequencer/ordering/limits.ts";
import { type Payload, pointAfter } from "../../sequencer/ordering/payload.ts";
import { MAX_PAYLOAD_BYTES, PAYLOAD_VERSION } from "../../sequencer/ordering/payload-layout.ts";
import { Random, testSeed } from "../generate/random.ts";
import { epoch, payloadOf, report, someRequests } from "./payload-fixture.ts";

const empty: Payload = {
  seed: `0x${"ab".repeat(32)}`,
  reveal: { publicKey: `0x${"02".repeat(33)}`, proof: `0x${"07".repeat(81)}` },
  l1: { start: 2 ** 40 - 1, words: [] },
  reports: [],
  requests: [],
  next: null,
};

function roundTrip(payload: Payload): Uint8Array {
  const bytes = encodePayload(payload);
  const decoded = decodePayload(bytes);
  assert.equal(decoded, payload);
  return bytes;
}

test("what is encoded is decoded, and the other way round", () => {
  const random = new Random(testSeed("payloads"));
  roundTrip(empty);
  for (let round = 0; round < 50; round++) {
    const reports = random.chance(0.3)
      ? []
      : [0, 2, 3].map((signer) => report(signer, [null, random.between(1, 2 ** 32 - 1)]));
    const next = random.chance(0.3) ? { next: epoch.validators.slice(0, random.between(1, 4)) } : {};
    const payload = payloadOf(someRequests(random, random.below(30)), { reports, ...next });
    const bytes = roundTrip(payload);
    assert.equal(encodePayload(decodePayload(bytes) as Payload), bytes);
    assert.is(pointAfter(payload).l1Next, payload.l1.start + payload.l1.words.length);
  }
});

test("what does not fit the layout is a bug and throws", () => {
  const wrong: Partial<Payload>[] = [
    { seed: "0xab" },
    { seed: `0x${"zz".repeat(32)}` },
    { l1: { start: 2 ** 40, words: [] } },
    { next: ["0xab"] },
    { l1: { start: 0, words: [1n << 248n] } },
    { l1: { start: 0, words: [-1n] } },
    { reports: [{ signer: 2 ** 16, timeMs: 0, prices: [], signature: report(0).signature }] },
    { reports: [{ signer: 0, timeMs: 0, prices: [2 ** 32], signature: report(0).signature }] },
  ];
  for (const changed of wrong)
    assert.throws(
      () => encodePayload({ ...empty, ...changed }),
      (error: Error) => error instanceof RangeError,
    );
});

test("the bytes are pinned", () => {
  const payload = payloadOf(someRequests(new Random(1), 10), { next: epoch.validators });
  const digest = createHash("sha256").update(encodePayload(payload)).digest("hex");
  assert.is(encodePayload(empty).length, 162);
  assert.is(digest, "2e09af28496d60aa6d1c394405fb689b9cd1e4dcab5cedb4e2f12e8c31817105");
});

test("a request costs 130 bytes when its account has named its key", () => {
  const [first] = someRequests(new Random(1), 200).filter(({ words }) => words.length === 1);
  const size = (requests: readonly (typeof first)[]) =>
    encodePayload({ ...empty, requests: requests as Payload["requests"] }).length;
  assert.is(size([first]) - size([]), 64 + 130);
  assert.is(size([first, first]) - size([first]), 130);
});

test("every cut of a payload is truncated, every addition too long", () => {
  const bytes = encodePayload(payloadOf(someRequests(new Random(3), 4)));
  for (let length = 0; length < bytes.length; length++)
    assert.ok(
      ["truncated", "keyTable"].includes(decodePayload(bytes.subarray(0, length)) as string),
      `${length}`,
    );
  assert.is(decodePayload(Uint8Array.of(...bytes, 0)), "trailingBytes");
  assert.is(decodePayload(new Uint8Array(MAX_PAYLOAD_BYTES + 1)), "tooLong");
  assert.is(decodePayload(Uint8Array.of(1, ...bytes.subarray(1))), "unknownVersion");
});

test("random bytes and mutations are payloads of exactly these bytes, or faults; nothing throws", () => {
  const random = new Random(testSeed("payload fuzz"));
  const base = encodePayload(payloadOf(someRequests(random, 8)));
  let survived = 0;
  for (let round = 0; round < 3000; round++) {
    const bytes = random.chance(0.2)
      ? Uint8Array.from({ length: random.below(400) }, (_, i) =>
          i === 0 ? PAYLOAD_VERSION : random.below(256),
        )
      : mutated(base, random);
    const decoded = decodePayload(bytes);
    if (isDecodeFault(decoded)) continue;
    survived += 1;
    assert.equal(encodePayload(decoded), bytes);
  }
  assert.ok(survived > 0, "some mutations only change numbers");
});

function mutated(base: Uint8Array, random: Random): Uint8Array {
  const bytes = [...base];
  for (let i = random.between(1, 3); i > 0; i--) {
    const at = random.below(bytes.length);
    if (random.chance(0.6)) bytes[at] = random.below(256);
    else if (random.chance(0.5)) bytes.splice(at, random.between(1, 40));
    else bytes.splice(at, 0, ...Array.from({ length: random.between(1, 40) }, () => random.below(256)));
  }
  return Uint8Array.from(bytes);
}

test("one spelling: no coordinate above the modulus, each key once, used, in order of its first use", () => {
  const requests = someRequests(new Random(5), 30);
  const [a, b] = [
    requests[0]!,
    requests.find(({ publicKey }) => publicKey[0] !== requests[0]!.publicKey[0])!,
  ];
  const bytes = encodePayload({ ...empty, requests: [a, b] });
  const keysAt = 158;
  const write = (at: number, value: Uint8Array | number[]): Uint8Array => {
    const changed = bytes.slice();
    changed.set(value, at);
    return changed;
  };
  const [one, two] = [bytes.slice(keysAt, keysAt + 64), bytes.slice(keysAt + 64, keysAt + 128)];
  assert.is(decodePayload(write(keysAt + 64, one)), "keyTable");
  const indexAt = keysAt + 128 + 2 + 1 + 31 * a.words.length;
  assert.equal([...bytes.slice(indexAt, indexAt + 2)], [0, 0]);
  assert.is(decodePayload(write(indexAt, [0, 1])), "keyTable", "the second key is used first");
  assert.is(decodePayload(write(indexAt, [0, 2])), "keyTable", "there is no third");
  const second = bytes.length - 100;
  assert.equal([...bytes.slice(second, second + 2)], [0, 1]);
  assert.is(decodePayload(write(second, [0, 0])), "keyTable", "the second is never used");
  const large = Buffer.from(
    (BigInt(`0x${Buffer.from(two.slice(0, 32)).toString("hex")}`) + FIELD_MODULUS)
      .toString(16)
      .padStart(64, "0"),
    "hex",
  );
  assert.is(decodePayload(write(keysAt + 64, large)), "notCanonical");
});

test("counts above the limits are refused before anything is read", () => {
  const bytes = encodePayload(empty);
  const withCount = (at: number, count: number): Uint8Array => {
    const changed = bytes.slice();
    changed[at] = count >> 8;
    changed[at + 1] = count & 255;
    return changed;
  };
  for (const [at, most] of [
    [152, BLOCK_LIMITS.maxL1Words],
    [154, MAX_VALIDATORS],
    [156, BLOCK_LIMITS.maxRequests],
    [158, BLOCK_LIMITS.maxRequests],
    [160, MAX_VALIDATORS],
  ] as const) {
    assert.is(decodePayload(withCount(at, most + 1)), "tooMany", `${at}`);
    assert.is.not(decodePayload(withCount(at, most)), "tooMany", `${at}`);
  }
});

test("a block full to the last limit fits", () => {
  const random = new Random(9);
  const one = someRequests(random, 50).find(({ words }) => words.length === 3)!;
  const full: Payload = {
    ...empty,
    l1: { start: 0, words: Array(BLOCK_LIMITS.maxL1Words).fill(1n) },
    requests: Array.from({ length: BLOCK_LIMITS.maxRequests }, (_, i) => ({
      ...one,
      publicKey: [BigInt(i), 1n] as const,
    })),
  };
  assert.ok(roundTrip(full).length <= MAX_PAYLOAD_BYTES);
  assert.ok(MAX_PAYLOAD_BYTES < 350_000, `${MAX_PAYLOAD_BYTES}`);
});

test.run();
