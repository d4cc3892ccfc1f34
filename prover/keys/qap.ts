/**
 * A circuit's polynomials at the known point tau, in the scalar field (Groth16, eprint.iacr.org/2016/260).
 *
 * For signal s with coefficients a, b, c in constraint i:
 *
 *     A_s = sum a L_i(tau)    B_s = sum b L_i(tau)    C_s = sum c L_i(tau)
 *     K_s = (beta A_s + alpha B_s + C_s) / gamma      for the constant one and public signals
 *     K_s = (beta A_s + alpha B_s + C_s) / delta      for all others
 *     H_i = L'_i(tau) / delta
 *
 * where L are the Lagrange polynomials of the domain of n = 2^power points and L' those of the 2n-th roots
 * of unity at odd positions - snarkjs' prover hands over the quotient's numerator by its values there, not
 * by coefficients. As in snarkjs, each public signal (and the constant) has a constraint s * 0 = 0 after
 * the circuit's own, without which a proof could be changed to fit another statement.
 */
import type { CurveModule } from "./curve-module.ts";
import { type CurveWasm, openCurve } from "./curve-wasm.ts";
import { type Coset, LagrangeEvaluator, lagrangeChunk } from "./lagrange.ts";
import { maxTermsAtOnce, type R1csFile, type R1csHeader, type Terms, termBytes } from "./r1cs.ts";
import { inverse, power, reduce, scalarOrder } from "./scalar.ts";
import type { SetUpSecret } from "./secret.ts";

const scalarBytes = 32;
/** In the zkey: matrix, constraint, signal (u32 each), value. */
const coefficientBytes = 12 + scalarBytes;
/** A primitive 2^28-th root of unity (5 generates the field's group); the one ffjavascript uses too. */
const largestRoot = power(5n, (scalarOrder - 1n) >> 28n);

function rootOfUnity(order: number): bigint {
  return power(largestRoot, 1n << BigInt(28 - order));
}

/** Scalars for one section of the key, in plain form, by ranges. */
export type ScalarRange = (from: number, count: number) => Uint8Array;

export interface QapScalars {
  readonly a: ScalarRange;
  readonly b: ScalarRange;
  readonly k: ScalarRange;
  readonly h: ScalarRange;
}

/** Holds the polynomials' values while the constraints stream by. */
export class QapEvaluation {
  readonly #curve: CurveWasm;
  readonly #header: R1csHeader;
  readonly #secret: SetUpSecret;
  readonly #lagrange: LagrangeEvaluator;
  readonly #basis: number;
  /** Values for A, B, C; C becomes K. */
  readonly #sums: readonly [number, number, number];
  readonly #terms: number;
  readonly #coefficients: number;
  readonly #product: number;
  readonly #range: number;

  private constructor(curve: CurveWasm, header: R1csHeader, secret: SetUpSecret) {
    const table = () => curve.alloc(header.signals * scalarBytes);
    this.#curve = curve;
    this.#header = header;
    this.#secret = secret;
    this.#lagrange = new LagrangeEvaluator(curve);
    this.#basis = curve.alloc(2 ** header.power * scalarBytes);
    this.#sums = [table(), table(), table()];
    this.#terms = curve.alloc(maxTermsAtOnce * termBytes);
    this.#coefficients = curve.alloc(maxTermsAtOnce * coefficientBytes);
    this.#product = curve.alloc(scalarBytes);
    this.#range = curve.alloc(lagrangeChunk * scalarBytes);
    curve.reserveScratch(LagrangeEvaluator.scratchBytes);
  }

  static async create(module: CurveModule, header: R1csHeader, secret: SetUpSecret): Promise<QapEvaluation> {
    const evaluation = new QapEvaluation(await openCurve(module), header, secret);
    await evaluation.#fillBasis();
    return evaluation;
  }

  async #fillBasis(): Promise<void> {
    const { tau } = this.#secret;
    const size = 2 ** this.#header.power;
    const domain: Coset = { first: 1n, step: rootOfUnity(this.#header.power), size };
    const factor = LagrangeEvaluator.factor(domain, tau);
    for (let from = 0; from < size; from += lagrangeChunk) {
      const count = Math.min(lagrangeChunk, size - from);
      this.#lagrange.evaluate(domain, tau, factor, from, count, this.#basis + from * scalarBytes);
      await new Promise(setImmediate); // let progress be shown
    }
  }

  /**
   * Streams all constraints through. `writeCoefficients` receives the entries of the key's coefficient
   * section piece by piece. Returns how many entries there were.
   */
  async absorb(
    r1cs: R1csFile,
    writeCoefficients: (entries: Uint8Array) => Promise<void>,
    onConstraint: (constraint: number) => void,
  ): Promise<number> {
    let total = 0;
    for await (const terms of r1cs.terms()) {
      const entries = this.#addTerms(terms);
      total += entries.length / coefficientBytes;
      if (entries.length > 0) await writeCoefficients(entries);
      if (terms.matrix === 2) onConstraint(terms.constraint + 1);
    }
    for (let signal = 0; signal <= this.#header.publicSignals; signal++) {
      const one = Buffer.alloc(termBytes);
      one.writeUInt32LE(signal, 0);
      one.writeUInt8(1, 4);
      const constraint = this.#header.constraints + signal;
      await writeCoefficients(this.#addTerms({ matrix: 0, constraint, count: 1, bytes: one }));
      total += 1;
    }
    this.#combine();
    return total;
  }

  #addTerms(terms: Terms): Uint8Array {
    const { toMontgomery, mul, add } = this.#curve.scalars;
    const memory = this.#curve.bytes();
    const view = new DataView(memory.buffer);
    memory.set(terms.bytes, this.#terms);
    const basis = this.#basis + terms.constraint * scalarBytes;
    const sums = this.#sums[terms.matrix];
    for (let i = 0; i < terms.count; i++) {
      const at = this.#terms + i * termBytes;
      const signal = view.getUint32(at, true);
      if (signal >= this.#header.signals)
        throw new RangeError(`constraint ${terms.constraint}: no signal ${signal}`);
      const value = at + 4;
      toMontgomery(value, value);
      mul(value, basis, this.#product);
      const sum = sums + signal * scalarBytes;
      add(sum, this.#product, sum);
      if (terms.matrix === 2) continue;
      const entry = this.#coefficients + i * coefficientBytes;
      view.setUint32(entry, terms.matrix, true);
      view.setUint32(entry + 4, terms.constraint, true);
      view.setUint32(entry + 8, signal, true);
      // Twice in Montgomery form: one factor R is lost when the prover multiplies by a plain witness.
      toMontgomery(value, entry + 12);
    }
    return terms.matrix === 2
      ? new Uint8Array(0)
      : this.#curve.read(this.#coefficients, terms.count * coefficientBytes);
  }

  #combine(): void {
    const { mul, add } = this.#curve.scalars;
    const [a, b, c] = this.#sums;
    const { alpha, beta, gamma, delta } = this.#secret;
    const [alphaAt, betaAt, gammaAt, deltaAt] = [0, 1, 2, 3].map((i) => this.#terms + i * scalarBytes) as [
      number,
      number,
      number,
      number,
    ];
    this.#curve.writeScalar(alphaAt, alpha);
    this.#curve.writeScalar(betaAt, beta);
    this.#curve.writeScalar(gammaAt, inverse(gamma));
    this.#curve.writeScalar(deltaAt, inverse(delta));
    for (let signal = 0; signal < this.#header.signals; signal++) {
      const offset = signal * scalarBytes;
      const k = c + offset;
      mul(a + offset, betaAt, this.#product);
      add(k, this.#product, k);
      mul(b + offset, alphaAt, this.#product);
      add(k, this.#product, k);
      mul(k, signal <= this.#header.publicSignals ? gammaAt : deltaAt, k);
    }
  }

  /** The scalars of all sections; to be used after `absorb`, one range at a time. */
  scalars(): QapScalars {
    const [a, b, k] = this.#sums;
    const { tau, delta } = this.#secret;
    const size = 2 ** this.#header.power;
    const odd: Coset = {
      first: rootOfUnity(this.#header.power + 1),
      step: rootOfUnity(this.#header.power),
      size,
    };
    // (tau^2n - 1) / 2n: the odd positions are part of a domain of 2n points, not one of their own.
    const doubled = BigInt(2 * size);
    const factor = reduce((power(tau, doubled) - 1n) * inverse(doubled * delta));
    return {
      a: (from, count) => this.#plain(a + from * scalarBytes, count),
      b: (from, count) => this.#plain(b + from * scalarBytes, count),
      k: (from, count) => this.#plain(k + from * scalarBytes, count),
      h: (from, count) => {
        this.#lagrange.evaluate(odd, tau, factor, from, count, this.#range);
        return this.#plain(this.#range, count);
      },
    };
  }

  #plain(at: number, count: number): Uint8Array {
    if (count > lagrangeChunk) throw new RangeError("too many scalars at once");
    const { fromMontgomery } = this.#curve.scalars;
    for (let i = 0; i < count; i++) fromMontgomery(at + i * scalarBytes, this.#range + i * scalarBytes);
    return this.#curve.read(this.#range, count * scalarBytes);
  }
}
