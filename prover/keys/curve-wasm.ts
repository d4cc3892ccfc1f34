/**
 * bn128 arithmetic as a bare WebAssembly instance: ffjavascript's module, called directly on its memory.
 *
 * Numbers are 32 bytes, least significant first, in Montgomery form unless said otherwise; affine points
 * are x then y; both coordinates zero is the point at infinity. Word 0 of the memory is the module's own
 * pointer to free memory, from which its batch functions take scratch space and give it back.
 */
import type { CurveModule } from "./curve-module.ts";
import { toLittleEndian } from "./scalar.ts";

type Unary = (from: number, to: number) => void;
type Binary = (a: number, b: number, to: number) => void;

/** Operations of one field; all arguments are addresses. */
interface FieldOperations {
  readonly bytes: number;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly square: Unary;
  readonly neg: Unary;
  readonly copy: Unary;
  readonly isZero: (at: number) => number;
  readonly toMontgomery: Unary;
  readonly fromMontgomery: Unary;
  /** Inverts n numbers; zeros stay zeros. Needs (n + 1) numbers of scratch space. */
  readonly batchInverse: (from: number, fromStep: number, n: number, to: number, toStep: number) => void;
}

/** A group in affine coordinates. */
export interface GroupOperations {
  readonly name: "G1" | "G2";
  readonly field: FieldOperations;
  readonly pointBytes: number;
  /** Address of the generator. */
  readonly generator: number;
  readonly doubleAffine: Unary;
  readonly addAffine: Binary;
  readonly toAffine: Unary;
}

export interface CurveWasm {
  readonly scalars: FieldOperations;
  readonly g1: GroupOperations;
  readonly g2: GroupOperations;
  /** Reserves memory until the instance is dropped. */
  alloc(bytes: number): number;
  /** Makes sure the batch functions find this much scratch space. Call after the last `alloc`. */
  reserveScratch(bytes: number): void;
  /** A view of the memory; valid only until the next `alloc` or `reserveScratch`. */
  bytes(): Uint8Array;
  /** Copies bytes into the memory. */
  write(at: number, data: Uint8Array): void;
  /** Copies bytes out of the memory. */
  read(at: number, length: number): Uint8Array;
  /** Writes a scalar in Montgomery form. */
  writeScalar(at: number, value: bigint): void;
}

type Exports = Record<string, (...addresses: number[]) => number>;

function exported(exports: Exports, name: string): (...addresses: number[]) => number {
  const found = exports[name];
  if (found === undefined) throw new Error(`the wasm module lacks ${name}`);
  return found;
}

function fieldOperations(exports: Exports, prefix: string, bytes: number): FieldOperations {
  const call = (name: string) => exported(exports, `${prefix}_${name}`);
  return {
    bytes,
    add: call("add"),
    sub: call("sub"),
    mul: call("mul"),
    square: call("square"),
    neg: call("neg"),
    copy: call("copy"),
    isZero: call("isZero"),
    toMontgomery: call("toMontgomery"),
    fromMontgomery: call("fromMontgomery"),
    batchInverse: call("batchInverse"),
  };
}

function groupOperations(
  exports: Exports,
  name: "G1" | "G2",
  field: FieldOperations,
  generator: number,
): GroupOperations {
  const call = (operation: string) => exported(exports, `${name.toLowerCase()}m_${operation}`);
  return {
    name,
    field,
    pointBytes: 2 * field.bytes,
    generator,
    doubleAffine: call("doubleAffine"),
    addAffine: call("addAffine"),
    toAffine: call("toAffine"),
  };
}

const pageBytes = 65_536;
const pagesAtFirst = 25;

/** Makes an instance with memory of its own. */
export async function openCurve(module: CurveModule): Promise<CurveWasm> {
  const memory = new WebAssembly.Memory({ initial: pagesAtFirst });
  const compiled = await WebAssembly.compile(module.code);
  const instance = await WebAssembly.instantiate(compiled, { env: { memory } });
  const exports = instance.exports as unknown as Exports;
  let free = module.firstFree;

  const grow = (end: number) => {
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  };
  const write = (at: number, data: Uint8Array) => new Uint8Array(memory.buffer).set(data, at);
  const scalars = fieldOperations(exports, "frm", 32);

  return {
    scalars,
    g1: groupOperations(exports, "G1", fieldOperations(exports, "f1m", 32), module.g1Generator),
    g2: groupOperations(exports, "G2", fieldOperations(exports, "f2m", 64), module.g2Generator),
    alloc(bytes) {
      const at = free;
      free = Math.ceil((free + bytes) / 8) * 8;
      grow(free);
      new DataView(memory.buffer).setUint32(0, free, true);
      return at;
    },
    reserveScratch: (bytes) => grow(free + bytes),
    bytes: () => new Uint8Array(memory.buffer),
    write,
    read: (at, length) => new Uint8Array(memory.buffer).slice(at, at + length),
    writeScalar(at, value) {
      write(at, toLittleEndian(value));
      scalars.toMontgomery(at, at);
    },
  };
}
