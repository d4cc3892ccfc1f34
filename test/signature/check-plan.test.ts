/** Checks packed for a thread are the checks one by one: the same verdicts, for good requests and for every bad spelling. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { encodePayload, encodeWord, WordType } from "../../sequencer/exchange/word.ts";
import { SUBGROUP_ORDER as N } from "../../sequencer/kernel/kernel.ts";
import { packChecks, runChecks } from "../../sequencer/signature/check-plan.ts";
import { publicKeyOf, sign, verify } from "../../sequencer/signature/eddsa.ts";
import { KeyTables } from "../../sequencer/signature/key-tables.ts";
import { type Point, requestMessage, type SignedRequest } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { seededBytes } from "./seeded-bytes.ts";

const test = suite("check plan");
const poseidon = await loadPoseidon();
const { kernel } = poseidon;
const bytes = seededBytes("check plan");
const DOMAIN = 5n + 3n * P;
const keys = [bytes(32), bytes(32)];

function signed(words: readonly bigint[], secret: Uint8Array): SignedRequest {
  const signature = sign(poseidon, secret, requestMessage(poseidon.hash, DOMAIN, words));
  return { words, publicKey: publicKeyOf(poseidon, secret), signature };
}

const cancel = (nonce: number): bigint[] => [
  encodeWord({ type: WordType.cancel, account: 1, slot: 2, nonce }),
];
const naming = (nonce: number): bigint[] => [
  encodePayload(WordType.payloadHigh, BigInt(nonce), false),
  encodePayload(WordType.payloadLow, 7n, false),
  encodeWord({ type: WordType.setTradingKey, account: 1, nonce }),
];

/** One of each kind of fault. */
function spoiled(good: SignedRequest): SignedRequest[] {
  const { words, publicKey: key, signature } = good;
  const { r8, s } = signature;
  const withKey = (publicKey: Point) => ({ ...good, publicKey });
  const withR8 = (point: Point) => ({ ...good, signature: { r8: point, s } });
  const withS = (other: bigint) => ({ ...good, signature: { r8, s: other } });
  return [
    { ...good, words: [...words.slice(0, -1), words.at(-1)! ^ 1n] },
    ...[P, -P, 1n << 256n, 1n << 300n].flatMap((by) => [
      withKey([key[0] + by, key[1]]),
      withKey([key[0], key[1] + by]),
      withR8([r8[0] + by, r8[1]]),
      withR8([r8[0], r8[1] + by]),
    ]),
    ...[N, 2n * N, -N, 1n << 256n, 1n].map((by) => withS(s + by)),
    withKey([key[1], key[0]]),
    withKey([0n, 1n]),
    withR8(key),
  ];
}

test("verdicts are those of single checks, with key tables and without, whoever stands beside", () => {
  const tables = new KeyTables(kernel);
  for (let round = 0; round < 3; round++) {
    const requests = keys.flatMap((secret, i) => {
      const good = signed(i === 0 ? cancel(round) : naming(round), secret);
      return [good, ...spoiled(good), good];
    });
    const expected = requests.map(({ words, publicKey, signature }) =>
      verify(poseidon, requestMessage(poseidon.hash, DOMAIN, words), publicKey, signature),
    );
    assert.is(expected.filter(Boolean).length, 4);
    const verdicts = runChecks(kernel, packChecks(DOMAIN, requests), tables);
    assert.equal(
      [...verdicts].map((verdict) => verdict === 1),
      expected,
    );
  }
  assert.equal([...runChecks(kernel, packChecks(DOMAIN, []), tables)], []);
});

test("payload words are signed with the command that uses them", () => {
  const good = signed(naming(1), keys[0]!);
  const other = { ...good, words: [encodePayload(WordType.payloadHigh, 9n, false), ...good.words.slice(1)] };
  const verdicts = runChecks(kernel, packChecks(DOMAIN, [good, other]), new KeyTables(kernel));
  assert.equal([...verdicts], [1, 0]);
});

test.run();
