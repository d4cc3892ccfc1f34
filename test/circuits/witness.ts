/** Runs a compiled circuit's witness generator in memory, with its assertions or without. */
import { readFile } from "node:fs/promises";
import { type CircuitInput as SnarkjsInput, wtns } from "snarkjs";

/**
 * What circom emits where an assertion failed: print the message, return 4. Overwritten with no-ops the generator
 * carries on, so that it computes a cheat's witness too and only the constraints stand against it.
 */
const FAIL = [0x10, 0x01, 0x41, 0x04, 0x0f, 0x0b];
const CARRY_ON = [0x10, 0x01, 0x01, 0x01, 0x01, 0x0b];

export class WitnessGenerator {
  private readonly wasm: Uint8Array;

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
  async calculate(input: Record<string, unknown>): Promise<bigint[]> {
    const witness = { type: "mem" as const, data: new Uint8Array() };
    await wtns.calculate(input as SnarkjsInput, { type: "mem", data: this.wasm }, witness);
    return wtns.exportJson(witness);
  }
}
