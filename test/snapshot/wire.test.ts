/** Encodings of snapshots: pinned, bijective, bounded. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hexOf } from "../../sequencer/consensus/vote.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { emptyAccount } from "../../sequencer/exchange/state.ts";
import { LANES, SNAPSHOTS_LANE } from "../../sequencer/network/lanes.ts";
import {
  decodeSnapshotMessage,
  encodeSnapshotMessage,
  groupBytes,
} from "../../sequencer/network/wire/snapshot.ts";
import { WireError } from "../../sequencer/network/wire/wire-error.ts";
import { GROUPS_BYTES, MAX_GROUP_ACCOUNTS, MAX_HEAD_BYTES } from "../../sequencer/snapshot/limits.ts";
import type { SnapshotMessage } from "../../sequencer/snapshot/snapshot.ts";
import { Random, testSeed } from "../generate/random.ts";
import { randomBytes } from "../network/random-messages.ts";
import { randomSnapshotMessage } from "./random-snapshots.ts";

const seed = testSeed("encodings of snapshots");

test("encodings are what they were", () => {
  const random = new Random(20_261_121);
  const all = Array.from({ length: 60 }, () => encodeSnapshotMessage(randomSnapshotMessage(random)));
  assert.is(hexOf(keccak_256(concatBytes(...all))).slice(0, 18), "0x9ebd8bea09c1b199");
});

test("a small message, byte by byte, is what any protobuf library would write", () => {
  // Field 2, four bytes: field 1 is 7, field 2 is 0.
  const bytes = encodeSnapshotMessage({ kind: "groupsWanted", batch: 7, from: 0 });
  assert.is(hexOf(bytes), "0x120408071000");
});

test("whatever is encoded is decoded to the same", () => {
  const random = new Random(seed);
  for (let i = 0; i < 300; i++) {
    const message = randomSnapshotMessage(random);
    assert.equal(decodeSnapshotMessage(encodeSnapshotMessage(message)), message, `SEED=${seed}`);
  }
});

test("values that have the hash of others are refused", () => {
  const random = new Random(seed);
  let message = randomSnapshotMessage(random);
  while (message.kind !== "head") message = randomSnapshotMessage(random);
  const { machine } = message.head;
  const twin = { ...machine, domain: machine.domain + FIELD_MODULUS };
  const bytes = encodeSnapshotMessage({ ...message, head: { ...message.head, machine: twin } });
  assert.throws(
    () => decodeSnapshotMessage(bytes),
    (error: WireError) => error.code === "outOfRange",
  );
});

/** Decodes to something whose only encoding these bytes are, or throws a `WireError`. */
function isHandled(bytes: Uint8Array): boolean {
  let value: SnapshotMessage;
  try {
    value = decodeSnapshotMessage(bytes);
  } catch (error) {
    assert.instance(error, WireError, `SEED=${seed} ${hexOf(bytes)}: ${error}`);
    return false;
  }
  assert.is(hexOf(encodeSnapshotMessage(value)), hexOf(bytes), `SEED=${seed}`);
  return true;
}

test("changed, cut and stretched encodings are refused by name or have one meaning", () => {
  const random = new Random(seed);
  let decoded = 0;
  for (let i = 0; i < 2000; i++) {
    const bytes = encodeSnapshotMessage(randomSnapshotMessage(random));
    const at = random.below(bytes.length);
    const changed = bytes.slice();
    changed[at]! ^= 1 << random.below(8);
    for (const mutant of [
      changed,
      bytes.slice(0, at),
      concatBytes(bytes.slice(0, at), randomBytes(random, 3), bytes.slice(at)),
      concatBytes(bytes, bytes.slice(at)),
    ])
      if (isHandled(mutant)) decoded += 1;
  }
  assert.ok(decoded > 0, "no change survived: they are too coarse to reach the inner checks");
});

test("the largest answers fit their lane", () => {
  const order = {
    market: 7,
    side: 1 as const,
    reduceOnly: true,
    price: 2 ** 32 - 1,
    remaining: 2 ** 32 - 1,
    expiry: 2 ** 32 - 1,
    generation: 2 ** 24 - 1,
    fraction: 2 ** 14 - 1,
    next: { account: 2 ** 20 - 1, slot: 255, price: 2 ** 32 - 1 },
  };
  const account = {
    ...emptyAccount(8),
    sizes: new Array(8).fill(2 ** 40 - 1),
    fundings: new Array(8).fill(-(2 ** 40) + 1),
    orders: new Map(Array.from({ length: 256 }, (_, slot) => [slot, order])),
  };
  const group = Array.from({ length: MAX_GROUP_ACCOUNTS }, (_, i) => ({
    index: 2 ** 20 - 64 + i,
    account,
  }));
  const { maxFrameBytes } = LANES[SNAPSHOTS_LANE];
  assert.ok(GROUPS_BYTES + groupBytes(group) < maxFrameBytes);
  assert.ok(MAX_HEAD_BYTES + 1024 < maxFrameBytes);
});

test.run();
