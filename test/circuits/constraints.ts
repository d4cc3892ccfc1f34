/** Checks a witness against the constraints themselves, apart from any witness generator. */
import { R1csFile, termBytes } from "../../prover/keys/r1cs.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";

/** Far fewer than a thousandth of all, so that trying them in vain costs nothing. */
const MAX_LATELY = 16;
const NONE: ReadonlySet<number> = new Set();

/** What all rows A * B = C are made of. Combination 3i is A of row i, then come its B and its C. */
interface Terms {
  /** The first term of each combination; after the last, the number of all terms. */
  readonly starts: Uint32Array;
  /** Of each term. */
  readonly signals: Uint32Array;
  /** Of each term, its coefficient's place among the different ones. */
  readonly kinds: Uint32Array;
  readonly coefficients: readonly bigint[];
}

export class Constraints {
  readonly terms: Terms;
  readonly rows: number;
  /** Which ones broke, the latest first. */
  private readonly lately: number[] = [];
  /** The witness that was looked through last, and what it breaks. */
  private last: readonly bigint[] = [];
  private lastBroken: number[] = [];

  private constructor(terms: Terms) {
    this.terms = terms;
    this.rows = (terms.starts.length - 1) / 3;
  }

  static async load(r1csPath: string): Promise<Constraints> {
    const file = await R1csFile.open(r1csPath);
    const { constraints } = file.header;
    const starts = new Uint32Array(3 * constraints + 1);
    const signals: number[] = [];
    const kinds: number[] = [];
    const coefficients: bigint[] = [];
    const seen = new Map<string, number>();
    for await (const { matrix, constraint, count, bytes } of file.terms()) {
      starts[3 * constraint + matrix + 1]! += count;
      for (let at = 0; at < count * termBytes; at += termBytes) {
        const written = bytes.toString("latin1", at + 4, at + termBytes);
        let kind = seen.get(written);
        if (kind === undefined) {
          kind = coefficients.push(signed(readField(bytes, at + 4))) - 1;
          seen.set(written, kind);
        }
        signals.push(bytes.readUInt32LE(at));
        kinds.push(kind);
      }
    }
    await file.close();
    for (let i = 0; i < starts.length - 1; i++) starts[i + 1]! += starts[i]!;
    return new Constraints({
      starts,
      signals: Uint32Array.from(signals),
      kinds: Uint32Array.from(kinds),
      coefficients,
    });
  }

  /**
   * All constraints that the witness breaks. One none of whose signals changed since the last witness is as it was then:
   * one step's witnesses, honest and cheated, have most in common.
   */
  broken(witness: readonly bigint[]): readonly number[] {
    const isChanged = new Uint8Array(witness.length);
    for (let i = 0; i < witness.length; i++) if (witness[i] !== this.last[i]) isChanged[i] = 1;
    const before = new Set(this.lastBroken);
    const broken: number[] = [];
    for (let row = 0; row < this.rows; row++)
      if (this.touches(row, isChanged) ? this.breaks(row, witness) : before.has(row)) broken.push(row);
    // A copy: a test may edit the witness in place.
    this.last = witness.slice();
    this.lastBroken = broken;
    return broken;
  }

  /**
   * Any constraint that the witness breaks, but for some that do not count; null when there is none. What stood against
   * one cheat often stands against the next, so that is tried first.
   */
  someBroken(witness: readonly bigint[], except: ReadonlySet<number> = NONE): number | null {
    for (const row of this.lately) if (!except.has(row) && this.breaks(row, witness)) return row;
    const found = this.broken(witness).find((row) => !except.has(row));
    if (found === undefined) return null;
    this.lately.unshift(found);
    this.lately.splice(MAX_LATELY);
    return found;
  }

  /** Whether the witness breaks one constraint. */
  breaks(row: number, witness: readonly bigint[]): boolean {
    const [a, b, c] = this.valuesOf(row, witness);
    return (a * b - c) % FIELD_MODULUS !== 0n;
  }

  /** What the three combinations of a row come to; not reduced. */
  valuesOf(row: number, witness: readonly bigint[]): readonly [bigint, bigint, bigint] {
    const at = 3 * row;
    return [this.evaluate(at, witness), this.evaluate(at + 1, witness), this.evaluate(at + 2, witness)];
  }

  signalsIn(row: number): number[] {
    const { starts, signals } = this.terms;
    return [...new Set(signals.subarray(starts[3 * row], starts[3 * row + 3]))];
  }

  private touches(row: number, isChanged: Uint8Array): boolean {
    const { starts, signals } = this.terms;
    const end = starts[3 * row + 3]!;
    for (let i = starts[3 * row]!; i < end; i++) if (isChanged[signals[i]!] === 1) return true;
    return false;
  }

  /** Most values are bits: they cost no multiplication. */
  private evaluate(combination: number, witness: readonly bigint[]): bigint {
    const { starts, signals, kinds, coefficients } = this.terms;
    const end = starts[combination + 1]!;
    let sum = 0n;
    for (let i = starts[combination]!; i < end; i++) {
      const value = witness[signals[i]!]!;
      if (value === 0n) continue;
      const coefficient = coefficients[kinds[i]!]!;
      sum += value === 1n ? coefficient : coefficient * value;
    }
    return sum;
  }
}

/** Most coefficients are 1 and -1: as such they multiply far quicker than as p - 1. */
const signed = (value: bigint): bigint => (value > FIELD_MODULUS / 2n ? value - FIELD_MODULUS : value);

function readField(bytes: Buffer, at: number): bigint {
  let value = 0n;
  for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | bytes.readBigUInt64LE(at + 8 * limb);
  return value;
}
