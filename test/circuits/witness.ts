/** Runs a compiled circuit's witness generator in memory, with its assertions or without. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/**
 * What circom emits where an assertion failed: print the message, return 4. Overwritten with no-ops the generator
 * carries on, so that it computes a cheat's witness too and only the constraints stand against it.
 */
const FAIL = [0x10, 0x01, 0x41, 0x04, 0x0f, 0x0b];
const CARRY_ON = [0x10, 0x01, 0x01, 0x01, 0x01, 0x0b];

/** Inputs by name, as circom's generator takes them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** The part of circom_runtime that is used here; it has no types of its own. */
interface Calculator {
  /** A file in wtns format. */
  calculateWTNSBin(inputs: Inputs): Promise<Uint8Array>;
}

/** The runtime is snarkjs' dependency, not ours: it is resolved from there. */
const require = createRequire(createRequire(import.meta.url).resolve("snarkjs"));
const runtime = require("circom_runtime") as {
  WitnessCalculatorBuilder(wasm: Uint8Array, options: { memorySize: number }): Promise<Calculator>;
};

/** Of a wtns file: bytes of one value, and what precedes the first. */
const VALUE_BYTES = 32;
const PREAMBLE_BYTES = 76;

export class WitnessGenerator {
  private readonly wasm: Uint8Array;
  /** One instance serves all calculations: making it takes longer than using it. */
  private calculator: Promise<Calculator> | undefined;

  private constructor(wasm: Uint8Array) {
    this.wasm = wasm;
  }

  static async load(wasmPath: string): Promise<WitnessGenerator> {
    return new WitnessGenerator(await readFile(wasmPath));
  }

  /** The same generator without a single assertion. */
  unchecked(): WitnessGenerator {
    const wasm = Buffer.from(this.wasm);
    let found = 0;
    for (let at = wasm.indexOf(Buffer.from(FAIL)); at >= 0; at = wasm.indexOf(Buffer.from(FAIL), at)) {
      wasm.set(CARRY_ON, at);
      found++;
    }
    if (found === 0) throw new Error("circom emits assertions in another form: nothing was taken out");
    return new WitnessGenerator(wasm);
  }

  /** All signals of a witness. Throws what the generator throws: with its assertions, on a wrong input. */
  async calculate(inputs: Inputs): Promise<bigint[]> {
    // The runtime offers an old generation of circuits its memory; ours bring their own.
    this.calculator ??= runtime.WitnessCalculatorBuilder(this.wasm, { memorySize: 1 });
    const calculator = await this.calculator;
    try {
      return valuesOf(await calculator.calculateWTNSBin(inputs));
    } catch (error) {
      // It stopped half-way: the instance is of no further use.
      this.calculator = undefined;
      throw error;
    }
  }
}

function valuesOf(wtns: Uint8Array): bigint[] {
  const view = new DataView(wtns.buffer, wtns.byteOffset, wtns.byteLength);
  const values: bigint[] = [];
  for (let at = PREAMBLE_BYTES; at < wtns.byteLength; at += VALUE_BYTES) {
    let value = 0n;
    for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | view.getBigUint64(at + 8 * limb, true);
    values.push(value);
  }
  return values;
}
