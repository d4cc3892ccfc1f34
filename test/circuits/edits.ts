/** Whether a witness still satisfies all constraints when one of its signals alone is changed. */
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";
import type { Constraints } from "./constraints.ts";

export class Edits {
  private readonly constraints: Constraints;
  /** The terms in which signal i appears are `terms[starts[i]]` to before `terms[starts[i + 1]]`, in ascending order. */
  private readonly starts: Uint32Array;
  private readonly terms: Uint32Array;
  /** The combination of each term. */
  private readonly combinations: Uint32Array;

  constructor(constraints: Constraints, signals: number) {
    this.constraints = constraints;
    const { terms } = constraints;
    this.combinations = new Uint32Array(terms.signals.length);
    for (let i = 0; i < terms.starts.length - 1; i++)
      this.combinations.fill(i, terms.starts[i], terms.starts[i + 1]);
    this.starts = new Uint32Array(signals + 1);
    for (const signal of terms.signals) this.starts[signal + 1]! += 1;
    for (let i = 0; i < signals; i++) this.starts[i + 1]! += this.starts[i]!;
    const next = this.starts.slice();
    this.terms = new Uint32Array(terms.signals.length);
    terms.signals.forEach((signal, term) => {
      this.terms[next[signal]!++] = term;
    });
  }

  /**
   * Of a witness that satisfies everything: whether some constraint breaks when a signal differs by so much. A row's
   * combinations are linear, so that what they come to then follows from what they come to now.
   */
  of(witness: readonly bigint[]): (signal: number, difference: bigint) => boolean {
    const values = Array.from({ length: this.constraints.rows }, (_, row) =>
      this.constraints.valuesOf(row, witness),
    );
    return (signal, difference) => {
      const end = this.starts[signal + 1]!;
      for (let at = this.starts[signal]!; at < end; ) {
        const row = this.rowAt(at);
        const changed = [...values[row]!] as [bigint, bigint, bigint];
        for (; at < end && this.rowAt(at) === row; at++) {
          const term = this.terms[at]!;
          const { kinds, coefficients } = this.constraints.terms;
          changed[this.combinations[term]! % 3]! += coefficients[kinds[term]!]! * difference;
        }
        const [a, b, c] = changed;
        if ((a * b - c) % FIELD_MODULUS !== 0n) return true;
      }
      return false;
    };
  }

  private rowAt(at: number): number {
    return Math.floor(this.combinations[this.terms[at]!]! / 3);
  }
}
