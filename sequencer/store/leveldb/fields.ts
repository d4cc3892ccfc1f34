/** Reads what LevelDB's encodings are made of (leveldb/util/coding.h): varints, seven bits a byte, and bytes behind their count. */

const SEVEN_BITS = 128;
/** Beyond it a number is not exact any more; nothing that is counted here comes near. */
const MAX_VARINT_BYTES = 7;

/** Bytes that are no such encoding. Whoever reads a file names the file. */
export class MalformedField extends Error {}

export class Fields {
  private readonly all: Buffer;
  private at = 0;

  constructor(all: Buffer) {
    this.all = all;
  }

  get areOver(): boolean {
    return this.at === this.all.length;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++, factor *= SEVEN_BITS) {
      const byte = this.bytes(1)[0]!;
      value += (byte % SEVEN_BITS) * factor;
      if (byte < SEVEN_BITS) return value;
    }
    throw new MalformedField("a number is too large");
  }

  bytes(count: number): Buffer {
    if (count > this.all.length - this.at) throw new MalformedField("it ends too early");
    this.at += count;
    return this.all.subarray(this.at - count, this.at);
  }

  /** Bytes with their count before them. */
  counted(): Buffer {
    return this.bytes(this.varint());
  }
}
