/** Reads r1cs files (github.com/iden3/r1csfile) as a stream: a large circuit's file has hundreds of MB. */
import { type FileHandle, open } from "node:fs/promises";
import { KeyError } from "./key-error.ts";
import { scalarOrder } from "./scalar.ts";
import { readExactly, readSection, readSections, type Section } from "./section-file.ts";

export interface R1csHeader {
  /** Signals, the constant one included. */
  readonly signals: number;
  /** Outputs and public inputs, without the constant one. */
  readonly publicSignals: number;
  readonly constraints: number;
  /** The evaluation domain has 2^power points. */
  readonly power: number;
}

/** Some terms of one linear combination of one constraint: index (u32) and coefficient (32 bytes) each. */
export interface Terms {
  /** 0, 1, 2 for A, B, C of A * B = C. */
  readonly matrix: 0 | 1 | 2;
  readonly constraint: number;
  readonly count: number;
  readonly bytes: Buffer;
}

export const termBytes = 36;
export const maxTermsAtOnce = 4096;
const headerSection = 1;
const constraintSection = 2;
const chunkBytes = 1 << 22;
/** The coset of the quotient needs a root of unity of order 2^(power + 1); the field has 2^28. */
const largestPower = 27;

function parseHeader(section: Buffer): R1csHeader {
  const fieldBytes = section.readUInt32LE(0);
  const prime = BigInt(
    `0x${Buffer.from(section.subarray(4, 4 + fieldBytes))
      .reverse()
      .toString("hex")}`,
  );
  if (fieldBytes !== 32 || prime !== scalarOrder) throw new KeyError("bad-r1cs", "not a circuit over bn128");
  const at = 4 + fieldBytes;
  const publicSignals = section.readUInt32LE(at + 4) + section.readUInt32LE(at + 8);
  const constraints = section.readUInt32LE(at + 24);
  // One more constraint for each public signal and the constant, as snarkjs has it.
  const power = 32 - Math.clz32(constraints + publicSignals);
  if (power > largestPower) throw new KeyError("circuit-too-large", `${constraints} constraints`);
  return { signals: section.readUInt32LE(at), publicSignals, constraints, power };
}

/** An open r1cs file. */
export class R1csFile {
  private constructor(
    readonly header: R1csHeader,
    private readonly file: FileHandle,
    private readonly section: Section,
  ) {}

  static async open(path: string): Promise<R1csFile> {
    const file = await open(path, "r");
    try {
      const sections = await readSections(file, "r1cs");
      const header = parseHeader(await readSection(file, sections, headerSection));
      const section = sections.get(constraintSection);
      if (section === undefined) throw new Error("it has no constraints section");
      return new R1csFile(header, file, section);
    } catch (error) {
      await file.close();
      if (error instanceof KeyError) throw error;
      throw new KeyError("bad-r1cs", `${path}: ${(error as Error).message}`);
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** All terms in the order of the file, at most `maxTermsAtOnce` at a time. */
  async *terms(): AsyncGenerator<Terms> {
    const end = this.section.at + this.section.bytes;
    let next = this.section.at;
    let buffer: Buffer = Buffer.alloc(0);
    let at = 0;
    const need = async (bytes: number) => {
      if (buffer.length - at >= bytes) return;
      const rest = buffer.subarray(at);
      const more = Math.min(Math.max(chunkBytes, bytes - rest.length), end - next);
      if (rest.length + more < bytes) throw new KeyError("bad-r1cs", "the constraints are cut short");
      buffer = Buffer.concat([rest, await readExactly(this.file, next, more)]);
      next += more;
      at = 0;
    };
    for (let constraint = 0; constraint < this.header.constraints; constraint++) {
      for (const matrix of [0, 1, 2] as const) {
        await need(4);
        let left = buffer.readUInt32LE(at);
        at += 4;
        while (left > 0) {
          const count = Math.min(left, maxTermsAtOnce);
          await need(count * termBytes);
          yield { matrix, constraint, count, bytes: buffer.subarray(at, at + count * termBytes) };
          at += count * termBytes;
          left -= count;
        }
      }
    }
  }
}
