/**
 * The kernel's checks against a second reading of the equation that has nothing of the kernel (noble's curve, circomlibjs'
 * Poseidon), and against circomlibjs itself, which takes 26 ms a check. CASES says how many; circomlibjs gets a
 * twenty-fifth. The circuit itself: test/signature/circuit.test.ts.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { SUBGROUP_ORDER as N } from "../../sequencer/kernel/kernel.ts";
import { loadKernel } from "../../sequencer/kernel/load.ts";
import type { Point, Signature } from "../../sequencer/signature/request.ts";
import { Random, testSeed } from "../generate/random.ts";
import * as reading from "../signature/second-reading.ts";
import { affine, Curve, TORSION, theirs, times } from "../signature/second-reading.ts";
import { boundaryNumbers, randomNumber } from "./numbers.ts";

const test = suite("kernel eddsa");
const random = new Random(testSeed("kernel eddsa"));
const kernel = await loadKernel();
const CASES = Number(process.env.CASES ?? 150);
const THEIR_CASES = Math.max(3, CASES / 25);

const table = kernel.allocateKeyTable();

function withTable(message: bigint, key: Point, signature: Signature): boolean {
  return kernel.makeKeyTable(table, key) && kernel.verify(message, key, signature, table);
}

function agree(message: bigint, key: Point, signature: Signature, what: string): boolean {
  const expected = reading.verify(message, key, signature);
  const shown = `${what}: ${message} ${key} ${signature.r8} ${signature.s}`;
  assert.is(kernel.verify(message, key, signature), expected, shown);
  assert.is(withTable(message, key, signature), expected, `with a table, ${shown}`);
  agreeOnPoint(signature.r8);
  agreeOnPoint(key);
  return expected;
}

function agreeOnPoint(point: Point): void {
  assert.is(kernel.isOnCurve(point), reading.isOnCurve(point), `${point}`);
  assert.is(kernel.isUsableKey(point), reading.isUsableKey(point), `${point}`);
}

interface Signed {
  readonly message: bigint;
  readonly key: Point;
  readonly signature: Signature;
}

function signed(): Signed {
  const secret = Uint8Array.from({ length: 32 }, () => random.below(256));
  const message = randomNumber(random);
  return { message, key: reading.publicKeyOf(secret), signature: reading.sign(secret, message) };
}

/** A signature for a key k B8, plus torsion: made from the equation. */
function made(k: bigint, r: bigint, message: bigint, twist: number, twistR: number): Signed {
  const key = affine(times(Curve.BASE, k).add(times(TORSION, BigInt(twist))));
  const r8 = affine(times(Curve.BASE, r).add(times(TORSION, BigInt(twistR))));
  const h = reading.poseidonOf([...r8, ...key, message]);
  return { message, key, signature: { r8, s: (r + 8n * h * k) % N } };
}

const changes: ((good: Signed, other: Signed) => Signed)[] = [
  (good) => ({ ...good, message: (good.message + 1n) % P }),
  (good, other) => ({ ...good, key: other.key }),
  (good, { signature: { r8 } }) => ({ ...good, signature: { ...good.signature, r8 } }),
  (good, { signature: { s } }) => ({ ...good, signature: { ...good.signature, s } }),
  ({ message, key, signature: { r8, s } }) => ({ message, key: r8, signature: { r8: key, s } }),
  ({ message, key, signature: { r8, s } }) => ({ message: s, key, signature: { r8, s: message } }),
  (good) => ({
    ...good,
    signature: { ...good.signature, s: good.signature.s ^ (1n << BigInt(random.below(251))) },
  }),
  (good) => ({ ...good, key: [P - good.key[0], good.key[1]] }),
  (good) => ({ ...good, key: [good.key[0], P - good.key[1]] }),
  (good) => ({ ...good, key: [good.key[1], good.key[0]] }),
  (good) => ({ ...good, signature: { ...good.signature, s: N - good.signature.s } }),
];

test("agrees on random signatures and on one change of each kind", () => {
  let accepted = 0;
  for (let i = 0; i < CASES; i++) {
    const torsion = [random.below(8), random.chance(0.8) ? 0 : random.below(8)] as const;
    const [k, r] = [1n + (randomNumber(random) % (N - 1n)), 1n + (randomNumber(random) % (N - 1n))];
    const good = made(k, r, randomNumber(random), ...torsion);
    if (agree(good.message, good.key, good.signature, "made")) accepted += 1;
    const change = random.below(changes.length);
    const changed = changes[change]!(good, made(r, k, good.message, 0, 0));
    agree(changed.message, changed.key, changed.signature, `change ${change}`);
  }
  assert.ok(accepted > CASES / 2);
});

test("agrees with circomlibjs, as the second reading does, on signatures and on changed ones", () => {
  for (let i = 0; i < THEIR_CASES; i++) {
    const good = signed();
    assert.ok(agree(good.message, good.key, good.signature, "signed"));
    assert.ok(theirs.verify(good.message, good.key, good.signature));
    const change = random.below(4);
    const changed = changes[change]!(good, signed());
    assert.is(
      agree(changed.message, changed.key, changed.signature, "changed"),
      theirs.verify(changed.message, changed.key, changed.signature),
    );
  }
});

test("agrees on every scalar and message at the borders of limbs and words, and at the order", () => {
  for (const [i, number] of boundaryNumbers.entries()) {
    const good = made(1n + (number % (N - 1n)), 1n + (number % (N - 2n)), number, 0, 0);
    assert.ok(agree(good.message, good.key, good.signature, "boundary"));
    if (i < THEIR_CASES) assert.ok(theirs.verify(good.message, good.key, good.signature));
    const { signature } = good;
    assert.not.ok(agree(number, good.key, { ...signature, s: number }, "boundary S"));
  }
});

test("agrees on points with a coordinate there, on the curve and off it", () => {
  const { message, key, signature } = made(7n, 11n, 13n, 0, 0);
  let onCurve = 0;
  for (const number of boundaryNumbers) {
    const points = [...reading.pointsWithX(number), ...reading.pointsWithY(number)];
    assert.ok(points.every(reading.isOnCurve));
    onCurve += points.length;
    for (const point of [
      ...points,
      [number, number] as const,
      [number, 1n] as const,
      [1n, number] as const,
    ]) {
      agree(message, point, signature, "boundary key");
      agree(message, key, { ...signature, r8: point }, "boundary R8");
    }
  }
  assert.ok(onCurve > boundaryNumbers.length);
});

test("refuses S at and above the order, numbers that are not canonical, zeros", () => {
  const { message, key, signature } = made(7n, 11n, 13n, 0, 0);
  const { r8, s } = signature;
  const [ax, ay] = key;
  assert.ok(agree(message, key, signature, "good"));
  for (const other of [N, N + 1n, s + N, s + 2n * N, -1n, s - N, P, 2n ** 256n + s])
    assert.not.ok(agree(message, key, { r8, s: other }, "S"));
  for (const shift of [P, -P, 2n ** 256n]) {
    assert.not.ok(agree(message + shift, key, signature, "message"));
    assert.not.ok(agree(message, [ax + shift, ay], signature, "Ax"));
    assert.not.ok(agree(message, [ax, ay + shift], signature, "Ay"));
    assert.not.ok(agree(message, key, { r8: [r8[0] + shift, r8[1]], s }, "R8x"));
    assert.not.ok(agree(message, key, { r8: [r8[0], r8[1] + shift], s }, "R8y"));
  }
  const zeroed: readonly (readonly [bigint, Point, Signature])[] = [
    [0n, key, signature],
    [message, [0n, 0n], signature],
    [message, [0n, ay], signature],
    [message, [ax, 0n], signature],
    [message, [0n, 1n], signature],
    [message, key, { r8: [0n, 0n], s }],
    [message, key, { r8: [0n, 1n], s }],
    [message, key, { r8, s: 0n }],
    [0n, [0n, 0n], { r8: [0n, 0n], s: 0n }],
    [0n, [0n, 1n], { r8: [0n, 1n], s: 0n }],
  ];
  for (const [m, k, s0] of zeroed) assert.not.ok(agree(m, k, s0, "zero"));
});

test("takes a nonce of zero, S = h k and R8 the identity, as the equation does", () => {
  const { message, key, signature } = made(5n, 0n, 3n, 0, 0);
  assert.equal(signature.r8, [0n, 1n]);
  assert.ok(agree(message, key, signature, "R8 = 0"));
});

test("refuses points off the curve, and keys of low order with any signature that fits", () => {
  const { message, key, signature } = made(7n, 11n, 13n, 0, 0);
  for (let i = 0; i < 20; i++) {
    const off: Point = [randomNumber(random), randomNumber(random)];
    assert.is(agree(message, off, signature, "key"), false);
    assert.is(agree(message, key, { ...signature, r8: off }, "R8"), false);
  }
  for (let i = 0n; i < 8n; i++) {
    const low = affine(times(TORSION, i));
    assert.ok(kernel.isOnCurve(low));
    assert.not.ok(kernel.isUsableKey(low));
    assert.not.ok(agree(5n, low, { r8: affine(Curve.BASE), s: 1n }, "low order"));
  }
});

test("multiplies the base point as noble does", () => {
  const scalars = [...boundaryNumbers, ...Array.from({ length: CASES }, () => randomNumber(random))];
  for (const scalar of scalars)
    assert.equal(kernel.multiplyBase(scalar), affine(times(Curve.BASE, scalar % N)), `${scalar}`);
  assert.throws(() => kernel.multiplyBase(P), /below p/);
});

test.run();
