/** The project's own style, executable: import directions, purity of the rules, file sizes, formatter, types. */
import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cacheDirectory } from "../circuits/compile/cache-directory.ts";

const test = suite("tidy");
const root = join(import.meta.dirname, "..");
const MAX_LINES = 400;

const sources = async (folder: string, endings: readonly string[]): Promise<string[]> =>
  (await readdir(join(root, folder), { recursive: true }))
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .filter((file) => !/(^|\/)(generated|out|cache|node_modules)\//.test(file))
    .map((file) => join(folder, file));

const read = (file: string): Promise<string> => readFile(join(root, file), "utf8");

/** Paths from the root of the project's own files that a file imports. */
const importsOf = async (file: string): Promise<string[]> =>
  [...(await read(file)).matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)].map(([, path]) =>
    relative(root, join(root, dirname(file), path!)),
  );

test("the exchange's rules import nothing of ours, and nothing else either", async () => {
  for (const file of await sources("sequencer/exchange", [".ts"])) {
    for (const path of await importsOf(file))
      assert.match(path, /^sequencer\/exchange\//, `${file} imports ${path}`);
    assert.not.match(await read(file), /from "(?!\.)/, `${file} imports a package`);
  }
});

test("the exchange's rules know no clock, no randomness, no I/O", async () => {
  for (const file of await sources("sequencer/exchange", [".ts"]))
    assert.not.match(
      await read(file),
      /Date\.|Math\.random|process\.|performance\.|setTimeout|await |console\./,
      file,
    );
});

test("the consensus core imports nothing of ours, and knows no clock, no randomness, no I/O", async () => {
  const isCore = (file: string): boolean => !file.endsWith("/secp256k1.ts");
  for (const file of (await sources("sequencer/consensus", [".ts"])).filter(isCore)) {
    for (const path of await importsOf(file))
      assert.match(path, /^sequencer\/consensus\//, `${file} imports ${path}`);
    const text = await read(file);
    assert.not.match(text, /Date\.|Math\.random|process\.|performance\.|setTimeout|await |console\./, file);
    const rest = text.replace('import { hash } from "node:crypto";', "");
    assert.not.match(rest, /from "(?!\.|@noble\/hashes\/)/, `${file} imports a package`);
  }
});

test("the state tree and the batches draw no random numbers and read no clock", async () => {
  for (const folder of ["sequencer/state-tree", "sequencer/batch", "sequencer/execution"])
    for (const file of await sources(folder, [".ts"]))
      assert.not.match(await read(file), /Date\.|Math\.random|performance\./, file);
});

test("imports point one way: rules, then sequencer, then prover, then trader; entry points are imported by nobody", async () => {
  const forbidden: Record<string, RegExp> = {
    sequencer: /^(trader|test)\//,
    prover: /^(trader|test)\//,
    "verifier-contracts": /^(trader|test)\//,
    circuits: /^(sequencer|prover|trader|test)\//,
    trader: /^test\//,
  };
  for (const [folder, wrong] of Object.entries(forbidden))
    for (const file of await sources(folder, [".ts"]))
      for (const path of await importsOf(file)) {
        assert.not.match(path, wrong, `${file} imports ${path}`);
        assert.not.match(path, /\/main\.ts$/, `${file} imports an entry point`);
      }
});

/** What reading a file reads with it, itself among them: packages by their names, without what is only asked for on demand. */
async function readWith(file: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(file)) return found;
  found.add(file);
  if (!file.endsWith(".ts")) return found;
  const statements = (await read(file)).matchAll(/^(?:import|export) (?!type )[^;]*?"([^"]+)";/gm);
  for (const [, path] of statements)
    if (path!.startsWith(".")) await readWith(relative(root, join(root, dirname(file), path!)), found);
    else found.add(path!);
  return found;
}

test("the command line reads neither a node nor a prover before one is asked for", async () => {
  const found = await readWith("trader/cli/main.ts");
  assert.ok(found.has("sequencer/node/command.ts") && found.has("commander"), "it reads what it begins with");
  for (const name of found) {
    assert.not.match(name, /^(fastify|level|libp2p|piscina|snarkjs|pino|@fastify\/|@libp2p\/|@foundry-rs\/)/);
    assert.not.match(name, /^sequencer\/(api|network|store|validator|consensus)\//);
  }
});

test("every module beside the bench's entry is one of its parts", async () => {
  for (const name of await readdir(join(root, "test/bench")))
    if (name.endsWith(".ts") && !["main.ts", "report.ts"].includes(name))
      assert.match(await read(`test/bench/${name}`), /^export (async )?function run\(/m, name);
});

test("no file is longer than a screenful of thoughts", async () => {
  for (const folder of ["sequencer", "prover", "trader", "circuits", "verifier-contracts", "test"])
    for (const file of await sources(folder, [".ts", ".circom", ".sol"])) {
      const lines = (await read(file)).split("\n").length;
      assert.ok(lines <= MAX_LINES, `${file} has ${lines} lines`);
    }
});

test("names that say nothing, barrels and default exports are absent", async () => {
  for (const folder of ["sequencer", "prover", "trader", "circuits", "verifier-contracts"])
    for (const file of await sources(folder, [".ts"])) {
      assert.not.match(file, /(^|\/)(utils?|helpers?|common|misc|index)\.ts$/, file);
      assert.not.match(await read(file), /^export default|^export \* from/m, file);
    }
});

test("types are strict and clean, and the formatter has nothing to say", () => {
  // What tsc found out about files that are still the same, by their content.
  const known = join(cacheDirectory(), "types.tsbuildinfo");
  for (const [name, ...args] of [
    ["tsc", "--noEmit", "--incremental", "--tsBuildInfoFile", known],
    ["biome", "check", "."],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin", name), args, {
      cwd: root,
      encoding: "utf8",
    });
    assert.is(status, 0, `${name}\n${stdout}${stderr}`);
  }
});

test.run();
