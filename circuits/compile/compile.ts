import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CorruptArtefact } from "./artefact-errors.ts";
import { ensureArtefacts } from "./artefacts.ts";
import { cacheDirectory } from "./cache-directory.ts";
import { circomFlags, compilerIdentity, runCircom } from "./circom.ts";
import { CompileError } from "./compile-error.ts";
import { sha256 } from "./file-hash.ts";
import type { Manifest } from "./manifest.ts";
import type { OnProgress } from "./progress.ts";
import { hashIncludedSources } from "./sources.ts";

/** A main component, either as circom text or as a template with its arguments. */
export type CircuitSource =
  | string
  | {
      readonly template: string;
      /** File that defines the template, relative to `circuits` or `node_modules`. */
      readonly include: string;
      readonly args: readonly (number | bigint)[];
      /** Names of the inputs that are public. */
      readonly publicInputs?: readonly string[];
    };

export interface CompileOptions {
  readonly source: CircuitSource;
  /** For file names and messages: letters, digits, `-` and `_`. */
  readonly name: string;
  readonly cacheDir?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly onCorrupt?: ((error: CorruptArtefact) => void) | undefined;
}

export interface CompiledCircuit {
  readonly name: string;
  readonly directory: string;
  readonly r1csPath: string;
  /** The witness generator. */
  readonly wasmPath: string;
  readonly symPath: string;
  /** Hash over sources, main text, compiler and flags: the address in the cache. */
  readonly hash: string;
  /** sha256 of the r1cs file: what keys belong to. */
  readonly circuitHash: string;
  /** Whether circom ran, rather than the cache being used. */
  readonly built: boolean;
}

/** The circom text of a main component. */
export function mainText(source: CircuitSource): string {
  if (typeof source === "string") return source;
  const shown = source.publicInputs ?? [];
  const publicInputs = shown.length > 0 ? ` {public [${shown.join(", ")}]}` : "";
  return [
    "pragma circom 2.1.0;",
    `include "${source.include}";`,
    `component main${publicInputs} = ${source.template}(${source.args.join(", ")});`,
    "",
  ].join("\n");
}

async function build(directory: string, text: string, onProgress: OnProgress | undefined): Promise<void> {
  const main = join(directory, "circuit.circom");
  await writeFile(main, text);
  await runCircom(main, directory, onProgress);
  await rename(join(directory, "circuit_js", "circuit.wasm"), join(directory, "circuit.wasm"));
  await rm(join(directory, "circuit_js"), { recursive: true });
}

/**
 * Compiles a circuit, or finds it in the cache under the hash of all that made it.
 *
 *     const circuit = await compileCircuit({
 *       name: 'batch4',
 *       source: { template: 'Batch', include: 'batch.circom', args: [4, 20, 8, 8] },
 *     });
 */
export async function compileCircuit(options: CompileOptions): Promise<CompiledCircuit> {
  const { name } = options;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new CompileError("bad-name", `bad circuit name: ${name}`);
  const text = mainText(options.source);
  const [sources, compiler] = await Promise.all([hashIncludedSources(text), compilerIdentity()]);
  const hash = sha256(JSON.stringify(["circuit", 1, text, sources, compiler, circomFlags]));
  const directory = join(options.cacheDir ?? cacheDirectory(), "circuits", `${name}-${hash.slice(0, 16)}`);
  const { manifest, built } = await ensureArtefacts({
    directory,
    kind: "circuit",
    name,
    hash,
    onCorrupt: options.onCorrupt,
    build: async (into) => {
      await build(into, text, options.onProgress);
      return { compiler, flags: circomFlags, sources };
    },
  });
  return describe(directory, manifest, built);
}

function describe(directory: string, manifest: Manifest, built: boolean): CompiledCircuit {
  const r1cs = manifest.files["circuit.r1cs"];
  if (r1cs === undefined) throw new CompileError("circom-failed", "circom wrote no r1cs file");
  return {
    name: manifest.name,
    directory,
    r1csPath: join(directory, "circuit.r1cs"),
    wasmPath: join(directory, "circuit.wasm"),
    symPath: join(directory, "circuit.sym"),
    hash: manifest.hash,
    circuitHash: r1cs.sha256,
    built,
  };
}
