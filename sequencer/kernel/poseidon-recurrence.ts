/**
 * Poseidon's partial rounds as one recurrence. Such a round is linear but for the fifth power of state[0]. With M = [[m, v],
 * [w, U]], n = t - 1, s the first element of the state, x its fifth power with constant, and y the others:
 *
 *   round        s[r+1] = m x[r] + v y[r],  y[r+1] = w x[r] + U y[r]
 *
 * Whatever y is, v U^n = a1 v U^(n-1) + ... + an v for some a, so that y can be left out:
 *
 *   recurrence   s[r+1] = m x[r] + (a1 s[r] + ... + an s[r+1-n]) + (g1 x[r-1] + ... + gn x[r-n])
 *   with         h[k] = v U^(k-1) w,  b[j] = h[j] - (a1 h[j-1] + ... + a(j-1) h[1]),  g[j] = b[j] - m a[j]
 *
 * 2 n + 1 products, all in one sum: one reduction a round, where the usual sparse matrix has t. One product goes by scaling:
 * s[r] = scale[r] s'[r] and x[r] = scale[r]^5 x'[r] with scale[r+1] = m scale[r]^5 make the factor of x'[r] one. Backwards
 * from the scale 1 of the last s; fifth roots are unique, as 5 and p - 1 have no common factor.
 *
 *   begin        the matrix of the full round before is a round, too, r = -1: x[-1] and y[-1] are its inputs. What was before
 *                it may be any past that leads to y[-1]: no x, and s[-i] = v U^-i y[-1] for i = 1 .. n-1
 *   end          y[RP] out of the last n s and x: v y[q] = s[q+1] - m x[q] for q = RP-n .. RP-1 determine y[RP-n],
 *                and that with x[RP-n .. RP-1] determines y[RP]
 */
import { FIELD_MODULUS as P } from "../exchange/field.ts";
import {
  column,
  dot,
  inverse,
  inverseMatrix,
  inverseModulo,
  type Matrix,
  power,
  reduce,
  scaled,
  timesMatrix,
  type Vector,
} from "./field-matrices.ts";

export interface Recurrence {
  /** s'[1-n] .. s'[0] out of the inputs of the matrix of the full round before. */
  readonly begin: Matrix;
  /** Of every round, in the order of time: factors of s'[r+1-n] .. s'[r], then of x'[r-n] .. x'[r-1], of these none before -1. */
  readonly rounds: Matrix;
  /** state[1..n] after the last round, out of s'[RP+1-n] .. s'[RP] and x'[RP-n] .. x'[RP-1]. */
  readonly end: Matrix;
  /** Added to the fifth powers. */
  readonly constants: Vector;
}

/** Of partial rounds that have this matrix, and these constants after their fifth powers. */
export function recurrenceOf(matrix: Matrix, constants: Vector): Recurrence {
  const [[m, ...v], ...lower] = matrix as [[bigint, ...Vector], ...Matrix];
  const n = lower.length;
  const rounds = constants.length;
  const w = column(lower, 0);
  const inner = lower.map((row) => row.slice(1));
  const rows = krylov(v, inner, n + 1);
  const observed = inverseMatrix(rows.slice(0, n));
  // v U^n in terms of v, v U, ...: from an to a1.
  const a = timesMatrix(rows[n]!, observed).reverse();
  const h = rows.map((row) => dot(row, w));
  const b = a.map((_, j) =>
    reduce(h[j]! - a.slice(0, j).reduce((sum, ai, i) => sum + ai * h[j - 1 - i]!, 0n)),
  );
  const g = b.map((bj, j) => reduce(bj - m * a[j]!));

  const scale = scales(m, rounds);
  const ofS = (r: number): bigint => (r < 0 ? 1n : scale[r]!);
  const ofX = (r: number): bigint => (r < 0 ? 1n : power(scale[r]!, 5n));
  return {
    begin: beginning(m, v, inner, ofS(0)),
    rounds: constants.map((_, r) => {
      const past = a.map((ai, i) => ai * ofS(r - i)).reverse();
      const powers = g.slice(0, r + 1).map((gj, j) => gj * ofX(r - 1 - j));
      return scaled([...past, ...powers.reverse()], inverse(ofS(r + 1)));
    }),
    end: ending(matrix, observed, h).map((row) =>
      row.map((factor, i) => (factor * (i < n ? ofS(rounds + 1 - n + i) : ofX(rounds - 2 * n + i))) % P),
    ),
    constants: constants.map((c, r) => (c * inverse(ofX(r))) % P),
  };
}

/** v, v U, v U^2, ... */
function krylov(v: Vector, inner: Matrix, count: number): Matrix {
  const rows = [v];
  while (rows.length < count) rows.push(timesMatrix(rows.at(-1)!, inner));
  return rows;
}

/** Of s[0] .. s[RP]. */
function scales(m: bigint, rounds: number): Vector {
  const fifthRoot = inverseModulo(5n, P - 1n);
  const perM = inverse(m);
  const found = [1n];
  while (found.length <= rounds) found.unshift(power((found[0]! * perM) % P, fifthRoot));
  return found;
}

function beginning(m: bigint, v: Vector, inner: Matrix, scale: bigint): Matrix {
  const past = krylov(v, inverseMatrix(inner), v.length).slice(1);
  return [...past.reverse().map((row) => [0n, ...row]), scaled([m, ...v], inverse(scale))];
}

/** Without scales: y[RP] as rows of factors of s[RP+1-n] .. s[RP] and x[RP-n] .. x[RP-1]. */
function ending(matrix: Matrix, observed: Matrix, h: Vector): Matrix {
  const [[m], ...lower] = matrix as [[bigint, ...Vector], ...Matrix];
  const n = lower.length;
  const w = column(lower, 0);
  const inner = lower.map((row) => row.slice(1));
  const unit = (at: number): Vector => Array.from({ length: 2 * n }, (_, i) => (i === at ? 1n : 0n));
  // v U^i y[RP-n] = s[RP-n+i+1] - m x[RP-n+i] - (h1 x[RP-n+i-1] + ... + hi x[RP-n]), as rows of factors.
  const seen = Array.from({ length: n }, (_, i) =>
    unit(i).map((s, at) => {
      const back = i - (at - n);
      if (at < n || back < 0) return s;
      return reduce(-(back === 0 ? m : h[back - 1]!));
    }),
  );
  let y = observed.map((row) => timesMatrix(row, seen));
  for (let i = 0; i < n; i++) {
    const before = y;
    y = inner.map((row, k) => timesMatrix(row, before).map((f, at) => (at === n + i ? (f + w[k]!) % P : f)));
  }
  return y;
}
