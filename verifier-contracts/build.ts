/**
 * Compiles Solidity with npm's solc, once per content: the result is kept under the hash of everything that went in.
 *
 * The names of sources and the settings are those of foundry.toml, so this yields the bytes that forge tested.
 */
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, posix } from "node:path";
import { ensureArtefacts } from "../circuits/compile/artefacts.ts";
import { cacheDirectory, projectRoot } from "../circuits/compile/cache-directory.ts";
import { sha256 } from "../circuits/compile/file-hash.ts";

/** A compiled contract, ready to deploy. */
export interface ContractArtefact {
  readonly abi: readonly Readonly<Record<string, unknown>>[];
  readonly bytecode: string;
}

/** Solidity texts by the names under which they import each other. */
type Sources = Readonly<Record<string, string>>;

export interface BuildOptions {
  readonly cacheDir?: string | undefined;
}

/** Refusal of the compiler, in its own words. */
class SolidityError extends Error {
  readonly code = "solidity";
  constructor(message: string) {
    super(message);
    this.name = "SolidityError";
  }
}

const SETTINGS = {
  optimizer: { enabled: true, runs: 10_000 },
  evmVersion: "cancun",
  metadata: { bytecodeHash: "none", appendCBOR: false },
  remappings: ["@openzeppelin/=node_modules/@openzeppelin/"],
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
} as const;

const EXCHANGE_CONTRACTS = [
  "Exchange",
  "FixedValidatorSet",
  "ValidatorRegistry",
  "DevelopmentToken",
] as const;
const IMPORT = /^\s*import\s[^;]*?["']([^"']+)["']\s*;/gm;

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<
    Record<string, Record<string, { abi: ContractArtefact["abi"]; evm: { bytecode: { object: string } } }>>
  >;
}

function importedName(from: string, path: string): string {
  if (path.startsWith("@openzeppelin/")) return `node_modules/${path}`;
  return path.startsWith(".") ? posix.join(posix.dirname(from), path) : path;
}

/** A file and everything it imports, by paths relative to the project. */
async function withImports(entries: readonly string[]): Promise<Sources> {
  const sources: Record<string, string> = {};
  const open = [...entries];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (sources[name] !== undefined) continue;
    const text = await readFile(join(projectRoot, name), "utf8");
    sources[name] = text;
    for (const [, path] of text.matchAll(IMPORT)) open.push(importedName(name, path!));
  }
  return Object.fromEntries(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The compiler in a process of its own: it would hold up this one's event loop for seconds. */
function runCompiler(input: string): Promise<CompilerOutput> {
  return new Promise((resolve, reject) => {
    const args = [join(projectRoot, "verifier-contracts/solc.mjs"), "--standard-json"];
    const compiler = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    compiler.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    compiler.on("error", reject);
    compiler.on("close", (status) => {
      if (status !== 0) reject(new SolidityError(`the compiler ended with ${status}`));
      else resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")) as CompilerOutput);
    });
    compiler.stdin.on("error", reject);
    compiler.stdin.end(input);
  });
}

async function compile(sources: Sources): Promise<Record<string, ContractArtefact>> {
  const content = Object.fromEntries(
    Object.entries(sources).map(([name, text]) => [name, { content: text }]),
  );
  const input = { language: "Solidity", sources: content, settings: SETTINGS };
  const { errors = [], contracts = {} } = await runCompiler(JSON.stringify(input));
  const fatal = errors.filter(({ severity }) => severity === "error");
  if (fatal.length > 0) throw new SolidityError(fatal.map((error) => error.formattedMessage).join("\n"));
  const artefacts: Record<string, ContractArtefact> = {};
  for (const file of Object.values(contracts))
    for (const [name, { abi, evm }] of Object.entries(file))
      artefacts[name] = { abi, bytecode: `0x${evm.bytecode.object}` };
  return artefacts;
}

/** Contracts of the given sources by name, from the cache if these very texts were compiled before. */
async function compileSolidity(
  name: string,
  sources: Sources,
  options: BuildOptions = {},
): Promise<Readonly<Record<string, ContractArtefact>>> {
  const { version } = createRequire(import.meta.url)("solc/package.json") as { version: string };
  const hash = sha256(JSON.stringify([version, SETTINGS, sources]));
  const directory = join(options.cacheDir ?? cacheDirectory(), "contracts", `${name}-${hash.slice(0, 16)}`);
  await ensureArtefacts({
    directory,
    kind: "contracts",
    name,
    hash,
    build: async (into) => {
      await writeFile(join(into, "artefacts.json"), JSON.stringify(await compile(sources)));
      return { compiler: version };
    },
  });
  return JSON.parse(await readFile(join(directory, "artefacts.json"), "utf8")) as Record<
    string,
    ContractArtefact
  >;
}

type ExchangeContracts = Readonly<Record<(typeof EXCHANGE_CONTRACTS)[number], ContractArtefact>>;

/** The contracts of `src/`. */
export async function buildExchange(options: BuildOptions = {}): Promise<ExchangeContracts> {
  const entries = EXCHANGE_CONTRACTS.map((name) => `verifier-contracts/src/${name}.sol`);
  return (await compileSolidity("exchange", await withImports(entries), options)) as ExchangeContracts;
}

/** A generated Groth16 verifier: one source with one contract. */
export async function buildVerifier(source: string, options: BuildOptions = {}): Promise<ContractArtefact> {
  const artefacts = Object.entries(await compileSolidity("verifier", { "Verifier.sol": source }, options));
  const [only] = artefacts;
  if (!only || artefacts.length !== 1)
    throw new SolidityError("a verifier's source has exactly one contract");
  return only[1];
}
