/**
 * The kernel's checks against a second reading of the equation on noble's curve, and against circomlibjs, which takes 30 ms
 * a check. CASES says how many; circomlibjs gets a fiftieth. The circuit itself: test/signature/circuit.test.ts.
 */
import { babyjubjub } from "@noble/curves/misc.js";
import { buildEddsa } from "circomlibjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { SUBGROUP_ORDER as N } from "../../sequencer/kernel/kernel.ts";
import { sign } from "../../sequencer/signature/eddsa.ts";
import type { Point, Signature } from "../../sequencer/signature/request.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { Random, testSeed } from "../generate/random.ts";
import { boundaryNumbers, randomNumber } from "./numbers.ts";

const test = suite("kernel eddsa");
const random = new Random(testSeed("kernel eddsa"));
const poseidon = await loadPoseidon();
const { kernel } = poseidon;
const theirs = await buildEddsa();
const CASES = Number(process.env.CASES ?? 150);

const Curve = babyjubjub.Point;
const { a: CURVE_A, d: CURVE_D } = Curve.CURVE();
/** EIP-2494's generator of the whole curve: its multiple by n has order 8. */
const GENERATOR = Curve.fromAffine({
  x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
  y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
});
const TORSION = GENERATOR.multiplyUnsafe(N - 1n).add(GENERATOR);

const affine = (point: InstanceType<typeof Curve>): Point => {
  const { x, y } = point.toAffine();
  return [x, y];
};
const pointOf = ([x, y]: Point) => Curve.fromAffine({ x, y });
const times = (point: InstanceType<typeof Curve>, scalar: bigint) =>
  scalar === 0n ? Curve.ZERO : point.multiplyUnsafe(scalar);

const onCurve = ([x, y]: Point): boolean =>
  [x, y].every((c) => c >= 0n && c < P) &&
  (CURVE_A * x * x + y * y - 1n - CURVE_D * x * x * y * y) % P === 0n;

/** The equation as it is written. */
function oracle(message: bigint, key: Point, { r8, s }: Signature): boolean {
  if (!onCurve(key) || !onCurve(r8) || s < 0n || s >= N || message < 0n || message >= P) return false;
  const cleared = pointOf(key).double().double().double();
  if (cleared.toAffine().x === 0n) return false;
  const h = poseidon.plainHash([...r8, ...key, message]) % N;
  return times(Curve.BASE, s).equals(pointOf(r8).add(times(cleared, h)));
}

const element = ([x, y]: Point): [Uint8Array, Uint8Array] => [theirs.F.e(x), theirs.F.e(y)];
const circomlib = (message: bigint, key: Point, { r8, s }: Signature): boolean =>
  theirs.verifyPoseidon(theirs.F.e(message), { R8: element(r8), S: s }, element(key));

const table = kernel.allocateKeyTable();

function withTable(message: bigint, key: Point, signature: Signature): boolean {
  return kernel.makeKeyTable(table, key) && kernel.verify(message, key, signature, table);
}

function agree(message: bigint, key: Point, signature: Signature, what: string): boolean {
  const expected = oracle(message, key, signature);
  const shown = `${what}: ${message} ${key} ${signature.r8} ${signature.s}`;
  assert.is(kernel.verify(message, key, signature), expected, shown);
  assert.is(withTable(message, key, signature), expected, `with a table, ${shown}`);
  return expected;
}

interface Signed {
  readonly message: bigint;
  readonly key: Point;
  readonly signature: Signature;
}

function signed(): Signed {
  const secret = Uint8Array.from({ length: 32 }, () => random.below(256));
  const message = randomNumber(random);
  const signature = sign(poseidon, secret, message);
  // S B8 - R8 = h 8A: what the key is, the signature does not say, so it is made the same way.
  return { message, key: keyOf(secret), signature };
}

const keyOf = (secret: Uint8Array): Point => {
  const [x, y] = theirs.prv2pub(secret);
  return [theirs.F.toObject(x), theirs.F.toObject(y)];
};

/** A signature for a key k B8, plus torsion: made from the equation. */
function made(k: bigint, r: bigint, message: bigint, twist: number, twistR: number): Signed {
  const key = affine(times(Curve.BASE, k).add(times(TORSION, BigInt(twist))));
  const r8 = affine(times(Curve.BASE, r).add(times(TORSION, BigInt(twistR))));
  const h = poseidon.plainHash([...r8, ...key, message]);
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

test("agrees with circomlibjs, whose keys and signatures it makes", () => {
  for (let i = 0; i < Math.max(3, CASES / 50); i++) {
    const good = signed();
    assert.ok(agree(good.message, good.key, good.signature, "signed"));
    assert.ok(circomlib(good.message, good.key, good.signature));
    const change = random.below(4);
    const changed = changes[change]!(good, signed());
    assert.is(
      agree(changed.message, changed.key, changed.signature, "changed"),
      circomlib(changed.message, changed.key, changed.signature),
    );
  }
});

test("agrees on scalars and messages at the borders of limbs and words", () => {
  for (const number of boundaryNumbers) {
    const good = made(1n + (number % (N - 1n)), 1n + (number % (N - 2n)), number, 0, 0);
    assert.ok(agree(good.message, good.key, good.signature, "boundary"));
    const { signature } = good;
    agree(number, good.key, { ...signature, s: number % N }, "boundary S");
  }
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
    assert.is(kernel.isOnCurve(off), onCurve(off));
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
  const scalars = [
    ...boundaryNumbers,
    N - 1n,
    N,
    N + 1n,
    7n * N,
    ...Array.from({ length: 20 }, () => randomNumber(random)),
  ];
  for (const scalar of scalars)
    assert.equal(kernel.multiplyBase(scalar), affine(times(Curve.BASE, scalar % N)), `${scalar}`);
  assert.throws(() => kernel.multiplyBase(P), /below p/);
});

test.run();
