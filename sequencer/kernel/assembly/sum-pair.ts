/** Sums of products before one reduction, as in product.ts, of pairs and constants (product-pair.ts). */
import {
  BITS, clear, digit, limbs, MASK, more, narrow, put, Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, sum, times, wide, ZEROS,
} from "./product-pair";

/** One of eighteen columns of two numbers. */
@inline
function column(columns: usize, k: usize): v128 {
  return v128.load(columns + (k << 4));
}

@inline
function addColumn(columns: usize, k: usize, terms: v128): void {
  store(columns, k, sum(column(columns, k), terms));
}

@inline
function store(columns: usize, k: usize, wide: v128): void {
  v128.store(columns + (k << 4), wide);
}

/** Nine of the columns. */
@inline
function clearNine(columns: usize): void {
  store(columns, 0, ZEROS);
  store(columns, 1, ZEROS);
  store(columns, 2, ZEROS);
  store(columns, 3, ZEROS);
  store(columns, 4, ZEROS);
  store(columns, 5, ZEROS);
  store(columns, 6, ZEROS);
  store(columns, 7, ZEROS);
  store(columns, 8, ZEROS);
}

/** columns = 0. `memory.fill` would be a call out of the WebAssembly. */
export function clearPairColumns(columns: usize): void {
  clearNine(columns);
  clearNine(columns + 9 * 16);
}

/** columns = c R, which is c after the reduction. */
export function beginPairColumns(columns: usize, c: usize): void {
  clearNine(columns);
  store(columns, 9, wide(c, 0));
  store(columns, 10, wide(c, 1));
  store(columns, 11, wide(c, 2));
  store(columns, 12, wide(c, 3));
  store(columns, 13, wide(c, 4));
  store(columns, 14, wide(c, 5));
  store(columns, 15, wide(c, 6));
  store(columns, 16, wide(c, 7));
  store(columns, 17, wide(c, 8));
}

/** columns += a b, of a pair and a constant; at most eleven times before `reducePair` or `settlePair`. */
export function accumulatePair(columns: usize, a: usize, b: usize): void {
  const a0 = limbs(a, 0);
  const a1 = limbs(a, 1);
  const a2 = limbs(a, 2);
  const a3 = limbs(a, 3);
  const a4 = limbs(a, 4);
  const a5 = limbs(a, 5);
  const a6 = limbs(a, 6);
  const a7 = limbs(a, 7);
  const a8 = limbs(a, 8);
  // Places as immediates: added up, they would take an instruction each.
  const b0 = v128.load_splat<u32>(b, 0);
  const b1 = v128.load_splat<u32>(b, 4);
  const b2 = v128.load_splat<u32>(b, 8);
  const b3 = v128.load_splat<u32>(b, 12);
  const b4 = v128.load_splat<u32>(b, 16);
  const b5 = v128.load_splat<u32>(b, 20);
  const b6 = v128.load_splat<u32>(b, 24);
  const b7 = v128.load_splat<u32>(b, 28);
  const b8 = v128.load_splat<u32>(b, 32);
  let s: v128;
  addColumn(columns, 0, times(a0, b0));
  s = times(a0, b1); s = more(s, a1, b0); addColumn(columns, 1, s);
  s = times(a0, b2); s = more(s, a1, b1); s = more(s, a2, b0); addColumn(columns, 2, s);
  s = times(a0, b3); s = more(s, a1, b2); s = more(s, a2, b1); s = more(s, a3, b0); addColumn(columns, 3, s);
  s = times(a0, b4); s = more(s, a1, b3); s = more(s, a2, b2); s = more(s, a3, b1); s = more(s, a4, b0);
  addColumn(columns, 4, s);
  s = times(a0, b5); s = more(s, a1, b4); s = more(s, a2, b3); s = more(s, a3, b2); s = more(s, a4, b1);
  s = more(s, a5, b0); addColumn(columns, 5, s);
  s = times(a0, b6); s = more(s, a1, b5); s = more(s, a2, b4); s = more(s, a3, b3); s = more(s, a4, b2);
  s = more(s, a5, b1); s = more(s, a6, b0); addColumn(columns, 6, s);
  s = times(a0, b7); s = more(s, a1, b6); s = more(s, a2, b5); s = more(s, a3, b4); s = more(s, a4, b3);
  s = more(s, a5, b2); s = more(s, a6, b1); s = more(s, a7, b0); addColumn(columns, 7, s);
  s = times(a0, b8); s = more(s, a1, b7); s = more(s, a2, b6); s = more(s, a3, b5); s = more(s, a4, b4);
  s = more(s, a5, b3); s = more(s, a6, b2); s = more(s, a7, b1); s = more(s, a8, b0);
  addColumn(columns, 8, s);
  s = times(a1, b8); s = more(s, a2, b7); s = more(s, a3, b6); s = more(s, a4, b5); s = more(s, a5, b4);
  s = more(s, a6, b3); s = more(s, a7, b2); s = more(s, a8, b1); addColumn(columns, 9, s);
  s = times(a2, b8); s = more(s, a3, b7); s = more(s, a4, b6); s = more(s, a5, b5); s = more(s, a6, b4);
  s = more(s, a7, b3); s = more(s, a8, b2); addColumn(columns, 10, s);
  s = times(a3, b8); s = more(s, a4, b7); s = more(s, a5, b6); s = more(s, a6, b5); s = more(s, a7, b4);
  s = more(s, a8, b3); addColumn(columns, 11, s);
  s = times(a4, b8); s = more(s, a5, b7); s = more(s, a6, b6); s = more(s, a7, b5); s = more(s, a8, b4);
  addColumn(columns, 12, s);
  s = times(a5, b8); s = more(s, a6, b7); s = more(s, a7, b6); s = more(s, a8, b5); addColumn(columns, 13, s);
  s = times(a6, b8); s = more(s, a7, b7); s = more(s, a8, b6); addColumn(columns, 14, s);
  s = times(a7, b8); s = more(s, a8, b7); addColumn(columns, 15, s);
  addColumn(columns, 16, times(a8, b8));
}

export function settlePair(columns: usize): void {
  let carried = ZEROS;
  const end = columns + 17 * 16;
  for (let at = columns; at < end; at += 16) {
    carried = sum(carried, column(at, 0));
    v128.store(at, v128.and(carried, MASK));
    carried = i64x2.shr_u(carried, BITS);
  }
  addColumn(columns, 17, carried);
}

/** out = columns / R. */
export function reducePair(out: usize, columns: usize): void {
  let s: v128;
  let t = column(columns, 0);
  const n0 = digit(t); const m0 = narrow(n0); t = clear(t, n0);
  t = sum(t, column(columns, 1)); t = more(t, m0, Q1);
  const n1 = digit(t); const m1 = narrow(n1); t = clear(t, n1);
  s = more(column(columns, 2), m0, Q2); t = sum(t, s); t = more(t, m1, Q1);
  const n2 = digit(t); const m2 = narrow(n2); t = clear(t, n2);
  s = more(column(columns, 3), m0, Q3); s = more(s, m1, Q2); t = sum(t, s); t = more(t, m2, Q1);
  const n3 = digit(t); const m3 = narrow(n3); t = clear(t, n3);
  s = more(column(columns, 4), m0, Q4); s = more(s, m1, Q3); s = more(s, m2, Q2); t = sum(t, s);
  t = more(t, m3, Q1);
  const n4 = digit(t); const m4 = narrow(n4); t = clear(t, n4);
  s = more(column(columns, 5), m0, Q5); s = more(s, m1, Q4); s = more(s, m2, Q3); s = more(s, m3, Q2);
  t = sum(t, s); t = more(t, m4, Q1);
  const n5 = digit(t); const m5 = narrow(n5); t = clear(t, n5);
  s = more(column(columns, 6), m0, Q6); s = more(s, m1, Q5); s = more(s, m2, Q4); s = more(s, m3, Q3);
  s = more(s, m4, Q2); t = sum(t, s); t = more(t, m5, Q1);
  const n6 = digit(t); const m6 = narrow(n6); t = clear(t, n6);
  s = more(column(columns, 7), m0, Q7); s = more(s, m1, Q6); s = more(s, m2, Q5); s = more(s, m3, Q4);
  s = more(s, m4, Q3); s = more(s, m5, Q2); t = sum(t, s); t = more(t, m6, Q1);
  const n7 = digit(t); const m7 = narrow(n7); t = clear(t, n7);
  s = more(column(columns, 8), m0, Q8); s = more(s, m1, Q7); s = more(s, m2, Q6); s = more(s, m3, Q5);
  s = more(s, m4, Q4); s = more(s, m5, Q3); s = more(s, m6, Q2); t = sum(t, s); t = more(t, m7, Q1);
  const n8 = digit(t); const m8 = narrow(n8); t = clear(t, n8);
  s = more(column(columns, 9), m1, Q8); s = more(s, m2, Q7); s = more(s, m3, Q6); s = more(s, m4, Q5);
  s = more(s, m5, Q4); s = more(s, m6, Q3); s = more(s, m7, Q2); t = sum(t, s); t = more(t, m8, Q1);
  put(out, 0, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(columns, 10), m2, Q8); s = more(s, m3, Q7); s = more(s, m4, Q6); s = more(s, m5, Q5);
  s = more(s, m6, Q4); s = more(s, m7, Q3); s = more(s, m8, Q2); t = sum(t, s);
  put(out, 1, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(columns, 11), m3, Q8); s = more(s, m4, Q7); s = more(s, m5, Q6); s = more(s, m6, Q5);
  s = more(s, m7, Q4); s = more(s, m8, Q3); t = sum(t, s);
  put(out, 2, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(columns, 12), m4, Q8); s = more(s, m5, Q7); s = more(s, m6, Q6); s = more(s, m7, Q5);
  s = more(s, m8, Q4); t = sum(t, s);
  put(out, 3, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(columns, 13), m5, Q8); s = more(s, m6, Q7); s = more(s, m7, Q6); s = more(s, m8, Q5);
  t = sum(t, s);
  put(out, 4, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(columns, 14), m6, Q8); s = more(s, m7, Q7); s = more(s, m8, Q6); t = sum(t, s);
  put(out, 5, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(columns, 15), m7, Q8); s = more(s, m8, Q7); t = sum(t, s);
  put(out, 6, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(columns, 16), m8, Q8); t = sum(t, s);
  put(out, 7, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  put(out, 8, sum(t, column(columns, 17)));
}
