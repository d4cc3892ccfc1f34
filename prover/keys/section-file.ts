/**
 * The container of iden3's binary files (r1cs, zkey, ptau): a four-letter type, a version, a count of
 * sections, then each section as number (u32), length (u64) and content. All little-endian.
 */
import { type FileHandle, open } from "node:fs/promises";

export interface Section {
  readonly at: number;
  readonly bytes: number;
}

const prefixBytes = 12;
const sectionHeaderBytes = 12;

/** Reads where each section lies. Throws a plain `Error` if the file is no such container. */
export async function readSections(file: FileHandle, type: string): Promise<Map<number, Section>> {
  const prefix = await readExactly(file, 0, prefixBytes);
  const found = prefix.toString("latin1", 0, 4);
  if (found !== type) throw new Error(`a file of type "${found}", expected "${type}"`);
  const sections = new Map<number, Section>();
  let at = prefixBytes;
  for (let i = 0; i < prefix.readUInt32LE(8); i++) {
    const header = await readExactly(file, at, sectionHeaderBytes);
    const bytes = Number(header.readBigUInt64LE(4));
    at += sectionHeaderBytes;
    sections.set(header.readUInt32LE(0), { at, bytes });
    at += bytes;
  }
  if ((await file.stat()).size < at) throw new Error("the file is cut short");
  return sections;
}

/** Reads exactly so many bytes or throws. */
export async function readExactly(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, at + done);
    if (bytesRead === 0) throw new Error("the file is cut short");
    done += bytesRead;
  }
  return buffer;
}

/** Reads one section whole; for the small ones. */
export async function readSection(
  file: FileHandle,
  sections: ReadonlyMap<number, Section>,
  number: number,
): Promise<Buffer> {
  const section = sections.get(number);
  if (section === undefined) throw new Error(`section ${number} is missing`);
  return await readExactly(file, section.at, section.bytes);
}

/** Writes a container section by section, each as a stream of pieces. */
export class SectionWriter {
  readonly #file: FileHandle;
  #end = prefixBytes;
  #sectionAt = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string, type: string, sections: number): Promise<SectionWriter> {
    const prefix = Buffer.alloc(prefixBytes);
    prefix.write(type, "latin1");
    prefix.writeUInt32LE(1, 4);
    prefix.writeUInt32LE(sections, 8);
    const file = await open(path, "w+");
    await file.write(prefix, 0, prefixBytes, 0);
    return new SectionWriter(file);
  }

  async begin(number: number): Promise<void> {
    const header = Buffer.alloc(sectionHeaderBytes);
    header.writeUInt32LE(number, 0);
    this.#sectionAt = this.#end;
    await this.write(header);
  }

  async write(data: Uint8Array): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const { bytesWritten } = await this.#file.write(data, done, data.length - done, this.#end);
      done += bytesWritten;
      this.#end += bytesWritten;
    }
  }

  /** Overwrites bytes of the section being written. */
  async patch(offset: number, data: Uint8Array): Promise<void> {
    await this.#file.write(data, 0, data.length, this.#sectionAt + sectionHeaderBytes + offset);
  }

  /** Closes the section by writing its length, which was not known before. */
  async end(): Promise<void> {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#end - this.#sectionAt - sectionHeaderBytes));
    await this.#file.write(length, 0, 8, this.#sectionAt + 4);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
