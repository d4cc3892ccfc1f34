/** What the project uses of circomlibjs, which ships no types. */
declare module "circomlibjs" {
  export interface FieldF1 {
    e(value: bigint | string): Uint8Array;
    toObject(element: Uint8Array): bigint;
    p: bigint;
  }
  export interface PoseidonFunction {
    (inputs: readonly (bigint | Uint8Array)[], initialState?: Uint8Array, outputs?: number): Uint8Array;
    F: FieldF1;
  }
  export function buildPoseidon(): Promise<PoseidonFunction>;
  export interface BabyJub {
    F: FieldF1;
    Base8: [Uint8Array, Uint8Array];
    order: bigint;
    subOrder: bigint;
    mulPointEscalar(point: [Uint8Array, Uint8Array], scalar: bigint): [Uint8Array, Uint8Array];
    addPoint(a: [Uint8Array, Uint8Array], b: [Uint8Array, Uint8Array]): [Uint8Array, Uint8Array];
    inCurve(point: [Uint8Array, Uint8Array]): boolean;
  }
  export function buildBabyjub(): Promise<BabyJub>;
  export interface EddsaSignature {
    R8: [Uint8Array, Uint8Array];
    S: bigint;
  }
  export interface Eddsa {
    F: FieldF1;
    babyJub: BabyJub;
    poseidon: PoseidonFunction;
    prv2pub(key: Uint8Array): [Uint8Array, Uint8Array];
    signPoseidon(key: Uint8Array, message: Uint8Array): EddsaSignature;
    verifyPoseidon(message: Uint8Array, signature: EddsaSignature, key: [Uint8Array, Uint8Array]): boolean;
  }
  export function buildEddsa(): Promise<Eddsa>;
}
