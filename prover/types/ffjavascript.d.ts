/** The few parts of ffjavascript that are used here; the package has no types of its own. */
declare module "ffjavascript" {
  export interface Bn128 {
    readonly tm: {
      /** The wasm module; kept by single-threaded curves only. */
      readonly code: Uint8Array;
      readonly pOneT: number;
      readonly pG1gen: number;
      readonly pG2gen: number;
      /** First free byte after the module's own data. */
      readonly initalPFree: number;
    };
    readonly G1: {
      toObject(point: Uint8Array): readonly bigint[];
      toRprUncompressed(to: Uint8Array, at: number, point: Uint8Array): void;
    };
    readonly G2: {
      toObject(point: Uint8Array): readonly (readonly bigint[])[];
      toRprUncompressed(to: Uint8Array, at: number, point: Uint8Array): void;
    };
    readonly Gt: { toObject(element: Uint8Array): readonly (readonly (readonly bigint[])[])[] };
    pairing(g1: Uint8Array, g2: Uint8Array): Uint8Array;
  }

  export function buildBn128(singleThread: boolean): Promise<Bn128>;
}
