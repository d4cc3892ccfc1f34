/**
 * Many independent point additions at once, in affine coordinates.
 *
 *     lambda = (y2 - y1) / (x2 - x1)      x3 = lambda^2 - x1 - x2      y3 = lambda (x1 - x3) - y1
 *
 * The divisions share one inversion (Montgomery's trick: three products each), which makes an addition
 * six products and one square: half of what the module's own Jacobian addition costs in G1, and less
 * than half in G2.
 */
import type { CurveWasm, GroupOperations } from "./curve-wasm.ts";

/** Largest number of additions that share an inversion; their working set stays in the L2 cache. */
export const batchCapacity = 2048;

/** Lists of additions to make; points are given by their addresses. */
export class AdditionBatch {
  readonly #left = new Uint32Array(batchCapacity);
  readonly #right = new Uint32Array(batchCapacity);
  readonly #sum = new Uint32Array(batchCapacity);
  readonly #negateRight = new Uint8Array(batchCapacity);
  #length = 0;

  readonly #curve: CurveWasm;
  readonly #group: GroupOperations;
  readonly #differences: number;
  readonly #inverses: number;
  readonly #lambda: number;
  readonly #x: number;
  readonly #jacobian: number;

  constructor(curve: CurveWasm, group: GroupOperations) {
    const { bytes } = group.field;
    this.#curve = curve;
    this.#group = group;
    this.#differences = curve.alloc(batchCapacity * bytes);
    this.#inverses = curve.alloc(batchCapacity * bytes);
    this.#lambda = curve.alloc(bytes);
    this.#x = curve.alloc(bytes);
    this.#jacobian = curve.alloc(3 * bytes);
  }

  /** How much scratch space `run` needs. */
  static scratchBytes(group: GroupOperations): number {
    return (batchCapacity + 1) * group.field.bytes;
  }

  /**
   * Adds `*sum = *left + *right` (or minus) to the list; neither point may be at infinity.
   * `sum` may be the address of `left`. Runs the list when it is full.
   */
  push(left: number, right: number, negateRight: boolean, sum: number): void {
    const at = this.#length++;
    this.#left[at] = left;
    this.#right[at] = right;
    this.#sum[at] = sum;
    this.#negateRight[at] = negateRight ? 1 : 0;
    if (this.#length === batchCapacity) this.run();
  }

  /** Makes all additions of the list and empties it. */
  run(): void {
    const { field } = this.#group;
    const n = this.#length;
    this.#length = 0;
    if (n === 0) return;
    for (let i = 0; i < n; i++) {
      const difference = this.#differences + i * field.bytes;
      field.sub(this.#right[i] as number, this.#left[i] as number, difference);
    }
    field.batchInverse(this.#differences, field.bytes, n, this.#inverses, field.bytes);
    for (let i = 0; i < n; i++) {
      // Equal abscissae have no inverse; one scalar among 2^254 leads here.
      if (field.isZero(this.#differences + i * field.bytes)) this.#addSlowly(i);
      else this.#addWithInverse(i, this.#inverses + i * field.bytes);
    }
  }

  #addWithInverse(i: number, inverse: number): void {
    const { add, sub, mul, square, neg, copy, bytes } = this.#group.field;
    const left = this.#left[i] as number;
    const right = this.#right[i] as number;
    const sum = this.#sum[i] as number;
    const lambda = this.#lambda;
    const x = this.#x;
    if (this.#negateRight[i]) {
      add(right + bytes, left + bytes, lambda);
      neg(lambda, lambda);
    } else {
      sub(right + bytes, left + bytes, lambda);
    }
    mul(lambda, inverse, lambda);
    square(lambda, x);
    sub(x, left, x);
    sub(x, right, x);
    const y = inverse; // no longer needed
    sub(left, x, y);
    mul(y, lambda, y);
    sub(y, left + bytes, sum + bytes);
    copy(x, sum);
  }

  #addSlowly(i: number): void {
    const { field, addAffine, toAffine, pointBytes } = this.#group;
    const right = this.#jacobian;
    this.#curve.write(right, this.#curve.read(this.#right[i] as number, pointBytes));
    if (this.#negateRight[i]) field.neg(right + field.bytes, right + field.bytes);
    addAffine(this.#left[i] as number, right, this.#jacobian);
    toAffine(this.#jacobian, this.#sum[i] as number);
  }
}
