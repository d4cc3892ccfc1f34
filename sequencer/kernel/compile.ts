/** Compiles `assembly/` with AssemblyScript. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const assembly = new URL("assembly/", import.meta.url);
/** What the constants are derived by is a source, too. */
const CONSTANTS = [
  "poseidon-constants.ts",
  "poseidon-recurrence.ts",
  "paired-row.ts",
  "field-matrices.ts",
].map((file) => new URL(file, import.meta.url));
const packagePath = createRequire(import.meta.url).resolve("assemblyscript/package.json");

/** The bump allocator is all the runtime that is needed; an abort is a trap. */
const FLAGS: readonly string[] = [
  ...["-O3", "--noAssert", "--enable", "simd"],
  ...["--runtime", "stub", "--use", "abort="],
];

/** All that determines what is compiled. */
export async function kernelSources(): Promise<readonly unknown[]> {
  const files = (await readdir(assembly)).filter((file) => file.endsWith(".ts")).sort();
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, assembly), "utf8")));
  const derivation = await Promise.all(CONSTANTS.map((file) => readFile(file, "utf8")));
  const { version } = JSON.parse(await readFile(packagePath, "utf8")) as { version: string };
  return [version, FLAGS, files, texts, derivation];
}

/** Writes the module. The compiler has a process of its own: in this one, loaders would read all of it first. */
export async function compileKernel(outputPath: string): Promise<void> {
  const compiler = join(dirname(packagePath), "bin/asc.js");
  const entry = fileURLToPath(new URL("kernel.ts", assembly));
  await promisify(execFile)(process.execPath, [compiler, entry, "--outFile", outputPath, ...FLAGS], {
    env: { ...process.env, NODE_OPTIONS: "" },
  });
}
