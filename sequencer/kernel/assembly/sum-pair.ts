/** Sums of products before one reduction, as in product.ts, of pairs and constants (product-pair.ts). */
import {
  BITS, both, clear, digit, limbs, MASK, narrow, put, Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, sum, times, ZEROS,
} from "./product-pair";

/** Bytes of eighteen columns of two numbers. */
const PAIR_COLUMNS: usize = 18 * 16;

@inline
function column(columns: usize, k: usize): v128 {
  return v128.load(columns + (k << 4));
}

@inline
function addColumn(columns: usize, k: usize, terms: v128): void {
  v128.store(columns + (k << 4), sum(column(columns, k), terms));
}

export function clearPairColumns(columns: usize): void {
  memory.fill(columns, 0, PAIR_COLUMNS);
}

/** columns += a b, of a pair and a constant; at most six times before `reducePair` or `settlePair`. */
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
  const b0 = both(b, 0);
  const b1 = both(b, 1);
  const b2 = both(b, 2);
  const b3 = both(b, 3);
  const b4 = both(b, 4);
  const b5 = both(b, 5);
  const b6 = both(b, 6);
  const b7 = both(b, 7);
  const b8 = both(b, 8);
  addColumn(columns, 0, times(a0, b0));
  addColumn(columns, 1, sum(times(a0, b1), times(a1, b0)));
  addColumn(columns, 2, sum(times(a0, b2), sum(times(a1, b1), times(a2, b0))));
  addColumn(columns, 3, sum(sum(times(a0, b3), times(a1, b2)), sum(times(a2, b1), times(a3, b0))));
  addColumn(columns, 4, sum(sum(times(a0, b4), times(a1, b3)), sum(times(a2, b2), sum(times(a3, b1),
    times(a4, b0)))));
  addColumn(columns, 5, sum(sum(times(a0, b5), sum(times(a1, b4), times(a2, b3))), sum(times(a3, b2),
    sum(times(a4, b1), times(a5, b0)))));
  addColumn(columns, 6, sum(sum(times(a0, b6), sum(times(a1, b5), times(a2, b4))), sum(sum(times(a3, b3),
    times(a4, b2)), sum(times(a5, b1), times(a6, b0)))));
  addColumn(columns, 7, sum(sum(sum(times(a0, b7), times(a1, b6)), sum(times(a2, b5), times(a3, b4))),
    sum(sum(times(a4, b3), times(a5, b2)), sum(times(a6, b1), times(a7, b0)))));
  addColumn(columns, 8, sum(sum(sum(times(a0, b8), times(a1, b7)), sum(times(a2, b6), times(a3, b5))),
    sum(sum(times(a4, b4), times(a5, b3)), sum(times(a6, b2), sum(times(a7, b1), times(a8, b0))))));
  addColumn(columns, 9, sum(sum(sum(times(a1, b8), times(a2, b7)), sum(times(a3, b6), times(a4, b5))),
    sum(sum(times(a5, b4), times(a6, b3)), sum(times(a7, b2), times(a8, b1)))));
  addColumn(columns, 10, sum(sum(times(a2, b8), sum(times(a3, b7), times(a4, b6))), sum(sum(times(a5, b5),
    times(a6, b4)), sum(times(a7, b3), times(a8, b2)))));
  addColumn(columns, 11, sum(sum(times(a3, b8), sum(times(a4, b7), times(a5, b6))), sum(times(a6, b5),
    sum(times(a7, b4), times(a8, b3)))));
  addColumn(columns, 12, sum(sum(times(a4, b8), times(a5, b7)), sum(times(a6, b6), sum(times(a7, b5),
    times(a8, b4)))));
  addColumn(columns, 13, sum(sum(times(a5, b8), times(a6, b7)), sum(times(a7, b6), times(a8, b5))));
  addColumn(columns, 14, sum(times(a6, b8), sum(times(a7, b7), times(a8, b6))));
  addColumn(columns, 15, sum(times(a7, b8), times(a8, b7)));
  addColumn(columns, 16, times(a8, b8));
}

export function settlePair(columns: usize): void {
  let carried = ZEROS;
  for (let k: usize = 0; k < 17; k++) {
    carried = sum(carried, column(columns, k));
    v128.store(columns + (k << 4), v128.and(carried, MASK));
    carried = i64x2.shr_u(carried, BITS);
  }
  addColumn(columns, 17, carried);
}

/** out = columns / R. */
export function reducePair(out: usize, columns: usize): void {
  let t = column(columns, 0);
  const n0 = digit(t);
  const m0 = narrow(n0);
  t = clear(t, n0);
  t = sum(t, sum(column(columns, 1), times(m0, Q1)));
  const n1 = digit(t);
  const m1 = narrow(n1);
  t = clear(t, n1);
  t = sum(t, sum(column(columns, 2), sum(times(m0, Q2), times(m1, Q1))));
  const n2 = digit(t);
  const m2 = narrow(n2);
  t = clear(t, n2);
  t = sum(t, sum(sum(column(columns, 3), times(m0, Q3)), sum(times(m1, Q2), times(m2, Q1))));
  const n3 = digit(t);
  const m3 = narrow(n3);
  t = clear(t, n3);
  t = sum(t, sum(sum(column(columns, 4), times(m0, Q4)), sum(times(m1, Q3), sum(times(m2, Q2), times(m3,
    Q1)))));
  const n4 = digit(t);
  const m4 = narrow(n4);
  t = clear(t, n4);
  t = sum(t, sum(sum(column(columns, 5), sum(times(m0, Q5), times(m1, Q4))), sum(times(m2, Q3),
    sum(times(m3, Q2), times(m4, Q1)))));
  const n5 = digit(t);
  const m5 = narrow(n5);
  t = clear(t, n5);
  t = sum(t, sum(sum(column(columns, 6), sum(times(m0, Q6), times(m1, Q5))), sum(sum(times(m2, Q4),
    times(m3, Q3)), sum(times(m4, Q2), times(m5, Q1)))));
  const n6 = digit(t);
  const m6 = narrow(n6);
  t = clear(t, n6);
  t = sum(t, sum(sum(sum(column(columns, 7), times(m0, Q7)), sum(times(m1, Q6), times(m2, Q5))),
    sum(sum(times(m3, Q4), times(m4, Q3)), sum(times(m5, Q2), times(m6, Q1)))));
  const n7 = digit(t);
  const m7 = narrow(n7);
  t = clear(t, n7);
  t = sum(t, sum(sum(sum(column(columns, 8), times(m0, Q8)), sum(times(m1, Q7), times(m2, Q6))),
    sum(sum(times(m3, Q5), times(m4, Q4)), sum(times(m5, Q3), sum(times(m6, Q2), times(m7, Q1))))));
  const n8 = digit(t);
  const m8 = narrow(n8);
  t = clear(t, n8);
  t = sum(t, sum(sum(sum(column(columns, 9), times(m1, Q8)), sum(times(m2, Q7), times(m3, Q6))),
    sum(sum(times(m4, Q5), times(m5, Q4)), sum(times(m6, Q3), sum(times(m7, Q2), times(m8, Q1))))));
  put(out, 0, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  t = sum(t, sum(sum(sum(column(columns, 10), times(m2, Q8)), sum(times(m3, Q7), times(m4, Q6))),
    sum(sum(times(m5, Q5), times(m6, Q4)), sum(times(m7, Q3), times(m8, Q2)))));
  put(out, 1, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  t = sum(t, sum(sum(column(columns, 11), sum(times(m3, Q8), times(m4, Q7))), sum(sum(times(m5, Q6),
    times(m6, Q5)), sum(times(m7, Q4), times(m8, Q3)))));
  put(out, 2, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  t = sum(t, sum(sum(column(columns, 12), sum(times(m4, Q8), times(m5, Q7))), sum(times(m6, Q6),
    sum(times(m7, Q5), times(m8, Q4)))));
  put(out, 3, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  t = sum(t, sum(sum(column(columns, 13), times(m5, Q8)), sum(times(m6, Q7), sum(times(m7, Q6), times(m8,
    Q5)))));
  put(out, 4, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  t = sum(t, sum(sum(column(columns, 14), times(m6, Q8)), sum(times(m7, Q7), times(m8, Q6))));
  put(out, 5, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  t = sum(t, sum(column(columns, 15), sum(times(m7, Q8), times(m8, Q7))));
  put(out, 6, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  t = sum(t, sum(column(columns, 16), times(m8, Q8)));
  put(out, 7, v128.and(t, MASK));
  t = i64x2.shr_u(t, BITS);
  put(out, 8, sum(t, column(columns, 17)));
}
