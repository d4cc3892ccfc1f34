/** The few parts of ffjavascript that are used here; the package has no types of its own. */
declare module "ffjavascript" {
  /** Where constants lie in the wasm module. */
  interface Addresses {
    readonly pq: number;
    readonly pr: number;
    readonly pOneT: number;
    readonly pG1gen: number;
    readonly pG1zero: number;
    readonly pG2gen: number;
    readonly pG2zero: number;
  }

  /** As wasmcurves ships it, from which this package has it. */
  export interface CurveWasmModule extends Addresses {
    /** Base 64. */
    readonly code: string;
    readonly q: string;
    readonly r: string;
  }

  interface Group {
    readonly g: Uint8Array;
    readonly b: Uint8Array;
    readonly cofactor?: Uint8Array;
  }

  export interface Bn128 {
    readonly tm: Addresses & {
      /** The wasm module; kept by single-threaded curves only. */
      readonly code: Uint8Array;
      /** First free byte after the module's own data. */
      readonly initalPFree: number;
      terminate(): Promise<void>;
    };
    readonly q: bigint;
    readonly r: bigint;
    readonly prePSize: number;
    readonly preQSize: number;
    readonly G1: Group & {
      toObject(point: Uint8Array): readonly bigint[];
      toRprUncompressed(to: Uint8Array, at: number, point: Uint8Array): void;
    };
    readonly G2: Group & {
      toObject(point: Uint8Array): readonly (readonly bigint[])[];
      toRprUncompressed(to: Uint8Array, at: number, point: Uint8Array): void;
    };
    readonly Gt: {
      toObject(element: Uint8Array): readonly (readonly (readonly bigint[])[])[];
      eq(a: Uint8Array, b: Uint8Array): boolean;
    };
    pairing(g1: Uint8Array, g2: Uint8Array): Uint8Array;
    terminate: () => Promise<void>;
  }

  export function buildBn128(singleThread: boolean): Promise<Bn128>;
}
