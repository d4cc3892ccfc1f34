import { createHash } from "node:crypto";
import { bn254 } from "@noble/curves/bn254.js";
import { buildBn128 } from "ffjavascript";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadCurveModule } from "../../prover/keys/curve-module.ts";
import { openCurve } from "../../prover/keys/curve-wasm.ts";
import { bestWindowBits, FixedBase, signedDigits } from "../../prover/keys/fixed-base.ts";
import { scalarOrder, toLittleEndian } from "../../prover/keys/scalar.ts";

const test = suite("fixed-base multiplication");

const curveModule = await loadCurveModule();
const reader = await buildBn128(true);
const seed = "fixed-base";

function scalars(): bigint[] {
  const edges = [
    0n,
    1n,
    2n,
    127n,
    128n,
    129n,
    scalarOrder - 1n,
    scalarOrder - 2n,
    1n << 253n,
    (1n << 253n) - 1n,
  ];
  const random = Array.from({ length: 30 }, (_, i) => {
    const digest = createHash("sha512").update(`${seed} ${i}`).digest("hex");
    return BigInt(`0x${digest}`) % scalarOrder;
  });
  return [...edges, ...random];
}

function packed(values: readonly bigint[]): Uint8Array {
  return Buffer.concat(values.map(toLittleEndian));
}

test("agrees with noble in G1, for narrow and wide windows", async () => {
  const values = scalars();
  for (const bits of [2, 5, 8, 11]) {
    const curve = await openCurve(curveModule);
    const points = new FixedBase(curve, curve.g1, bits).multiply(packed(values));
    for (const [i, value] of values.entries()) {
      const expected = bn254.G1.Point.BASE.multiplyUnsafe(value);
      const found = reader.G1.toObject(points.slice(64 * i, 64 * i + 64));
      const affine = expected.is0() ? [0n, 1n, 0n] : [expected.x, expected.y, 1n];
      assert.equal([...found], affine, `${value} with windows of ${bits} (seed ${seed})`);
    }
  }
});

test("agrees with noble in G2", async () => {
  const values = scalars();
  const curve = await openCurve(curveModule);
  const points = new FixedBase(curve, curve.g2, 6).multiply(packed(values));
  for (const [i, value] of values.entries()) {
    if (value === 0n) continue;
    const { x, y } = bn254.G2.Point.BASE.multiplyUnsafe(value).toAffine();
    const found = reader.G2.toObject(points.slice(128 * i, 128 * i + 128));
    assert.equal(
      [...(found[0] ?? []), ...(found[1] ?? [])],
      [x.c0, x.c1, y.c0, y.c1],
      `${value} (seed ${seed})`,
    );
  }
});

test("splits scalars into digits that sum up to them", () => {
  for (const bits of [2, 7, 13, 16]) {
    for (const value of scalars()) {
      const digits = new Int32Array(Math.ceil(255 / bits));
      signedDigits(toLittleEndian(value), 0, bits, digits);
      const half = 2 ** (bits - 1);
      assert.ok(digits.every((digit) => digit > -half && digit <= half));
      const sum = digits.reduceRight((total, digit) => (total << BigInt(bits)) + BigInt(digit), 0n);
      assert.is(sum, value);
    }
  }
});

test("takes wider windows for more points", () => {
  assert.ok(bestWindowBits(100) < bestWindowBits(10_000));
  assert.ok(bestWindowBits(10_000) < bestWindowBits(1_000_000));
});

test.run();
