/** The few parts of snarkjs that are used here; the package has no types of its own. */
declare module "snarkjs" {
  export type Groth16Point1 = readonly [string, string, string];
  export type Groth16Point2 = readonly [
    readonly [string, string],
    readonly [string, string],
    readonly [string, string],
  ];

  export interface Groth16Proof {
    readonly pi_a: Groth16Point1;
    readonly pi_b: Groth16Point2;
    readonly pi_c: Groth16Point1;
    readonly protocol: string;
    readonly curve: string;
  }

  export interface Groth16VerifyingKey {
    readonly protocol: string;
    readonly curve: string;
    readonly nPublic: number;
    readonly vk_alpha_1: Groth16Point1;
    readonly vk_beta_2: Groth16Point2;
    readonly vk_gamma_2: Groth16Point2;
    readonly vk_delta_2: Groth16Point2;
    readonly vk_alphabeta_12: readonly (readonly (readonly string[])[])[];
    readonly IC: readonly Groth16Point1[];
  }

  export interface Logger {
    debug(message: string): void;
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
  }

  /** A path, or snarkjs' file in memory. */
  export type SnarkjsFile = string | { readonly type: "mem"; data?: Uint8Array };
  export type SignalValue = string | number | bigint;
  export type CircuitInput = Readonly<Record<string, SignalValue | readonly unknown[]>>;

  export const groth16: {
    fullProve(
      input: CircuitInput,
      wasm: SnarkjsFile,
      zkey: SnarkjsFile,
      logger?: Logger,
    ): Promise<{ proof: Groth16Proof; publicSignals: string[] }>;
    prove(
      zkey: SnarkjsFile,
      witness: SnarkjsFile,
      logger?: Logger,
      options?: { readonly singleThread?: boolean },
    ): Promise<{ proof: Groth16Proof; publicSignals: string[] }>;
    verify(
      vkey: Groth16VerifyingKey,
      publicSignals: readonly string[],
      proof: Groth16Proof,
      logger?: Logger,
    ): Promise<boolean>;
    exportSolidityCallData(proof: Groth16Proof, publicSignals: readonly string[]): Promise<string>;
  };

  export const wtns: {
    calculate(input: CircuitInput, wasm: SnarkjsFile, witness: SnarkjsFile): Promise<void>;
    check(r1cs: SnarkjsFile, witness: SnarkjsFile, logger?: Logger): Promise<boolean>;
    exportJson(witness: SnarkjsFile): Promise<bigint[]>;
  };

  export const zKey: {
    /** Returns the circuit hash, or -1 when it refuses. */
    newZKey(
      r1cs: SnarkjsFile,
      ptau: SnarkjsFile,
      zkey: SnarkjsFile,
      logger?: Logger,
    ): Promise<Uint8Array | -1>;
    contribute(
      before: SnarkjsFile,
      after: SnarkjsFile,
      name: string,
      entropy: string,
      logger?: Logger,
    ): Promise<Uint8Array>;
    /** Returns the contribution's hash, or false when it refuses. */
    beacon(
      before: SnarkjsFile,
      after: SnarkjsFile,
      name: string,
      beaconHex: string,
      iterationsExponent: number,
      logger?: Logger,
    ): Promise<Uint8Array | false>;
    verifyFromR1cs(
      r1cs: SnarkjsFile,
      ptau: SnarkjsFile,
      zkey: SnarkjsFile,
      logger?: Logger,
    ): Promise<boolean>;
    exportVerificationKey(zkey: SnarkjsFile, logger?: Logger): Promise<Groth16VerifyingKey>;
    exportSolidityVerifier(
      zkey: SnarkjsFile,
      templates: { readonly groth16: string },
      logger?: Logger,
    ): Promise<string>;
  };

  export const powersOfTau: {
    newAccumulator(curve: unknown, power: number, file: SnarkjsFile, logger?: Logger): Promise<Uint8Array>;
    contribute(
      before: SnarkjsFile,
      after: SnarkjsFile,
      name: string,
      entropy: string,
      logger?: Logger,
    ): Promise<Uint8Array>;
    beacon(
      before: SnarkjsFile,
      after: SnarkjsFile,
      name: string,
      beaconHex: string,
      iterationsExponent: number,
      logger?: Logger,
    ): Promise<Uint8Array>;
    preparePhase2(before: SnarkjsFile, after: SnarkjsFile, logger?: Logger): Promise<void>;
    verify(file: SnarkjsFile, logger?: Logger): Promise<boolean>;
  };

  export const curves: { getCurveFromName(name: string): Promise<{ terminate(): Promise<void> }> };
}
