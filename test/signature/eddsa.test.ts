/**
 * Signatures against circomlibjs, and against a second reading that is fast enough for many: CASES says how many;
 * circomlibjs itself gets a twenty-fifth of them. The kernel below: test/kernel/eddsa.test.ts.
 */
import { buildBabyjub } from "circomlibjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import { SUBGROUP_ORDER } from "../../sequencer/kernel/kernel.ts";
import { isOnCurve, isUsableKey, publicKeyOf, sign, verify } from "../../sequencer/signature/eddsa.ts";
import { KeyTables } from "../../sequencer/signature/key-tables.ts";
import type { Point, Signature } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { boundaryNumbers } from "../kernel/numbers.ts";
import * as reading from "./second-reading.ts";
import { theirs } from "./second-reading.ts";
import { seededBytes } from "./seeded-bytes.ts";

const poseidon = await loadPoseidon();
const curve = await buildBabyjub();
const bytes = seededBytes("eddsa");
const CASES = Number(process.env.CASES ?? 100);
const THEIR_CASES = Math.max(4, CASES / 25);

const element = (point: Point): [Uint8Array, Uint8Array] => [curve.F.e(point[0]), curve.F.e(point[1])];
const plain = ([x, y]: readonly Uint8Array[]): Point => [curve.F.toObject(x!), curve.F.toObject(y!)];

const randomMessage = (): bigint => BigInt(`0x${Buffer.from(bytes(40)).toString("hex")}`) % FIELD_MODULUS;

function sample(): { message: bigint; key: Point; signature: Signature } {
  const secret = bytes(32);
  const message = randomMessage();
  return { message, key: publicKeyOf(poseidon, secret), signature: sign(poseidon, secret, message) };
}

/** `asked`: circomlibjs itself, too. */
function signsAlike(secret: Uint8Array, message: bigint, asked: boolean): void {
  const shown = `secret ${Buffer.from(secret).toString("hex")}, message ${message}`;
  const [key, signature] = [publicKeyOf(poseidon, secret), sign(poseidon, secret, message)];
  assert.equal(key, reading.publicKeyOf(secret), shown);
  assert.equal(signature, reading.sign(secret, message), shown);
  if (!asked) return;
  assert.equal(key, theirs.publicKeyOf(secret), shown);
  assert.equal(signature, theirs.sign(secret, message), shown);
}

test("makes the keys and signatures of circomlibjs, and of a second reading", () => {
  for (let i = 0; i < CASES; i++) signsAlike(bytes(32), randomMessage(), i < THEIR_CASES);
});

test("so it does for every message at a border, and for secrets of equal bytes", () => {
  for (const [i, message] of boundaryNumbers.entries()) signsAlike(bytes(32), message, i < THEIR_CASES);
  for (const [i, byte] of [0, 1, 0x7f, 0x80, 0xf8, 0xff].entries())
    signsAlike(new Uint8Array(32).fill(byte), boundaryNumbers[i]!, i < THEIR_CASES);
});

test("agrees with circomlibjs on good signatures and on every changed field", () => {
  for (let i = 0; i < Math.max(3, CASES / 100); i++) {
    const { message, key, signature } = sample();
    const other = sample();
    const cases: [bigint, Point, Signature][] = [
      [message, key, signature],
      [(message + 1n) % FIELD_MODULUS, key, signature],
      [message, other.key, signature],
      [message, key, { ...signature, r8: other.signature.r8 }],
      [message, key, { ...signature, s: other.signature.s }],
      [message, key, { ...signature, s: (signature.s + 1n) % SUBGROUP_ORDER }],
      [message, signature.r8, { ...signature, r8: key }],
      [message, key, { r8: [signature.r8[1], signature.r8[0]], s: signature.s }],
      [message, [key[1], key[0]], signature],
      [message, key, { r8: [FIELD_MODULUS - signature.r8[0], signature.r8[1]], s: signature.s }],
    ];
    cases.forEach(([m, k, s], at) => {
      assert.is(verify(poseidon, m, k, s), at === 0, `case ${at}`);
      assert.is(reading.verify(m, k, s), at === 0, `second reading, case ${at}`);
      if (i < THEIR_CASES / 10) assert.is(theirs.verify(m, k, s), at === 0, `circomlibjs, case ${at}`);
    });
  }
});

test("refuses S at and above the subgroup order, which would be a second spelling", () => {
  const { message, key, signature } = sample();
  assert.ok(verify(poseidon, message, key, signature));
  assert.not.ok(verify(poseidon, message, key, { ...signature, s: signature.s + SUBGROUP_ORDER }));
  assert.not.ok(verify(poseidon, message, key, { ...signature, s: SUBGROUP_ORDER }));
  assert.not.ok(verify(poseidon, message, key, { ...signature, s: -1n }));
  assert.not.ok(theirs.verify(message, key, { ...signature, s: signature.s + SUBGROUP_ORDER }));
});

test("refuses coordinates and messages that are not canonical", () => {
  const { message, key, signature } = sample();
  const { r8, s } = signature;
  assert.not.ok(verify(poseidon, message + FIELD_MODULUS, key, signature));
  assert.not.ok(verify(poseidon, message, [key[0] + FIELD_MODULUS, key[1]], signature));
  assert.not.ok(verify(poseidon, message, [key[0], key[1] + FIELD_MODULUS], signature));
  assert.not.ok(verify(poseidon, message, key, { r8: [r8[0] + FIELD_MODULUS, r8[1]], s }));
  assert.not.ok(verify(poseidon, message, key, { r8: [r8[0], r8[1] + FIELD_MODULUS], s }));
  assert.not.ok(verify(poseidon, message, key, { r8: [r8[0] - FIELD_MODULUS, r8[1]], s }));
});

test("refuses points off the curve", () => {
  const { message, key, signature } = sample();
  const off: Point = [key[0], (key[1] + 1n) % FIELD_MODULUS];
  assert.not.ok(isOnCurve(poseidon, off));
  assert.not.ok(isUsableKey(poseidon, off));
  assert.not.ok(verify(poseidon, message, off, signature));
  assert.not.ok(verify(poseidon, message, key, { r8: off, s: signature.s }));
});

/** All multiples of a point of order 8. */
function lowOrderPoints(): Point[] {
  const base = plain(curve.mulPointEscalar(lowOrderSeed(), SUBGROUP_ORDER));
  const points: Point[] = [];
  let point = element(base);
  for (let i = 0; i < 8; i++) {
    points.push(plain(point));
    point = curve.addPoint(point, element(base));
  }
  return points;
}

/** The generator of the whole curve, EIP-2494's G: its multiple by the subgroup order has order 8. */
const lowOrderSeed = (): [Uint8Array, Uint8Array] =>
  element([
    995203441582195749578291179787384436505546430278305826713579947235728471134n,
    5472060717959818805561601436314318772137091100104008585924551046643952123905n,
  ]);

test("refuses all eight keys of low order, with signatures that satisfy the equation", () => {
  const points = lowOrderPoints();
  assert.is(new Set(points.map(String)).size, 8);
  for (const key of points) {
    assert.ok(isOnCurve(poseidon, key));
    assert.not.ok(isUsableKey(poseidon, key));
    // 8A = 0: any S with R8 = S B8 satisfies S B8 = R8 + h 8A.
    const forged = { r8: plain(curve.Base8), s: 1n };
    assert.not.ok(verify(poseidon, 5n, key, forged));
  }
});

test("judges a key or R8 with a low-order part by the equation alone, as the circuit does", () => {
  const { message, key, signature } = sample();
  const torsion = element(lowOrderPoints()[0]!);
  const dirtyKey = plain(curve.addPoint(element(key), torsion));
  assert.ok(isUsableKey(poseidon, dirtyKey));
  assert.is(verify(poseidon, message, dirtyKey, signature), theirs.verify(message, dirtyKey, signature));
  const dirtyR = { ...signature, r8: plain(curve.addPoint(element(signature.r8), torsion)) };
  assert.not.ok(verify(poseidon, message, key, dirtyR));
  assert.not.ok(theirs.verify(message, key, dirtyR));
  // A signature made for the dirty key is good: h (8A) has lost the low-order part.
  const secret = bytes(32);
  const made = signForDirtyKey(secret, message, torsion);
  assert.ok(theirs.verify(message, made.key, made.signature));
  assert.ok(verify(poseidon, message, made.key, made.signature));
});

function signForDirtyKey(secret: Uint8Array, message: bigint, torsion: [Uint8Array, Uint8Array]) {
  const key = plain(curve.addPoint(curve.mulPointEscalar(curve.Base8, 77n), torsion));
  const r = BigInt(secret[0]! + 1);
  const r8 = plain(curve.mulPointEscalar(curve.Base8, r));
  const h = poseidon.plainHash([...r8, ...key, message]);
  return { key, signature: { r8, s: (r + h * 8n * 77n) % SUBGROUP_ORDER } };
}

test("answers the same with tables, for busy keys and for forgotten ones", () => {
  const tables = new KeyTables(poseidon.kernel, 2);
  const samples = [sample(), sample(), sample()];
  for (let round = 0; round < 5; round++)
    for (const { message, key, signature } of samples) {
      assert.ok(verify(poseidon, message, key, signature, tables));
      assert.not.ok(verify(poseidon, message + 1n, key, signature, tables));
      assert.ok(tables.size <= 2);
    }
  assert.not.ok(verify(poseidon, 1n, [0n, 1n], samples[0]!.signature, tables));
});

test.run();
