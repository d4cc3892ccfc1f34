/**
 * Lagrange polynomials of a coset of roots of unity, evaluated at one point.
 *
 * Over the points p_i = first * step^i (i < n, step of order n) the i-th polynomial at tau is
 *
 *     L_i(tau) = (tau^n - first^n) / (n first^n) * p_i / (tau - p_i)
 */
import type { CurveWasm } from "./curve-wasm.ts";
import { inverse, power, reduce } from "./scalar.ts";

export interface Coset {
  readonly first: bigint;
  readonly step: bigint;
  readonly size: number;
}

const scalarBytes = 32;
export const lagrangeChunk = 8192;

/** Evaluates the polynomials in chunks; the results lie in the wasm memory, in Montgomery form. */
export class LagrangeEvaluator {
  readonly #curve: CurveWasm;
  readonly #denominators: number;
  readonly #constants: number;

  constructor(curve: CurveWasm) {
    this.#curve = curve;
    this.#denominators = curve.alloc(lagrangeChunk * scalarBytes);
    this.#constants = curve.alloc(4 * scalarBytes);
  }

  static readonly scratchBytes = (lagrangeChunk + 1) * scalarBytes;

  /** The factor by which `evaluate` has to be called to yield L_i(tau). */
  static factor(coset: Coset, tau: bigint): bigint {
    const size = BigInt(coset.size);
    const offset = power(coset.first, size);
    return reduce((power(tau, size) - offset) * inverse(size * offset));
  }

  /** Writes `factor * p_i / (tau - p_i)` for `count` values of i from `from` on to `to`. */
  evaluate(coset: Coset, tau: bigint, factor: bigint, from: number, count: number, to: number): void {
    if (count > lagrangeChunk) throw new RangeError("too many values at once");
    const { sub, mul, copy, batchInverse } = this.#curve.scalars;
    const tauAt = this.#constants;
    const factorAt = tauAt + scalarBytes;
    const stepAt = factorAt + scalarBytes;
    const pointAt = stepAt + scalarBytes;
    this.#curve.writeScalar(tauAt, tau);
    this.#curve.writeScalar(factorAt, factor);
    this.#curve.writeScalar(stepAt, coset.step);
    this.#curve.writeScalar(pointAt, reduce(coset.first * power(coset.step, BigInt(from))));
    for (let i = 0; i < count; i++) {
      copy(pointAt, to + i * scalarBytes);
      sub(tauAt, pointAt, this.#denominators + i * scalarBytes);
      mul(pointAt, stepAt, pointAt);
    }
    batchInverse(this.#denominators, scalarBytes, count, this.#denominators, scalarBytes);
    for (let i = 0; i < count; i++) {
      const at = to + i * scalarBytes;
      mul(at, this.#denominators + i * scalarBytes, at);
      mul(at, factorAt, at);
    }
  }
}
