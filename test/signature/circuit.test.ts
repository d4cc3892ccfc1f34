/**
 * The kernel against the circuit: each says of every signature what the other says. Numbers that are no field elements do
 * not reach a circuit as they are: the kernel refuses them, whatever the circuit says of what they reduce to.
 */
import { buildBabyjub } from "circomlibjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { SUBGROUP_ORDER as N } from "../../sequencer/kernel/kernel.ts";
import { publicKeyOf, sign } from "../../sequencer/signature/eddsa.ts";
import { keyHash, type Point, type Signature } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { Gadget } from "../circuits/gadget.ts";
import { Random, testSeed } from "../generate/random.ts";
import { boundaryNumbers, randomNumber } from "../kernel/numbers.ts";

const test = suite("signatures in kernel and circuit");
const random = new Random(testSeed("signatures in kernel and circuit"));
const poseidon = await loadPoseidon();
const { kernel } = poseidon;
const curve = await buildBabyjub();
const ROUNDS = Number(process.env.ROUNDS ?? 1);

const unset = { enabled: 0n, message: 0n, keyHash: 0n, publicKey: [0n, 1n], r8: [0n, 1n], s: 0n };
const text = `pragma circom 2.2.0;\ninclude "signature.circom";`;
const circuit = await Gadget.compile("test-signature", text, "RequestSignature", unset);
const table = kernel.allocateKeyTable();

type Case = readonly [what: string, message: bigint, key: Point, signature: Signature];

async function agree([what, message, key, { r8, s }]: Case): Promise<boolean> {
  const expected = kernel.verify(message, key, { r8, s });
  const tabled = kernel.makeKeyTable(table, key) && kernel.verify(message, key, { r8, s }, table);
  assert.is(tabled, expected, `${what}, with a table`);
  const inputs = { enabled: 1n, message, keyHash: keyHash(poseidon.hash, key), publicKey: key, r8, s };
  assert.is((await circuit.ask(inputs)) !== null, expected, what);
  return expected;
}

const element = ([x, y]: Point): [Uint8Array, Uint8Array] => [curve.F.e(x), curve.F.e(y)];
const plain = ([x, y]: readonly Uint8Array[]): Point => [curve.F.toObject(x!), curve.F.toObject(y!)];
const times = (point: Point, scalar: bigint): Point => plain(curve.mulPointEscalar(element(point), scalar));
const plus = (a: Point, b: Point): Point => plain(curve.addPoint(element(a), element(b)));
const BASE = plain(curve.Base8);
/** n times EIP-2494's generator has order 8. */
const TORSION = times(
  [
    995203441582195749578291179787384436505546430278305826713579947235728471134n,
    5472060717959818805561601436314318772137091100104008585924551046643952123905n,
  ],
  N,
);

function changed(message: bigint, key: Point, signature: Signature, other: Point): Case[] {
  const { r8, s } = signature;
  const [ax, ay] = key;
  return [
    ["another message", (message + 1n) % P, key, signature],
    ["another key", message, other, signature],
    ["key and R8 exchanged", message, r8, { r8: key, s }],
    ["message and S exchanged", s, key, { r8, s: message }],
    ["coordinates of the key exchanged", message, [ay, ax], signature],
    ["coordinates of R8 exchanged", message, key, { r8: [r8[1], r8[0]], s }],
    ["key negated", message, [P - ax, ay], signature],
    ["key mirrored", message, [ax, P - ay], signature],
    ["R8 negated", message, key, { r8: [P - r8[0], r8[1]], s }],
    ["S negated", message, key, { r8, s: N - s }],
    ["S = order", message, key, { r8, s: N }],
    ["S + order", message, key, { r8, s: s + N }],
    ["S + 2 order", message, key, { r8, s: s + 2n * N }],
    ["S = order - 1", message, key, { r8, s: N - 1n }],
    ["S = p - 1", message, key, { r8, s: P - 1n }],
    ["key off the curve", message, [ax, (ay + 1n) % P], signature],
    ["R8 off the curve", message, key, { r8: [(r8[0] + 1n) % P, r8[1]], s }],
    ["key zero", message, [0n, 0n], signature],
    ["R8 zero", message, key, { r8: [0n, 0n], s }],
    ["key the identity", message, [0n, 1n], signature],
    ["R8 the identity", message, key, { r8: [0n, 1n], s }],
    ["S zero", message, key, { r8, s: 0n }],
    ["all zero", 0n, [0n, 0n], { r8: [0n, 0n], s: 0n }],
    ["R8 with torsion", message, key, { r8: plus(r8, TORSION), s }],
    ["key with torsion", message, plus(key, TORSION), signature],
  ];
}

test("agree on random signatures, and refuse every change of them", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const secret = Uint8Array.from({ length: 32 }, () => random.below(256));
    const message = randomNumber(random);
    const key = publicKeyOf(poseidon, secret);
    const signature = sign(poseidon, secret, message);
    assert.ok(await agree(["good", message, key, signature]));
    const other = times(BASE, 1n + (randomNumber(random) % (N - 1n)));
    for (const change of changed(message, key, signature, other))
      assert.not.ok(await agree(change), change[0]);
  }
});

test("agree on keys with a low-order part, which signatures are made for", async () => {
  for (let i = 1; i < 8; i++) {
    const [k, r, message] = [BigInt(random.bits32() + 1), BigInt(random.bits32()), randomNumber(random)];
    const key = plus(times(BASE, k), times(TORSION, BigInt(i)));
    const r8 = times(BASE, r);
    const h = poseidon.plainHash([...r8, ...key, message]);
    assert.ok(await agree([`torsion ${i}`, message, key, { r8, s: (r + 8n * h * k) % N }]));
  }
});

test("refuse keys of low order, for which every word would be signed", async () => {
  for (let i = 0n; i < 8n; i++) {
    const key = times(TORSION, i);
    assert.not.ok(await agree([`order of ${i} G`, 5n, key, { r8: times(BASE, 7n), s: 7n }]));
  }
});

test("where no signature is asked for, the circuit takes any points of the curve", async () => {
  const key = times(BASE, 9n);
  const hashed = { message: 42n, keyHash: keyHash(poseidon.hash, key), publicKey: key };
  assert.not(await circuit.ask({ ...hashed, enabled: 1n, r8: BASE, s: 0n }));
  assert.ok(await circuit.ask({ ...hashed, r8: BASE, s: 0n }));
  const low = times(TORSION, 3n);
  const unowned = { message: 42n, keyHash: keyHash(poseidon.hash, low), publicKey: low };
  assert.ok(await circuit.ask({ ...unowned, r8: times(BASE, 7n), s: 7n }));
});

test("agree on scalars and messages at the ends of limbs", async () => {
  for (const number of boundaryNumbers) {
    const k = 1n + (number % (N - 1n));
    const key = times(BASE, k);
    const r8 = times(BASE, k);
    const h = poseidon.plainHash([...r8, ...key, number]);
    assert.ok(await agree(["boundary", number, key, { r8, s: (k + 8n * h * k) % N }]));
  }
});

test("the kernel refuses what is not canonical, though the circuit could not tell", async () => {
  const secret = new Uint8Array(32).fill(7);
  const key = publicKeyOf(poseidon, secret);
  const { r8, s } = sign(poseidon, secret, 9n);
  assert.ok(await agree(["good", 9n, key, { r8, s }]));
  assert.not.ok(kernel.verify(9n + P, key, { r8, s }));
  assert.not.ok(kernel.verify(9n, [key[0] + P, key[1]], { r8, s }));
  assert.not.ok(kernel.verify(9n, [key[0], key[1] - P], { r8, s }));
  assert.not.ok(kernel.verify(9n, key, { r8: [r8[0], r8[1] + P], s }));
  assert.not.ok(kernel.verify(9n, key, { r8, s: s + P }));
});

test.run();
