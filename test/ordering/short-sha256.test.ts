import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { HASH_BYTES, MAX_MESSAGE_BYTES, ShortSha256 } from "../../sequencer/ordering/short-sha256.ts";
import { Random, testSeed } from "../generate/random.ts";

const seed = testSeed("short messages");
const hasher = new ShortSha256();

function sha256(message: Uint8Array): string {
  const hash = new Uint8Array(HASH_BYTES);
  hasher.hashInto(hash, 0, message.length, (into) => into.set(message));
  return Buffer.from(hash).toString("hex");
}

test("the standard's examples", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.is(sha256(bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.is(
    sha256(bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

test("messages of every length hash as the system hashes them, whatever was hashed before", () => {
  const random = new Random(seed);
  const lengths = Array.from({ length: MAX_MESSAGE_BYTES + 1 }, (_, length) => length);
  for (const length of random.shuffled([...lengths, ...lengths, ...lengths])) {
    const message = Uint8Array.from({ length }, () => random.below(256));
    const expected = createHash("sha256").update(message).digest("hex");
    assert.is(sha256(message), expected, `${length} bytes, SEED=${seed}`);
  }
});

test("a hash goes to its place among others; a longer message is a mistake", () => {
  const hashes = new Uint8Array(3 * HASH_BYTES).fill(7);
  hasher.hashInto(hashes, 1, 0, () => undefined);
  const empty = createHash("sha256").digest();
  assert.equal(Buffer.from(hashes.subarray(HASH_BYTES, 2 * HASH_BYTES)), empty);
  for (const place of [0, 2])
    assert.ok(hashes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES).every((byte) => byte === 7));
  assert.throws(() => hasher.hashInto(hashes, 0, MAX_MESSAGE_BYTES + 1, () => undefined), /not short/);
});

test.run();
