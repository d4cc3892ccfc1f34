/** Proofs as they come from a program or a file: read strictly, in one form. */
import type { Groth16Point1, Groth16Point2, Groth16Proof } from "snarkjs";
import { ProverError } from "./prover-error.ts";

/** A field element has at most 77 decimal digits. */
const isDecimal = (value: unknown): value is string =>
  typeof value === "string" && /^(0|[1-9][0-9]{0,77})$/.test(value);

function isListOf<T>(value: unknown, length: number, test: (entry: unknown) => entry is T): value is T[] {
  return Array.isArray(value) && value.length === length && value.every(test);
}

const isPoint1 = (value: unknown): value is Groth16Point1 => isListOf(value, 3, isDecimal);
const isPair = (value: unknown): value is readonly [string, string] => isListOf(value, 2, isDecimal);
const isPoint2 = (value: unknown): value is Groth16Point2 => isListOf(value, 3, isPair);

/** Takes a proof as snarkjs or rapidsnark print it (the latter leaves the curve out). */
export function parseProof(json: unknown): Groth16Proof {
  const { pi_a, pi_b, pi_c, protocol, curve } = (json ?? {}) as Record<string, unknown>;
  const known = protocol === "groth16" && (curve === undefined || curve === "bn128" || curve === "bn254");
  if (!known || !isPoint1(pi_a) || !isPoint2(pi_b) || !isPoint1(pi_c))
    throw new ProverError("backendFailed", "the prover's output is no Groth16 proof over bn128");
  return { pi_a, pi_b, pi_c, protocol: "groth16", curve: "bn128" };
}

export function parsePublicSignals(json: unknown): string[] {
  if (!Array.isArray(json) || json.length > 1024 || !json.every(isDecimal))
    throw new ProverError("backendFailed", "the prover's public signals are no list of numbers");
  return json;
}
