/** Runs a compiled circuit's witness generator in memory. */
import { readFile } from "node:fs/promises";
import { type CircuitInput as SnarkjsInput, wtns } from "snarkjs";

/** Computes all signals of a witness; throws what the generator throws. */
export class WitnessGenerator {
  private readonly wasm: Uint8Array;

  private constructor(wasm: Uint8Array) {
    this.wasm = wasm;
  }

  static async load(wasmPath: string): Promise<WitnessGenerator> {
    return new WitnessGenerator(await readFile(wasmPath));
  }

  async calculate(input: Record<string, unknown>): Promise<bigint[]> {
    const witness = { type: "mem" as const, data: new Uint8Array() };
    await wtns.calculate(input as SnarkjsInput, { type: "mem", data: this.wasm }, witness);
    return wtns.exportJson(witness);
  }
}
