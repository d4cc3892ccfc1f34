/** Checks a witness against the constraints themselves, apart from any witness generator. */
import { R1csFile } from "../../prover/keys/r1cs.ts";
import { FIELD_MODULUS } from "../../sequencer/exchange/field.ts";

/** Terms of one linear combination: signal and coefficient, alternating. */
type Combination = { readonly signals: number[]; readonly coefficients: bigint[] };

export class Constraints {
  private readonly rows: [Combination, Combination, Combination][] = [];
  private rowsBySignal: number[][] | undefined;
  /** Which ones broke, the latest first. */
  private readonly lately: number[] = [];

  static async load(r1csPath: string): Promise<Constraints> {
    const file = await R1csFile.open(r1csPath);
    const constraints = new Constraints();
    const seen = new Map<bigint, bigint>();
    for (let i = 0; i < file.header.constraints; i++) constraints.rows.push([empty(), empty(), empty()]);
    for await (const { matrix, constraint, count, bytes } of file.terms()) {
      const combination = constraints.rows[constraint]![matrix];
      for (let at = 0; at < count * 36; at += 36) {
        combination.signals.push(bytes.readUInt32LE(at));
        const coefficient = signed(readField(bytes, at + 4));
        const shared = seen.get(coefficient);
        if (shared === undefined) seen.set(coefficient, coefficient);
        combination.coefficients.push(shared ?? coefficient);
      }
    }
    await file.close();
    return constraints;
  }

  /** Number of the first constraint that the witness breaks, or null. */
  firstBroken(witness: readonly bigint[]): number | null {
    for (const row of this.broken(witness)) return row;
    return null;
  }

  /**
   * Any constraint that the witness breaks, but for some that do not count; null when there is none. What stood against
   * one cheat often stands against the next, so that is tried first: a cheat is caught at once, and only an honest witness
   * is looked through to its end.
   */
  someBroken(witness: readonly bigint[], except: ReadonlySet<number> = NONE): number | null {
    const counts = (row: number): boolean => !except.has(row) && this.breaks(row, witness);
    for (const row of this.lately) if (counts(row)) return row;
    for (let row = 0; row < this.rows.length; row++)
      if (counts(row)) {
        this.lately.unshift(row);
        this.lately.splice(MAX_LATELY);
        return row;
      }
    return null;
  }

  /** All constraints that the witness breaks, looked for no further than they are asked for. */
  *broken(witness: readonly bigint[]): Generator<number> {
    for (let i = 0; i < this.rows.length; i++) if (this.breaks(i, witness)) yield i;
  }

  /** Whether the witness breaks one constraint. */
  breaks(i: number, witness: readonly bigint[]): boolean {
    const [a, b, c] = this.rows[i]!;
    return (evaluate(a, witness) * evaluate(b, witness) - evaluate(c, witness)) % FIELD_MODULUS !== 0n;
  }

  /** The constraints in which a signal appears. */
  having(signal: number): readonly number[] {
    this.rowsBySignal ??= this.indexRows();
    return this.rowsBySignal[signal] ?? [];
  }

  signalsIn(row: number): number[] {
    return [...new Set(this.rows[row]!.flatMap(({ signals }) => signals))];
  }

  private indexRows(): number[][] {
    const index: number[][] = [];
    this.rows.forEach((row, i) => {
      for (const signal of new Set(row.flatMap(({ signals }) => signals))) {
        index[signal] ??= [];
        index[signal].push(i);
      }
    });
    return index;
  }
}

const NONE: ReadonlySet<number> = new Set();
/** Far fewer than a thousandth of all, so that trying them in vain costs nothing. */
const MAX_LATELY = 16;

const empty = (): Combination => ({ signals: [], coefficients: [] });

/** Most coefficients are 1 and -1: as such they multiply far quicker than as p - 1. */
const signed = (value: bigint): bigint => (value > FIELD_MODULUS / 2n ? value - FIELD_MODULUS : value);

/** Not reduced: a constraint is reduced once, at its end. */
function evaluate({ signals, coefficients }: Combination, witness: readonly bigint[]): bigint {
  let sum = 0n;
  for (let i = 0; i < signals.length; i++) sum += coefficients[i]! * witness[signals[i]!]!;
  return sum;
}

function readField(bytes: Buffer, at: number): bigint {
  let value = 0n;
  for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | bytes.readBigUInt64LE(at + 8 * limb);
  return value;
}
