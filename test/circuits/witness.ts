/** Runs a compiled circuit's witness generator in memory, with its assertions or without. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";

/**
 * What circom emits where an assertion failed: print the message, return 4. Overwritten with no-ops the generator
 * carries on, so that it computes a cheat's witness too and only the constraints stand against it.
 */
const FAIL = [0x10, 0x01, 0x41, 0x04, 0x0f, 0x0b];
const CARRY_ON = [0x10, 0x01, 0x01, 0x01, 0x01, 0x0b];

/**
 * A generator is 11 MB of code, most of which runs once a witness: optimising it takes longer than it ever saves. What is
 * called all the time - the field's arithmetic - is optimised with ten times the default patience, too.
 */
setFlagsFromString("--wasm-tiering-budget=20000000");

/** Inputs by name, as circom's generator takes them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** The part of circom_runtime that is used here; it has no types of its own. */
interface Calculator {
  readonly instance: { readonly exports: Exports };
  readonly witnessSize: number;
  /** Computes all signals. What it offers besides would copy them word by word, by a call each. */
  _doCalculateWitness(inputs: Inputs): Promise<void>;
}

/** Of circom's generators. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  /** Where `getWitness` leaves a value: 32 bytes, little end first. */
  getSharedRWMemoryStart(): number;
  getWitness(signal: number): void;
}

/** The runtime is snarkjs' dependency, not ours: it is resolved from there. */
const require = createRequire(createRequire(import.meta.url).resolve("snarkjs"));
const runtime = require("circom_runtime") as {
  WitnessCalculatorBuilder(wasm: Uint8Array, options: { memorySize: number }): Promise<Calculator>;
};

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
      await calculator._doCalculateWitness(inputs);
      return valuesOf(calculator);
    } catch (error) {
      // It stopped half-way: the instance is of no further use.
      this.calculator = undefined;
      throw error;
    }
  }
}

function valuesOf({ instance, witnessSize }: Calculator): bigint[] {
  const { memory, getSharedRWMemoryStart, getWitness } = instance.exports;
  const words = new Uint32Array(memory.buffer, getSharedRWMemoryStart(), 8);
  const values: bigint[] = [];
  for (let signal = 0; signal < witnessSize; signal++) {
    getWitness(signal);
    values.push(fieldValue(words));
  }
  return values;
}

const limbs = new BigUint64Array(4);
const halves = new Uint32Array(limbs.buffer);

/** Most signals are bits, or fit one word. */
function fieldValue(words: Uint32Array): bigint {
  const first = words[0]!;
  let above = 0;
  for (let i = 1; i < 8; i++) above |= words[i]!;
  if (above === 0) return first === 0 ? 0n : first === 1 ? 1n : BigInt(first);
  halves.set(words);
  return limbs[0]! | (limbs[1]! << 64n) | (limbs[2]! << 128n) | (limbs[3]! << 192n);
}
